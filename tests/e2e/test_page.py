"""The page in the sidebar, in a browser of an administrator's: facts, papers, a purge."""

from collections.abc import AsyncIterator
from pathlib import Path
import re

from playwright.async_api import Browser, Page, expect
import pytest
import pytest_asyncio

from scripts.house.browser import PATIENCE_MS, open_page
from scripts.house.complaints import complaints
from scripts.house.house import House, open_house
from scripts.house.site_setup import RULES, add_site

from .barriers import PANEL, barriers

pytestmark = pytest.mark.asyncio(loop_scope="module")

SITE = 'East <b>gate</b> & "Co"'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, _sockets_for_a_house: None
) -> AsyncIterator[House]:
    """Open a house with a site that has no dispenser yet: no camera, no worker."""
    async with open_house(tmp_path_factory.mktemp("house"), dispensers=0) as opened:
        await add_site(opened.client, SITE, {**RULES, "operator": "City parks"})
        yield opened
        assert complaints(opened.home_assistant.log) == []


@pytest_asyncio.fixture(loop_scope="module")
async def page(house: House, browser: Browser) -> AsyncIterator[Page]:
    """Open the page; nothing on it may fail."""
    failures: list[str] = []
    async with open_page(browser, house.client) as opened:
        opened.on("pageerror", lambda error: failures.append(str(error)))
        await opened.goto(f"{house.client.url}/facequota")
        await expect(opened.locator(".tile").first).to_be_visible(timeout=PATIENCE_MS)
        yield opened
    assert failures == []


async def test_the_facts_are_on_the_page_and_a_purge_leaves_its_receipt(
    house: House, page: Page
) -> None:
    title = page.locator(".toolbar h1")
    await expect(title).to_have_text(f"FaceQuota – {SITE}")
    await expect(page.locator(".tile .value").first).to_have_text("0")
    await expect(page.locator(".hints")).to_contain_text("There is no dispenser yet.")
    await page.get_by_role("button", name="Forget everybody now").click()
    receipts = page.locator(".card", has_text="Forgotten").locator("tbody tr")
    await expect(receipts).to_have_count(1)
    await expect(receipts).to_contain_text("A person")


async def test_a_paper_opens_in_the_language_that_was_chosen_and_prints(
    house: House, page: Page
) -> None:
    notice = page.locator('[data-paper="notice"]')
    paper = page.frame_locator("dialog iframe")
    await notice.get_by_role("button", name="Open").click()
    await expect(paper.locator("h1")).to_have_text(
        "This paper dispenser can recognise faces"
    )
    await expect(paper.locator("body")).to_contain_text("at most 9 minutes after")
    await expect(paper.locator(".site")).to_have_text(SITE)
    await paper.locator(".blank").first.fill("written before it is printed")
    printed = page.frame(url="about:srcdoc")
    assert printed is not None
    await printed.evaluate("window.print = () => { document.title = 'printed' }")
    await page.get_by_role("button", name="Print").click()
    assert await printed.title() == "printed"
    await page.get_by_role("button", name="Close").click()
    await page.get_by_label("Language of the papers").select_option("zh-Hans")
    await notice.get_by_role("button", name="Open").click()
    await expect(paper.locator("h1")).to_have_text("本出纸机可以识别人脸")
    await page.keyboard.press("Escape")


async def test_a_paper_is_saved_by_an_address_that_needs_no_log_in(
    house: House, page: Page, tmp_path: Path
) -> None:
    """Home Assistant signs it, for half a minute."""
    log = page.locator('[data-paper="log"]')
    for label, name, said in (
        ("Save as text", "facequota-log.txt", "Operator | City parks"),
        ("Save as JSON", "facequota-log.json", '"operator":"City parks"'),
    ):
        async with page.expect_download() as waited:
            await log.get_by_role("button", name=label).click()
        download = await waited.value
        assert download.suggested_filename == name
        await download.save_as(tmp_path / name)
        assert said in (tmp_path / name).read_text()


async def test_only_what_changed_is_built_anew_and_the_focus_stays(
    house: House, page: Page
) -> None:
    rules = page.locator(".card", has_text="Wrongly refused at most")
    others = page.locator(".cards .card", has_not_text="Wrongly refused at most")
    await expect(rules).to_contain_text("9 min")
    await page.locator(".cards .card").evaluate_all(
        "cards => cards.forEach((card) => (card.dataset.old = true))"
    )
    await page.locator("#purge").focus()
    await house.client.service(
        "number.set_value",
        {"value": 7},
        target={"entity_id": "number.east_b_gate_b_co_window"},
    )
    await expect(rules).to_contain_text("7 min")
    await expect(rules).not_to_have_attribute("data-old", "true")
    assert await others.count() > 1
    for card in await others.all():
        await expect(card).to_have_attribute("data-old", "true")
    await expect(page.locator("#purge")).to_be_focused()


@pytest.mark.parametrize(
    ("language", "dark", "width"),
    [("en", False, 1280), ("en", True, 400), ("zh-Hans", True, 1280)],
)
async def test_the_page_is_accessible(
    house: House, language: str, dark: bool, width: int, browser: Browser
) -> None:
    async with open_page(browser, house.client, language=language, dark=dark) as opened:
        await opened.set_viewport_size({"width": width, "height": 900})
        await opened.goto(f"{house.client.url}/facequota")
        await expect(opened.locator(".hours svg")).to_be_visible(timeout=PATIENCE_MS)
        assert await barriers(opened, *PANEL) == []
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not await opened.evaluate(wide)
        await opened.locator('[data-paper="stickers"] button').click()
        stickers = opened.frame_locator("dialog iframe").locator(".sticker")
        await expect(stickers).to_have_count(4)
        assert await barriers(opened, *PANEL) == []


@pytest.mark.parametrize(
    ("clock", "numbers", "portion", "noon"),
    [
        ("12", "comma_decimal", "23.6 in", "12 PM"),
        ("24", "decimal_comma", "23,6 in", "12:00"),
    ],
)
async def test_it_writes_lengths_as_the_house_and_times_as_the_user_does(
    house: House, clock: str, numbers: str, portion: str, noon: str, browser: Browser
) -> None:
    """Also where the house's clock goes to twelve and its user's does not."""
    await house.client.call(
        "config/core/update", unit_system="us_customary", country="US"
    )
    chosen = {"language": "en", "number_format": numbers, "time_format": clock}
    await house.client.call("frontend/set_user_data", key="language", value=chosen)
    try:
        async with open_page(browser, house.client) as opened:
            await opened.goto(f"{house.client.url}/facequota")
            await expect(opened.locator(".hours svg")).to_contain_text(noon)
            rules = opened.locator(".card", has_text="Wrongly refused at most")
            await expect(rules).to_contain_text(portion)
            await opened.locator('[data-paper="log"] button.primary').click()
            paper = opened.frame_locator("dialog iframe").locator("body")
            # A paper is the house's, whoever prints it.
            await expect(paper).to_contain_text("23.6 inches")
            await expect(paper).to_contain_text(re.compile(r"\d:\d\d [AP]M"))
    finally:
        await house.client.call(
            "config/core/update", unit_system="metric", country="GB"
        )
        await house.client.call("frontend/set_user_data", key="language", value=None)


async def test_of_several_sites_one_is_chosen_by_its_name(
    house: House, page: Page
) -> None:
    """The second one appears while the page is open; the first one is shown on."""
    await add_site(house.client, "West gate", RULES)
    row = page.get_by_role("row", name="West gate")
    await expect(row).to_contain_text("Face recognition is on")
    title = page.locator(".toolbar h1")
    await expect(title).to_have_text(f"FaceQuota – {SITE}")
    await row.get_by_role("button").click()
    await expect(title).to_have_text("FaceQuota – West gate")
    await expect(page.get_by_role("button", name="West gate")).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.get_by_role("button", name="West gate")).to_be_focused()
    assert await barriers(page, *PANEL) == []
