"""The dashboard that one click makes, in a real browser against a real Home Assistant."""

from collections.abc import AsyncIterator
import json
from pathlib import Path
import re

from playwright.async_api import Browser, Page, expect
import pytest
import pytest_asyncio

from scripts.house.browser import PATIENCE_MS, open_page
from scripts.house.complaints import complaints
from scripts.house.flows import OPTIONS, Flow
from scripts.house.house import House, open_house
from scripts.house.site_setup import RULES, add_site

pytestmark = pytest.mark.asyncio(loop_scope="module")

SITE = "East gate"
DASHBOARD = "facequota-dashboard"
CLEANED_AT = "sensor.east_gate_cleaned_at"
TASKS = "todo.east_gate_tasks"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, _sockets_for_a_house: None
) -> AsyncIterator[House]:
    """Open a house with a site that has no dispenser yet: no camera, no worker."""
    async with open_house(tmp_path_factory.mktemp("house"), dispensers=0) as opened:
        await add_site(opened.client, SITE, RULES)
        yield opened
        assert complaints(opened.home_assistant.log) == []


@pytest_asyncio.fixture(loop_scope="module")
async def page(house: House, browser: Browser) -> AsyncIterator[Page]:
    """Open a browser; an error of our scripts fails the test."""
    failures: list[str] = []
    async with open_page(browser, house.client) as opened:
        opened.on("pageerror", lambda error: failures.append(str(error)))
        yield opened
    assert failures == []


async def shown(page: Page, house: House, path: str) -> None:
    """Open a view of the dashboard and wait for its first card."""
    await page.goto(f"{house.client.url}/{DASHBOARD}/{path}")
    await expect(page.locator("hui-heading-card").first).to_be_visible(
        timeout=PATIENCE_MS
    )


async def test_one_click_on_the_page_makes_the_dashboard_and_the_next_opens_it(
    house: House, page: Page
) -> None:
    await page.goto(f"{house.client.url}/facequota")
    await page.get_by_role("button", name="Make the dashboard").click()
    await page.wait_for_url(re.compile(f"/{DASHBOARD}/overview"))
    await expect(page.locator("hui-heading-card").first).to_contain_text(SITE)
    await page.goto(f"{house.client.url}/facequota")
    await page.get_by_role("button", name="Open the dashboard").click()
    await page.wait_for_url(re.compile(f"/{DASHBOARD}/overview"))


async def test_it_is_listed_among_the_community_dashboards(
    house: House, page: Page
) -> None:
    await page.goto(f"{house.client.url}/config/lovelace/dashboards")
    await page.get_by_text("Add dashboard").first.click()
    dialog = page.locator("ha-dialog-new-dashboard, ha-dialog")
    await expect(dialog.get_by_role("button", name="FaceQuota")).to_be_visible()


async def test_a_cleaner_s_touch_closes_a_task(house: House, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await shown(page, house, "round")
    assert (await house.client.state(CLEANED_AT))["state"] == "unknown"
    await page.locator("hui-tile-card", has_text="Cleaned").click()
    await expect(page.locator("hui-todo-list-card")).to_be_visible()
    await house.client.wait_for(
        CLEANED_AT, lambda state: bool(state["state"] != "unknown"), seconds=30
    )
    wide = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not wide


async def test_a_touch_on_an_open_task_closes_it(house: House, page: Page) -> None:
    """Cleaning is due since it was due a year ago."""
    (entry,) = await house.client.call("config_entries/get", domain="facequota")
    options = await Flow.start(house.client, OPTIONS, entry["entry_id"])
    upkeep = {**(options.suggested.get("upkeep") or {}), "cleaning_hours": 1}
    await options.finish("init", {**options.suggested, "upkeep": upkeep})
    await house.client.close()
    await house.home_assistant.stop()
    _clean_was_a_year_ago(house.folder / "config/.storage", entry["entry_id"])
    await house.home_assistant.start()
    await house.client.connect()
    await house.client.wait_for(TASKS, lambda state: state["state"] == "1", seconds=30)
    await _renamed(page, house)
    await page.set_viewport_size({"width": 390, "height": 844})
    await shown(page, house, "round")
    card = page.locator("hui-todo-list-card")
    await card.get_by_text("Clean", exact=False).first.click()
    await house.client.wait_for(TASKS, lambda state: state["state"] == "0", seconds=30)
    await expect(page.locator("ha-dialog[open]")).to_have_count(0)


async def _renamed(page: Page, house: House) -> None:
    """Home Assistant's own list offers it; a task keeps its name, and the dialog says so."""
    await page.goto(f"{house.client.url}/todo?entity_id={TASKS}")
    await page.get_by_text("Clean East gate").first.click()
    dialog = page.locator("ha-dialog[open]")
    await dialog.get_by_role("textbox").first.fill("Mop the floor")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_contain_text("They can be ticked off, but not changed")
    assert (await house.client.state(TASKS))["state"] == "1"


def _clean_was_a_year_ago(storage: Path, entry_id: str) -> None:
    file = storage / f"facequota.{entry_id}.upkeep"
    stored = json.loads(file.read_text())
    cleaning = stored["data"]["cleaning"]
    for name in ("counted_from", "cleaned_at"):
        cleaning[name] = "2025-01-01T08:00:00+00:00"
    file.write_text(json.dumps(stored))


async def test_a_restart_and_a_warm_cache_keep_it(house: House, page: Page) -> None:
    """The second look uses what the service worker has."""
    await shown(page, house, "overview")
    await page.goto(f"{house.client.url}/manifest.json")  # a page that asks for nothing
    await house.home_assistant.stop()
    await house.home_assistant.start()
    await house.client.close()
    await house.client.connect()
    await shown(page, house, "overview")
    await page.reload()
    await expect(page.locator("hui-heading-card").first).to_contain_text(SITE)


async def test_it_speaks_the_user_s_language(house: House, browser: Browser) -> None:
    async with open_page(browser, house.client, language="zh-Hans", dark=True) as page:
        await shown(page, house, "round")
        await expect(page.get_by_text("已保洁", exact=True)).to_be_visible()
