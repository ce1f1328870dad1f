"""The visitor's display on a tablet: made by clicking, and then without an account."""

from collections.abc import AsyncIterator
import re
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize, expect
import pytest
import pytest_asyncio

from scripts.house.browser import PATIENCE_MS, open_page
from scripts.house.clicks import INTEGRATION, Forms
from scripts.house.flows import OPTIONS, Flow
from scripts.house.house import NAMES, House, open_house
from scripts.house.people import leave, portraits, stand
from scripts.house.site import Site
from scripts.house.site_setup import RULES
from scripts.house.visit_watch import Watch

from .barriers import barriers

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABLET = ViewportSize(width=1024, height=600)
PHONE = ViewportSize(width=390, height=844)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, _sockets_for_a_house: None
) -> AsyncIterator[House]:
    """Open a house with one dispenser."""
    async with open_house(tmp_path_factory.mktemp("house"), names=NAMES[:1]) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(house: House) -> Site:
    """Set a site up, with a single portion without a face in a window."""
    made = await house.set_up_site(name="East gate", rules=RULES, engine="ncnn")
    options = await Flow.start(house.client, OPTIONS, made.entry_id)
    await options.finish("init", {**options.suggested, "open_portions": 1})
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(house: House, site: Site, browser: Browser) -> str:
    """Make a display by clicking in the settings, and return the address that is shown."""
    async with open_page(browser, house.client) as page:
        forms = Forms(page, house.client.url)
        await page.goto(house.client.url + INTEGRATION)
        add = page.get_by_role("button", name="Add visitor's display")
        await add.first.click()
        await expect(forms.dialog).to_contain_text("A full-screen page for any tablet")
        for language in ("English", "简体中文"):
            await forms.dialog.get_by_role("button", name="Languages").click()
            item = page.locator("ha-combo-box-item", has_text=language)
            await item.first.click()
        for button in await forms.dialog.locator("ha-checkbox").all():
            await button.click()
        await forms.submit("Scan the code with the tablet")
        await expect(forms.dialog.locator("ha-qr-code canvas")).to_be_visible()
        shown = forms.dialog.get_by_text("/facequota/display/").first
        text = await shown.text_content() or ""
        await forms.finish()
    found = re.search(r"/facequota/display/[\w-]{43}", text)
    assert found, text
    return house.client.url + found[0]


@pytest_asyncio.fixture(loop_scope="module")
async def tablet(address: str, browser: Browser) -> AsyncIterator[Page]:
    """Open the display in a browser that knows no account; nothing may be refused there."""
    complaints: list[str] = []
    async with await browser.new_context(
        viewport=TABLET, reduced_motion="reduce"
    ) as context:
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(address)
        await shows(page, "Press for paper")
        yield page
    # What is not there while Home Assistant is away is no complaint.
    away = "Failed to load resource"
    assert [one for one in complaints if away not in one] == []


async def shows(page: Page, words: str) -> None:
    """Wait until a screen reader is told these words, which are on the screen too."""
    await expect(page.locator("#said")).to_contain_text(words, timeout=PATIENCE_MS)
    await expect(page.locator("#words")).not_to_be_empty()


async def fits(page: Page) -> bool:
    """Return if nothing of the page is outside the screen."""
    return bool(
        await page.evaluate(
            """() => [...document.querySelectorAll("#picture svg, #words p, #buttons button")]
            .map((one) => one.getBoundingClientRect())
            .every((box) => box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight)"""
        )
    )


def button(page: Page, name: str) -> Any:
    """Return the button for a kind of request."""
    return page.locator(f'#buttons button[data-kind="{name}"]')


async def test_it_says_in_two_languages_how_paper_is_asked_for(tablet: Page) -> None:
    words = tablet.locator("#words")
    await expect(words).to_have_text("Press for paper")
    await expect(words).to_have_text("请按按钮取纸", timeout=PATIENCE_MS)
    await expect(button(tablet, "open")).to_have_text("不刷脸取纸")
    await expect(words).to_have_text("Press for paper", timeout=PATIENCE_MS)
    await expect(tablet.locator("#buttons button svg")).to_have_count(4)


@pytest.mark.parametrize("size", [TABLET, PHONE, {"width": 844, "height": 390}])
async def test_everything_fits_and_the_page_is_accessible(
    tablet: Page, size: Any
) -> None:
    await tablet.set_viewport_size(size)
    assert await fits(tablet)
    for scheme in ("light", "dark"):
        await tablet.emulate_media(color_scheme=scheme)
        assert await barriers(tablet) == []


async def test_a_visitor_looks_takes_paper_is_told_until_when_and_leaves_nothing_behind(
    tablet: Page, site: Site
) -> None:
    (dispenser,) = site.dispensers
    photograph = portraits()[0].photographs[0]
    dispenser.scene.show(stand(photograph, dispenser.pictures / "somebody.jpg"))
    await button(tablet, "face").click()
    await shows(tablet, "Please look here")
    await shows(tablet, "Please take your paper")
    await shows(tablet, "Press for paper")
    # Without a face there is a single portion here: the second one is refused for sure.
    async with Watch.on(site.client) as watch:
        told = await watch.visit(dispenser, button(tablet, "open").click)
        assert (told.lane, told.outcome) == ("open", "granted")
        await shows(tablet, "Press for paper")
        told = await watch.visit(dispenser, button(tablet, "open").click)
        assert (told.lane, told.outcome) == ("open", "refused")
    await shows(tablet, "Your next portion comes at")
    await expect(tablet.locator("#words .time")).to_have_text(
        re.compile(r"^\d\d:\d\d$")
    )
    ring = tablet.locator("#picture circle")
    before = await ring.get_attribute("stroke-dasharray")
    assert before is not None
    await expect(ring).not_to_have_attribute("stroke-dasharray", before)
    assert await fits(tablet)
    assert await barriers(tablet) == []
    await shows(tablet, "Press for paper")
    left = await tablet.content()
    assert "next portion comes at" not in left.partition('id="picture"')[2]


async def test_a_held_button_asks_for_nothing_when_it_is_let_go_early(
    tablet: Page, site: Site
) -> None:
    """And becomes one by itself when it was held long enough."""
    (dispenser,) = site.dispensers
    dispenser.scene.show(leave(dispenser.pictures / "nobody.jpg"))
    pressed: list[str] = []
    tablet.on("request", lambda one: pressed.append(one.url.rpartition("/")[2]))
    urgent = button(tablet, "urgent")
    await urgent.hover()
    await tablet.mouse.down()
    await expect(urgent).to_have_attribute("style", re.compile(r"--held: ?0\.[1-9]"))
    await tablet.mouse.up()
    await expect(urgent).to_have_attribute("style", re.compile(r"--held: ?0;"))
    async with Watch.on(site.client) as watch:
        told = await watch.visit(dispenser, tablet.mouse.down)
    await tablet.mouse.up()
    assert pressed == ["urgent"]
    assert (told.lane, told.outcome) == ("urgent", "granted")
    await shows(tablet, "Press for paper")


async def test_a_key_does_what_a_finger_does(tablet: Page, site: Site) -> None:
    (dispenser,) = site.dispensers
    await button(tablet, "urgent").focus()
    async with Watch.on(site.client) as watch:
        told = await watch.visit(dispenser, lambda: tablet.keyboard.down("Enter"))
    await tablet.keyboard.up("Enter")
    assert (told.lane, told.outcome) == ("urgent", "granted")
    await shows(tablet, "Press for paper")


async def test_a_lost_connection_is_shown_and_restored_by_itself(
    tablet: Page, house: House
) -> None:
    connection = tablet.locator("#connection")
    await expect(connection).to_be_hidden()
    await house.home_assistant.stop()
    await expect(connection).to_contain_text("Not connected", timeout=PATIENCE_MS)
    assert await fits(tablet)
    assert await barriers(tablet) == []
    await house.home_assistant.start()
    await house.client.close()
    await house.client.connect()
    await expect(connection).to_be_hidden(timeout=PATIENCE_MS)
    await shows(tablet, "Press for paper")


async def test_a_display_that_is_removed_shows_nothing_any_more(
    tablet: Page, site: Site, address: str
) -> None:
    client = site.client
    (display,) = [
        one
        for one in await client.call(
            "config_entries/subentries/list", entry_id=site.entry_id
        )
        if one["subentry_type"] == "display"
    ]
    await client.call(
        "config_entries/subentries/delete",
        entry_id=site.entry_id,
        subentry_id=display["subentry_id"],
    )
    await expect(tablet.locator("#connection")).to_contain_text(
        "Not connected", timeout=PATIENCE_MS
    )
    answer = await tablet.context.request.get(address)
    assert answer.status == 404
