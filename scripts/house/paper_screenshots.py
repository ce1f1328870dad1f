"""Pictures of the page in the sidebar, the papers and the day, from a house with visits.

Started by scripts/paper_screenshots.
"""

import argparse
import asyncio
from pathlib import Path
import tempfile
from typing import Final

from PIL import Image
from playwright.async_api import Page, ViewportSize

from .browser import open_browser
from .day_screenshots import live_before, take_the_day
from .dispenser import Dispenser
from .home_assistant import ROOT, HouseError
from .house import House, open_house
from .people import leave, portraits, stand
from .site import Site
from .visit_watch import Watch

IMAGES: Final = ROOT / "docs/images"
RULES: Final = {
    "portion_cm": 60.0,
    "allowance_cm": 60.0,
    "window_min": 9.0,
    "refused_at_most_one_in": 1000,
    "operator": "City Parks Department",
    "contact": "parks@example.org · +49 30 123456",
}
DESKTOP: Final = ViewportSize(width=1180, height=1240)
PHONE: Final = ViewportSize(width=400, height=860)
# As the firmware rests after a portion.
STEP_UP_S: Final = 1.3
# A page of a user interface has few colours, some of them on few pixels.
COLOURS: Final = 255


async def live(house: House) -> Site:
    """Set a site up and let visits take place: both lanes, a refusal, a purge."""
    site = await house.set_up_site(name="East gate", rules=RULES)
    entrance, other = site.dispensers
    people = [
        stand(one.photographs[0], entrance.pictures / f"{one.name}.jpg")
        for one in portraits()
    ]
    nobody = leave(other.pictures / "nobody.jpg")
    async with Watch.on(house.client) as watch:
        await _ask(site, watch, entrance, people[0])
        await site.purge()
        for picture in (*people, people[0]):
            await _ask(site, watch, entrance, picture)
        for _ in range(2):
            await _ask(site, watch, other, nobody, "Sim request without face")
    return site


async def _ask(
    site: Site,
    watch: Watch,
    dispenser: Dispenser,
    picture: Path,
    button: str = "Sim request",
) -> None:
    """Let somebody press a button and take the paper, if there is any."""
    dispenser.scene.show(picture)
    await watch.visit(dispenser, lambda: site.press(dispenser, button))
    await asyncio.sleep(STEP_UP_S)


async def take(house: House, folder: Path) -> None:
    """Take the pictures: light in English, dark in Chinese, and on a phone."""
    for suffix, language, dark, size in (
        ("", "en", False, DESKTOP),
        ("-zh-dark", "zh-Hans", True, DESKTOP),
        ("-phone", "en", False, PHONE),
    ):
        async with open_browser(house.client, language=language, dark=dark) as page:
            await page.set_viewport_size(size)
            await page.goto(f"{house.client.url}/facequota")
            await page.locator(".hours svg").wait_for()
            await page.evaluate("document.fonts.ready")
            await _save(page, folder / f"papers-page{suffix}.png")
            if size is PHONE:
                continue
            await page.locator('[data-paper="notice"] button.primary').click()
            await page.frame_locator("dialog iframe").locator("h1").wait_for()
            await _save(page, folder / f"papers-notice{suffix}.png")
            if dark:
                continue
            await page.keyboard.press("Escape")
            await page.locator('[data-paper="stickers"] button.primary').click()
            await (
                page.frame_locator("dialog iframe").locator(".sticker").first.wait_for()
            )
            await _save(page, folder / "papers-stickers.png")


async def _save(page: Page, picture: Path) -> None:
    """Write a small picture of what the browser shows."""
    await page.screenshot(path=picture, animations="disabled")
    with Image.open(picture) as taken:
        small = taken.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
    small.save(picture, optimize=True)
    print(picture)


async def main() -> None:
    """Build the house, live in it, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=IMAGES, help="where to")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        async with open_house(Path(temporary)) as house:
            site = await live(house)
            await live_before(house, site)
            await take(house, folder)
            await take_the_day(house, site, folder, _save)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except HouseError as err:
        raise SystemExit(f"paper_screenshots: {err}") from None
