"""What goes wrong with dashboards of integrations, tried in a real browser."""

from collections.abc import AsyncIterator
import json

from playwright.async_api import Browser, Page, expect
import pytest
import pytest_asyncio

from custom_components.facequota.panel.static import STATIC_ROOT
from scripts.house.browser import PATIENCE_MS, open_page
from scripts.house.client import Client
from scripts.house.complaints import complaints
from scripts.house.home_assistant import ROOT, CallError
from scripts.house.house import House, open_house
from scripts.house.site_setup import RULES, add_site

from .barriers import barriers

pytestmark = pytest.mark.asyncio(loop_scope="module")

SITE = "East gate"
DASHBOARD = "facequota-dashboard"
VERSION = json.loads((ROOT / "custom_components/facequota/manifest.json").read_text())[
    "version"
]
MODULE = f"{STATIC_ROOT}{VERSION}/dashboard.js"
OUR_CARD = ("home-assistant", "home-assistant-main", "ha-panel-lovelace", "hui-root")
# A manager who keeps the dashboards' resources in a file of their own.
RESOURCES_IN_YAML = "lovelace:\n  resource_mode: yaml\n  resources: []\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, _sockets_for_a_house: None
) -> AsyncIterator[House]:
    """Open a house whose resources are in YAML, with a site and its dashboard."""
    async with open_house(
        tmp_path_factory.mktemp("house"), names=(), configuration=RESOURCES_IN_YAML
    ) as opened:
        await add_site(opened.client, SITE, RULES)
        await opened.client.call(
            "lovelace/dashboards/create",
            url_path=DASHBOARD,
            title="FaceQuota",
            mode="storage",
        )
        await opened.client.call(
            "lovelace/config/save",
            url_path=DASHBOARD,
            config={"strategy": {"type": "custom:facequota"}},
        )
        yield opened
        assert complaints(opened.home_assistant.log) == []


async def shown(page: Page, house: House, path: str) -> None:
    """Open a view of the dashboard and wait for its first card."""
    await page.goto(f"{house.client.url}/{DASHBOARD}/{path}")
    await expect(page.locator("hui-heading-card").first).to_be_visible(
        timeout=PATIENCE_MS
    )


async def views(house: House) -> list[str]:
    """Return the paths of the dashboard's views."""
    made = await house.client.call("facequota/dashboard")
    return [view["path"] for view in made["views"]]


@pytest.mark.parametrize(("dark", "width"), [(True, 390), (False, 390), (True, 1280)])
async def test_every_view_fits_a_phone_and_is_there_in_the_dark(
    house: House, dark: bool, width: int, browser: Browser
) -> None:
    """The resource is not in the list yet; it is loaded nevertheless."""
    async with open_page(browser, house.client, dark=dark) as page:
        await page.set_viewport_size({"width": width, "height": 844})
        for path in await views(house):
            await shown(page, house, path)
            await expect(page.locator("hui-error-card")).to_have_count(0)
            wide = "document.documentElement.scrollWidth > innerWidth"
            assert not await page.evaluate(wide), path
        ground = await page.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--primary-background-color')"
        )
        assert (ground.strip() in ("#111111", "#111")) is dark, ground


async def test_our_card_is_accessible(house: House, browser: Browser) -> None:
    site = next(path for path in await views(house) if path.startswith("site-"))
    for dark in (False, True):
        async with open_page(browser, house.client, dark=dark) as page:
            await shown(page, house, site)
            await expect(page.locator("facequota-hours svg")).to_be_visible(
                timeout=PATIENCE_MS
            )
            # That its headings lie in no landmark is the dashboard's.
            found = [one for one in await barriers(page) if "facequota-hours" in one]
            assert [one for one in found if not one.startswith("region:")] == []


async def test_the_line_for_resources_in_yaml_is_told_in_the_repairs(
    house: House, browser: Browser
) -> None:
    async with open_page(browser, house.client) as page:
        await page.goto(f"{house.client.url}/config/repairs")
        issue = page.get_by_text("dashboard", exact=False).first
        await expect(issue).to_be_visible(timeout=PATIENCE_MS)
        await issue.click()
        await expect(page.get_by_text(MODULE).first).to_be_visible()


async def test_a_module_that_comes_before_the_registry_is_defined_in_it_too(
    house: House, browser: Browser
) -> None:
    """The frontend puts another registry in the browser's place while it starts."""
    async with open_page(browser, house.client) as page:
        await page.goto(f"{house.client.url}/manifest.json")
        await page.evaluate(
            """async (module) => {
              window.registries = [new Map(), new Map()];
              window.now = 0;
              const registry = {
                define: (name, made) => window.registries[window.now].set(name, made),
                get: (name) => window.registries[window.now].get(name),
              };
              Object.defineProperty(window, "customElements", { get: () => registry });
              await import(module);
              window.now = 1;
            }""",
            MODULE,
        )
        for name in ("ll-strategy-dashboard-facequota", "facequota-hours"):
            await page.wait_for_function(
                "(name) => window.registries[1].has(name)", arg=name
            )
            assert await page.evaluate("(name) => window.registries[0].has(name)", name)


async def test_a_user_who_is_no_administrator_sees_the_round_and_can_create_nothing(
    house: House, browser: Browser
) -> None:
    await house.client.add_user("Cleaner", "mop and bucket")
    cleaner = Client(house.client.url, username="cleaner", password="mop and bucket")
    async with cleaner, open_page(browser, cleaner) as page:
        await shown(page, house, "round")
        cleaned = page.locator("hui-tile-card", has_text="Cleaned")
        await expect(cleaned.first).to_be_visible()
        site = next(path for path in await views(house) if path.startswith("site-"))
        await shown(page, house, site)
        await expect(page.locator("facequota-hours svg")).to_be_visible()
        for hidden in ("Forget everybody now", "Rules"):
            await expect(page.get_by_text(hidden, exact=True)).to_have_count(0)
        panels = await cleaner.call("get_panels")
        assert "facequota" not in panels and DASHBOARD in panels
        with pytest.raises(CallError, match="unauthorized"):
            await cleaner.call(
                "lovelace/dashboards/create", url_path="another-one", title="Another"
            )
        with pytest.raises(CallError, match="unauthorized"):
            await cleaner.call("facequota/subscribe")


async def test_the_last_site_takes_page_and_module_with_it(
    house: House, browser: Browser
) -> None:
    async with open_page(browser, house.client) as page:
        await shown(page, house, "overview")
        entries = await house.client.get(
            "/api/config/config_entries/entry?domain=facequota"
        )
        for entry in entries:
            await house.client.delete(
                f"/api/config/config_entries/entry/{entry['entry_id']}"
            )
        assert "facequota" not in await house.client.call("get_panels")
        issues = (await house.client.call("repairs/list_issues"))["issues"]
        assert [one for one in issues if one["domain"] == "facequota"] == []
        first = await page.request.get(f"{house.client.url}/")
        assert MODULE not in await first.text()
        # The dashboard that was made stays, and says why it is empty.
        await page.goto(f"{house.client.url}/{DASHBOARD}")
        card = page.locator("hui-markdown-card")
        await expect(card).to_contain_text("FaceQuota has no site any more.")
        await expect(page.locator("hui-error-card")).to_have_count(0)
