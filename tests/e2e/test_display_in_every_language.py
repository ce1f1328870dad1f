"""The visitor's display in every language, on every screen: each sentence is there, whole."""

from collections.abc import AsyncIterator
import json
from typing import Any, Final

from playwright.async_api import Browser, Page, Route, ViewportSize
import pytest
import pytest_asyncio

from custom_components.facequota.hardware.display import Sentence
from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel.pictograms import PICTOGRAMS
from custom_components.facequota.panel.static import FRONTEND_FOLDER
from custom_components.facequota.panel.visitor_display import view
from custom_components.facequota.panel.visitor_display.page_settings import HELD
from custom_components.facequota.panel.visitor_display.screen import Picture
from scripts.house.home_assistant import ROOT

from .cut_texts import cut_texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIZES: Final = [
    ViewportSize(width=width, height=height)
    for width, height in (
        *((1024, 600), (600, 1024), (1280, 800), (800, 1280)),
        *((360, 640), (390, 844), (844, 390), (640, 360), (320, 568)),
    )
]
# A name as long as a form takes without complaint from anybody.
LONG: Final = "Entrance by the river, second floor, behind the café"
STATES: Final[list[dict[str, Any]]] = [
    {"picture": Picture.IDLE, "sentence": Sentence.WELCOME},
    {"picture": Picture.OPEN_LANE, "sentence": Sentence.OPEN_LANE_ONLY},
    {"picture": Picture.WAIT, "sentence": Sentence.NEXT_PORTION, "until": 2e9},
    *({"picture": Picture.LOOK, "sentence": one} for one in Sentence),
    *(
        {"picture": picture, "elsewhere": name}
        for picture in (Picture.NO_PAPER, Picture.OUT_OF_ORDER)
        for name in (None, LONG)
    ),
]
# The page as it is, told its states by the test.
STREAM: Final = """
window.EventSource = class {
  constructor() { window.stream = this; }
};
window.tell = (state) => window.stream.onmessage({
  data: JSON.stringify({ now: Date.now() / 1000, ...state }),
  lastEventId: document.documentElement.dataset.made,
});
"""


def words(language: str) -> dict[str, str]:
    """Return the display's words in a language."""
    file = ROOT / f"custom_components/facequota/translations/{language}.json"
    common: dict[str, str] = json.loads(file.read_text())["common"]
    return {
        key: text
        for key, text in common.items()
        if key.startswith(("display_", "visitor_"))
    }


def page_in(language: str) -> str:
    """Return the page with every button, in one language."""
    settings = {
        "spoken": False,
        "buttons": {
            wish: {"pictogram": one, "held_s": HELD.get(wish, 0)}
            for wish, one in PICTOGRAMS.items()
        },
        "languages": [{"language": language, "words": words(language)}],
        "time_zone": "UTC",
    }
    return view.PAGE.render(
        static="/static",
        settings=json.dumps(settings).replace("<", "\\u003c"),
        made="now",
        language=language,
        name="Entrance",
    )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Open a page that is given its files from here."""

    async def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if "/static/" in route.request.url:
            kind = "text/css" if name.endswith(".css") else "text/javascript"
            text = (FRONTEND_FOLDER / name).read_text()
            await route.fulfill(body=text, content_type=kind)
        else:
            await route.fulfill(
                body=page_in(name), content_type="text/html; charset=utf-8"
            )

    async with await browser.new_context(reduced_motion="reduce") as context:
        await context.add_init_script(STREAM)
        await context.route("**/*", answer)
        yield await context.new_page()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_state_is_seen_whole_on_every_screen(
    page: Page, language: str
) -> None:
    """Nothing is cut, covers something else or leaves the screen."""
    await page.goto(f"http://display/{language}")
    await page.wait_for_function("() => Boolean(window.stream?.onmessage)")
    wrong = []
    for size in SIZES:
        await page.set_viewport_size(size)
        for state in STATES:
            await page.evaluate("(state) => window.tell(state)", state)
            found = [*await cut_texts(page, "body"), *await page.evaluate(CROWDED)]
            wrong += [(size["width"], size["height"], state, one) for one in found]
    assert wrong == []


# What stands outside the screen or on top of something else.
CROWDED: Final = """() => {
  const shown = [...document.querySelectorAll("#picture svg, #words p, #buttons button")];
  const boxes = shown.map((one) => [one.id || one.className.baseVal || one.textContent || one.tagName, one.getBoundingClientRect()]);
  const found = [];
  for (const [name, box] of boxes) {
    if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight) found.push(`outside: ${name}`);
    if (box.height < 8) found.push(`too small: ${name}`);
    for (const [other, there] of boxes) {
      if (there === box) continue;
      const wide = Math.min(box.right, there.right) - Math.max(box.left, there.left);
      const high = Math.min(box.bottom, there.bottom) - Math.max(box.top, there.top);
      if (wide > 1 && high > 1) found.push(`${name} is on ${other}`);
    }
  }
  return found;
}"""
