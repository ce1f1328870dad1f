"""The README's pictures, taken of a real house in a real browser.

scripts/screenshots [FOLDER]            docs/images unless told otherwise
scripts/screenshots --demo [FOLDER]     docs/demo.md's, into the same folder (demo_screenshots.py)
scripts/screenshots --every [FOLDER]    every screen there is, to be looked at (every_screen.py)
"""

import argparse
import asyncio
from functools import partial
import json
from pathlib import Path
import shutil
import sys
import tempfile

from playwright.async_api import expect

from custom_components.facequota.languages import ENGLISH, LANGUAGES

from .album import Album
from .browser import PATIENCE_MS, open_browser
from .clicks import Forms, set_up_by_hand
from .demo_screenshots import take_the_demo
from .dispenser import Dispenser
from .every_screen import take_every_screen
from .home_assistant import ROOT, HouseError
from .house import House, open_house
from .people import portraits, stand
from .site import Site
from .site_setup import add_dispenser_parts
from .visit_watch import Watch


async def run(folder: Path) -> None:
    """Take all of them."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    house_folder = Path(tempfile.mkdtemp(prefix="screenshots-", dir=ROOT / ".cache"))
    try:
        async with open_house(house_folder, dispensers=1) as house:
            parts = await add_dispenser_parts(
                house.client, house.pictures, house.machines[0]
            )
            async with open_browser(house.client) as page:
                album = Album(folder, page)
                await _flow(house, album)
                site = await Site.find(house.client, [parts])
                await _visits(site, site.dispensers[0])
                await _pages(house, album, site.dispensers[0], ENGLISH)
            # The names of entities follow the house's language, not the reader's.
            await house.client.call("config/core/update", language="zh-Hans")
            await site.reload()
            await _visits(site, site.dispensers[0])
            async with open_browser(house.client, language="zh-Hans") as page:
                album = Album(folder, page)
                await _pages(house, album, site.dispensers[0], "zh-Hans")
    finally:
        shutil.rmtree(house_folder, ignore_errors=True)


async def _flow(house: House, album: Album) -> None:
    """Take the form that the law makes necessary while the site is set up."""
    forms = Forms(album.page, house.client.url)
    await forms.open_new_site()
    await album.take("setup-rules")
    await forms.write("Name", "East gate")
    await forms.submit("Before a camera looks at anybody")
    await forms.choose("inside")
    await forms.submit("Post the notice first")
    await album.take("setup-law")
    await set_up_by_hand(
        forms,
        dispenser="Entrance",
        camera="Entrance camera",
        motor="Entrance dispenser Motor",
    )


async def _visits(site: Site, dispenser: Dispenser) -> None:
    """Let somebody have paper, come back, and somebody else come without a face."""
    person = portraits()[0]
    dispenser.scene.show(
        stand(person.photographs[0], dispenser.pictures / "person.jpg")
    )
    async with Watch.on(site.client) as watch:
        for button in ("Sim request", "Sim request", "Sim request without face"):
            await watch.visit(dispenser, partial(site.press, dispenser, button))
            await asyncio.sleep(1.3)


async def _pages(
    house: House, album: Album, dispenser: Dispenser, language: str
) -> None:
    """Take the dispenser's page and the history of its visits."""
    page = album.page
    url = house.client.url
    texts = ROOT / f"custom_components/facequota/translations/{language}.json"
    visit = json.loads(texts.read_text())["entity"]["event"]["visit"]
    granted = visit["state_attributes"]["event_type"]["state"]["granted"]
    suffix = "" if language == ENGLISH else f"-{language}"
    await page.goto(f"{url}/config/devices/device/{dispenser.device_id}")
    body = page.locator("ha-config-device-page ha-logbook")
    await expect(body).to_contain_text(granted, timeout=PATIENCE_MS)
    await album.take(f"dispenser{suffix}")
    await page.goto(f"{url}/logbook?entity_id={dispenser.visit}")
    logbook = page.locator("ha-logbook")
    await expect(logbook).to_contain_text(granted, timeout=PATIENCE_MS)
    await album.take(f"visits{suffix}")


def main() -> int:
    """Run scripts/screenshots."""
    parser = argparse.ArgumentParser(
        prog="scripts/screenshots", description="Take the README's pictures."
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--every", action="store_true", help="every screen, to look at")
    parser.add_argument("--demo", action="store_true", help="docs/demo.md's pictures")
    parser.add_argument("--language", choices=LANGUAGES, default=ENGLISH)
    arguments = parser.parse_args()
    try:
        if arguments.every:
            folder = arguments.folder or ROOT / ".cache/screens"
            asyncio.run(take_every_screen(folder, arguments.language))
        elif arguments.demo:
            asyncio.run(take_the_demo(arguments.folder or ROOT / "docs/images"))
        else:
            asyncio.run(run(arguments.folder or ROOT / "docs/images"))
    except HouseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
