"""Page and dashboard in every language, on a phone and on a desk: no text is cut."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser, expect
import pytest
import pytest_asyncio

from custom_components.facequota.languages import LANGUAGES
from scripts.house.browser import PATIENCE_MS, open_page
from scripts.house.house import House, open_house
from scripts.house.site import Site

from .cut_texts import cut_texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

DASHBOARD = "facequota-dashboard"
WIDTHS = (390, 1280)
DASHBOARD_CARDS = ("hui-tile-card", "hui-sections-view")
# What looks at its own width draws itself anew one frame after it has another one.
LAID_OUT = """async () => {
  for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame);
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, _sockets_for_a_house: None
) -> AsyncIterator[House]:
    """Open a house with two dispensers."""
    async with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(house: House) -> Site:
    """Set a site up that has given paper and refused some, and its dashboard."""
    made = await house.set_up_site(name="East gate", engine="ncnn")
    for lane in ("open", "urgent"):
        await made.dispense(made.dispensers[0], lane=lane)
    await made.purge()
    await house.client.call(
        "lovelace/dashboards/create", url_path=DASHBOARD, title="FaceQuota"
    )
    await house.client.call(
        "lovelace/config/save",
        url_path=DASHBOARD,
        config={"strategy": {"type": "custom:facequota"}},
    )
    return made


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_text_is_cut(
    house: House, site: Site, language: str, browser: Browser
) -> None:
    # Names of entities follow the house's language, not the reader's.
    await house.client.call("config/core/update", language=language)
    await site.reload()
    paths = {
        "facequota": (".hours svg", "facequota-panel"),
        f"{DASHBOARD}/overview": DASHBOARD_CARDS,
        f"{DASHBOARD}/site-{site.entry_id.lower()}": DASHBOARD_CARDS,
        f"{DASHBOARD}/round": DASHBOARD_CARDS,
    }
    wrong = {}
    async with open_page(browser, house.client, language=language) as page:
        for path, (last_part, root) in paths.items():
            await page.goto(f"{house.client.url}/{path}")
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": 900})
                last = page.locator(last_part).last
                await expect(last).to_be_visible(timeout=PATIENCE_MS)
                await page.wait_for_function("document.fonts.ready")
                await page.evaluate(LAID_OUT)
                wrong[width, path] = await cut_texts(page, root)
    assert {where: texts for where, texts in wrong.items() if texts} == {}
