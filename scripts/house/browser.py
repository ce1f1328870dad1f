"""A real browser in which a logged-in person looks at a house."""

from collections.abc import AsyncIterator
import contextlib
import json
import shutil
import time
from typing import Final

from playwright.async_api import Browser, Page, async_playwright

from .client import Client
from .home_assistant import HouseError

# Home Assistant's first page takes longer than Playwright's half a minute on a busy machine.
PATIENCE_MS: Final = 90_000
VIEWPORT: Final = {"width": 1280, "height": 900}


@contextlib.asynccontextmanager
async def open_browser(
    client: Client, *, language: str = "en", dark: bool = False
) -> AsyncIterator[Page]:
    """Yield a page of a Chromium of its own, logged in as the client's user."""
    async with (
        chromium() as browser,
        open_page(browser, client, language=language, dark=dark) as page,
    ):
        yield page


@contextlib.asynccontextmanager
async def open_page(
    browser: Browser, client: Client, *, language: str = "en", dark: bool = False
) -> AsyncIterator[Page]:
    """Yield a page that shares nothing with others, logged in as the client's user."""
    context = await browser.new_context(
        viewport={"width": VIEWPORT["width"], "height": VIEWPORT["height"]},
        color_scheme="dark" if dark else "light",
        locale="en-GB" if language == "en" else language,
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    async with context:
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(_stored(client, language))
        yield await context.new_page()


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Yield a headless Chromium. Raise HouseError where there is none."""
    program = shutil.which("chromium")
    if program is None:
        raise HouseError("no chromium: run scripts/setup")
    async with async_playwright() as playwright:
        # The browser's sandbox does not work for a container's root user.
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            await browser.close()


def _stored(client: Client, language: str) -> str:
    """Return the script that stores what the frontend would have after a log-in."""
    tokens = {
        "access_token": client.token,
        "token_type": "Bearer",
        "refresh_token": "",
        "expires_in": 86400,
        "expires": (time.time() + 86400) * 1000,
        "hassUrl": client.url,
        "clientId": f"{client.url}/",
    }
    stored = {
        "hassTokens": json.dumps(tokens),
        "selectedLanguage": json.dumps(language),
        "dockedSidebar": json.dumps("always_hidden"),
    }
    return "\n".join(
        f"localStorage.setItem({json.dumps(key)}, {json.dumps(value)});"
        for key, value in stored.items()
    )
