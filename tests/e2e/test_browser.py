"""A manager with a browser: the flows, the device's page, a visit's event."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser, Error, Page, expect
import pytest
import pytest_asyncio

from custom_components.facequota.languages import LANGUAGES
from scripts.house.browser import PATIENCE_MS, open_page
from scripts.house.clicks import Forms, set_up_by_hand
from scripts.house.complaints import complaints
from scripts.house.dispenser import Dispenser
from scripts.house.house import House, open_house
from scripts.house.people import portraits, stand
from scripts.house.site import Site
from scripts.house.site_setup import add_dispenser_parts
from scripts.house.visit_watch import Watch

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, _sockets_for_a_house: None
) -> AsyncIterator[House]:
    """Open a house with one dispenser that FaceQuota does not know yet."""
    async with open_house(tmp_path_factory.mktemp("house"), dispensers=1) as opened:
        yield opened
        assert complaints(opened.home_assistant.log) == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts(house: House) -> Dispenser:
    """Add the dispenser's firmware and camera to Home Assistant."""
    return await add_dispenser_parts(house.client, house.pictures, house.machines[0])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(house: House, browser: Browser) -> AsyncIterator[Page]:
    """Open a browser in which the manager is logged in."""
    async with open_page(browser, house.client) as opened:
        yield opened


async def test_a_site_and_a_dispenser_are_set_up_by_clicking(
    house: House, parts: Dispenser, page: Page
) -> None:
    await set_up_by_hand(
        Forms(page, house.client.url),
        dispenser="Entrance",
        camera="Entrance camera",
        motor="Entrance dispenser Motor",
    )
    site = await Site.find(house.client, [parts])
    state = await house.client.state(site.dispensers[0].entities["sensor.state"])
    assert state["state"] == "ready"


async def test_the_device_page_shows_a_visit_as_it_happens(
    house: House, parts: Dispenser, page: Page
) -> None:
    site = await Site.find(house.client, [parts])
    dispenser = site.dispensers[0]
    person = portraits()[0]
    picture = stand(person.photographs[0], dispenser.pictures / "person.jpg")
    dispenser.scene.show(picture)
    await page.goto(f"{house.client.url}/config/devices/device/{dispenser.device_id}")
    body = page.locator("ha-config-device-page")
    await expect(body).to_contain_text("Portions granted", timeout=PATIENCE_MS)

    async with Watch.on(house.client) as watch:
        told = await watch.visit(dispenser, lambda: site.press(dispenser))
    assert (told.outcome, told.lane) == ("granted", "face")
    await expect(body).to_contain_text("0.6 m", timeout=PATIENCE_MS)
    # The activity of the page: a visit is one line there.
    await expect(body.get_by_role("button", name="Visit Granted")).to_have_count(
        1, timeout=PATIENCE_MS
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_notice_is_two_pages(
    house: House, parts: Dispenser, language: str, browser: Browser
) -> None:
    """With all that can be on it: every button, and an operator."""
    site = await Site.find(house.client, [parts])
    path = f"/api/facequota/papers/{site.entry_id}/{language}/notice.html"
    async with open_page(browser, house.client) as page:
        await page.set_extra_http_headers(
            {"Authorization": f"Bearer {house.client.token}"}
        )
        await page.goto(house.client.url + path)
        assert await page.pdf(prefer_css_page_size=True, page_ranges="2")
        with pytest.raises(Error, match="page count"):
            await page.pdf(prefer_css_page_size=True, page_ranges="3")
