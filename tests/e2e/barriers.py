"""Accessibility violations of a page, found by axe-core."""

from importlib import resources
from typing import Final

from playwright.async_api import Page

# Where Home Assistant's frontend puts a page of an integration's.
PANEL: Final = ("home-assistant", "home-assistant-main", "facequota-panel")
_AXE: Final = (
    resources.files("axe_playwright_python")
    .joinpath("axe.min.js")
    .read_text(encoding="utf-8")
)


async def barriers(page: Page, *shadow: str) -> list[str]:
    """Return each violation with where it is; of one element, through shadow roots, or of all."""
    await page.evaluate(_AXE)
    context = {"fromShadowDom": list(shadow)} if shadow else None
    found = await page.evaluate("(context) => axe.run(context ?? document)", context)
    return [
        f"{one['id']}: {node['target']} {node['html'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
