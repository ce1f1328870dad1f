"""The pictures of docs/demo.md: the demo, shown in a browser.

scripts/screenshots --demo [FOLDER]     docs/images unless told otherwise

The cameras' pictures are covered: no photograph of anybody is part of the repository.
"""

import asyncio
from pathlib import Path
import shutil
import tempfile
from typing import Final

from playwright.async_api import Page, expect

from .album import Album
from .browser import PATIENCE_MS, open_browser
from .clicks import INTEGRATION
from .demo_page import NOBODY, PAGE, chooser, open_page, people_walk_past
from .dispenser import Dispenser
from .home_assistant import ROOT
from .house import open_house
from .people import portraits
from .site import Site

COVERED: Final = "hui-picture-entity-card"
# A camera's next picture shows who has just come.
SEEN_S: Final = 1.5


async def take_the_demo(folder: Path) -> None:
    """Take all of them, in the order of docs/demo.md."""
    people = await asyncio.to_thread(portraits)
    first, second = (person.name for person in people)
    temporary = Path(tempfile.mkdtemp(prefix="demo-pictures-", dir=ROOT / ".cache"))
    try:
        async with open_house(temporary) as house:
            site = await house.set_up_site()
            entrance, exit_ = site.dispensers
            await open_page(site, people)
            async with people_walk_past(site), open_browser(house.client) as page:
                album = Album(folder, page, covered=COVERED)
                await page.goto(f"{house.client.url}/{PAGE}/people")
                await _ask(site, page, entrance, first, "granted")
                await album.take("demo-granted")
                await _ask(site, page, exit_, f"{first} later", "refused")
                await album.take("demo-refused")
                await _ask(site, page, exit_, second, "granted")
                await _ask(site, page, entrance, NOBODY, "unrecognised")
                await album.take("demo-nobody")
                await page.goto(house.client.url + INTEGRATION)
                await expect(
                    page.locator("ha-config-integration-page")
                ).to_contain_text("Park gate", timeout=PATIENCE_MS)
                await album.take("demo-site")
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


async def _ask(
    site: Site, page: Page, dispenser: Dispenser, name: str, outcome: str
) -> None:
    """Let a person stand at a dispenser and press its button on the page."""
    await site.client.service(
        "input_select.select_option",
        {"option": name},
        target={"entity_id": chooser(dispenser.name)},
    )
    await asyncio.sleep(SEEN_S)
    number = site.dispensers.index(dispenser)
    await page.get_by_text("Paper, please", exact=True).nth(number).click()
    await site.client.wait_for(
        dispenser.visit,
        lambda state: bool(state["attributes"].get("event_type") == outcome),
        seconds=60,
    )
