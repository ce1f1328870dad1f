"""Screenshots of the page in the sidebar and of the papers, in a real house.

Started by scripts/paper_screenshots.
"""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
import tempfile
from typing import Final

from playwright.async_api import Page

from .browser import open_browser
from .home_assistant import ROOT, HouseError
from .house import House, open_house
from .people import leave, people_in, stand
from .site import Dispenser, Site
from .stage import Watch

IMAGES: Final = ROOT / "docs/images"
RULES: Final = {
    "portion_cm": 60.0,
    "allowance_cm": 60.0,
    "window_min": 9.0,
    "refused_at_most_one_in": 1000,
    "operator": "City Parks Department",
    "contact": "parks@example.org · +49 30 123456",
}
# A picture in the docs is looked at in a column: two pixels for each of them would be waste.
DESKTOP: Final = {"width": 1180, "height": 1000}
PHONE: Final = {"width": 400, "height": 860}


async def live(house: House) -> Site:
    """Set a site up and let some visits take place: both lanes, a refusal, a purge."""
    site = await house.set_up_site(name="East gate", rules=RULES)
    people = people_in(ROOT / ".cache/portraits")
    entrance, other = site.dispensers
    pictures = [
        stand(one.photographs[0], entrance.pictures / f"{one.name}.jpg")
        for one in people
    ]
    async with Watch.on(house.client) as watch:
        await _ask(site, watch, entrance, pictures[0], "Request")
        await site.purge()
        for picture in (*pictures, pictures[0]):
            await _ask(site, watch, entrance, picture, "Request")
        for _ in range(2):
            await _ask(site, watch, other, None, "Request without face")
    return site


async def _ask(
    site: Site, watch: Watch, dispenser: Dispenser, picture: Path | None, button: str
) -> None:
    """Let somebody press a button of a simulated dispenser and take the paper."""
    await site.show(dispenser, picture or leave(dispenser.pictures / "nobody.jpg"))
    press = {"entity_id": dispenser.firmware[f"Sim {button.lower()}"]}
    await watch.visit(
        dispenser,
        lambda: site.client.service("button.press", target=press),
    )
    # The firmware rests for a second after a portion.
    await asyncio.sleep(1.3)


async def take(house: House, folder: Path) -> Sequence[Path]:
    """Take all the pictures."""
    taken = []
    for name, language, dark, size in (
        ("panel", "en", False, DESKTOP),
        ("panel-dark-zh", "zh-Hans", True, DESKTOP),
        ("panel-phone", "en", False, PHONE),
    ):
        async with open_browser(house.client, language=language, dark=dark) as page:
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            await page.goto(f"{house.client.url}/facequota")
            await page.locator(".tile").first.wait_for()
            await page.wait_for_timeout(1500)
            taken.append(await _shot(page, folder / f"{name}.png"))
            if size is DESKTOP:
                await page.locator('[data-paper="notice"] button.primary').click()
                frame = page.frame_locator("iframe[srcdoc]")
                await frame.locator("h1").wait_for()
                taken.append(await _shot(page, folder / f"{name}-notice.png"))
                await page.keyboard.press("Escape")
    return taken


async def _shot(page: Page, picture: Path) -> Path:
    await page.screenshot(path=picture, animations="disabled")
    return picture


async def main() -> None:
    """Build the house, live in it, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=IMAGES)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        async with open_house(Path(temporary)) as house:
            await live(house)
            for picture in await take(house, folder):
                print(picture)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except HouseError as err:
        raise SystemExit(f"paper_screenshots: {err}") from None
