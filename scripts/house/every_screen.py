"""Takes a picture of every form, dialogue, page and paper that a manager sees.

scripts/screenshots --every [FOLDER] [--language ja]   .cache/screens unless told otherwise
"""

import asyncio
from functools import partial
from pathlib import Path
import shutil
import tempfile
from typing import Final

from playwright.async_api import ViewportSize, expect

from .browser import PATIENCE_MS, open_browser
from .clicks import INTEGRATION
from .dispenser import Dispenser
from .home_assistant import ROOT
from .house import House, open_house
from .people import leave
from .prepare import ENGINES
from .screens import Screens
from .site import Site
from .site_setup import add_dispenser_parts
from .visit_watch import Watch

# Paths of texts of Home Assistant's own frontend.
OK: Final = "ui.common.ok"
SEARCH: Final = "ui.common.search"
CONFIGURE: Final = "ui.panel.config.integrations.config_entry.configure"
# High enough that a dialogue shows all of its form.
TALL: Final = ViewportSize(width=1280, height=2200)
A4: Final = ViewportSize(width=794, height=1123)


async def take_every_screen(folder: Path, language: str) -> None:
    """Take all of them, in one language."""
    temporary = Path(tempfile.mkdtemp(prefix="screens-", dir=ROOT / ".cache"))
    try:
        async with open_house(temporary, dispensers=1) as house:
            await house.client.call("config/core/update", language=language)
            parts = await add_dispenser_parts(
                house.client, house.pictures, house.machines[0]
            )
            async with open_browser(house.client, language=language) as page:
                await page.set_viewport_size(TALL)
                screens = Screens(folder, page, house, language)
                await _new_site(screens)
                await _new_dispenser(screens)
                site = await Site.find(house.client, [parts])
                await _visits(site, site.dispensers[0])
                await _rules(screens)
                await _sidebar(screens)
                await _papers(screens, site)
                await _repairs(screens, site)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _engine(house: House) -> Path:
    """Return the engine's folder in a house, which begins without it."""
    (prepared,) = ENGINES.glob("ncnn-*")
    return house.home_assistant.folder / ".cache/facequota" / prepared.name


async def _new_site(screens: Screens) -> None:
    """Set a site up, with the errors that can occur."""
    page, dialog = screens.page, screens.dialog
    steps = screens.texts["config"]["step"]
    await screens.go("/config/integrations/dashboard/add?domain=facequota")
    await page.get_by_role("button", name=screens.frontend[OK], exact=True).click()
    await screens.shows(steps["user"]["title"])
    await screens.take("site")
    await screens.write(steps["user"]["data"]["name"], "East gate")
    await screens.write(steps["user"]["data"]["operator"], "City Parks Department")
    await screens.write(steps["user"]["data"]["contact"], "parks@example.org")
    await screens.submit()
    await screens.shows(steps["law"]["title"])
    await screens.take("law")
    await dialog.locator("ha-radio-option[value=inside]").click()
    await screens.submit()
    await screens.shows(screens.texts["config"]["error"]["notice_needed"])
    await screens.take("law-refused")
    await dialog.locator("ha-radio-option[value=entrance]").click()
    for number in range(2):
        await dialog.locator("ha-switch").nth(number).click()
    await screens.submit()
    await screens.shows(steps["engine"]["title"])
    await screens.take("engine")
    nothing = screens.house.folder / "nothing"
    nothing.mkdir()
    await dialog.locator("ha-radio-option[value=ncnn]").click()
    await screens.write(steps["engine"]["data"]["wheels_folder"], str(nothing))
    await screens.submit()
    await screens.shows(steps["install_failed"]["title"])
    await screens.take("install-failed")
    (prepared,) = ENGINES.glob("ncnn-*")
    shutil.copytree(prepared, _engine(screens.house), symlinks=True)
    await screens.write(steps["install_failed"]["data"]["wheels_folder"], "")
    await screens.press(steps["install_failed"]["submit"])
    await screens.shows(screens.texts["config"]["progress"]["install"][:8])
    await screens.take("install", settle_ms=100)
    await screens.finish("site-made")


async def _new_dispenser(screens: Screens) -> None:
    """Add a dispenser with our firmware."""
    dialog = screens.dialog
    texts = screens.texts["config_subentries"]["dispenser"]
    await screens.go(INTEGRATION)
    add = screens.page.get_by_role("button", name=texts["initiate_flow"]["user"])
    await add.first.click()
    await screens.shows(texts["step"]["user"]["description"][:12])
    await screens.take("dispenser")
    await screens.write(texts["step"]["user"]["data"]["name"], "Entrance")
    # Between the two is the picker of the presence sensor.
    for number, name in ((0, "Entrance camera"), (2, "Entrance dispenser Motor")):
        await dialog.locator("ha-entity-picker").nth(number).click()
        await dialog.get_by_placeholder(screens.frontend[SEARCH]).fill(name)
        found = dialog.locator("ha-combo-box-item").filter(has_text=name.split()[-1])
        await found.first.click()
    await screens.submit()
    await screens.shows(texts["step"]["inputs"]["title"])
    await screens.take("dispenser-inputs")
    await screens.submit()
    await screens.finish("dispenser-made")


async def _visits(site: Site, dispenser: Dispenser) -> None:
    """Let a visitor come without a face, then purge, change a rule and suspend once."""
    dispenser.scene.show(leave(dispenser.pictures / "nobody.jpg"))
    async with Watch.on(site.client) as watch:
        for button in ("Sim request without face", "Sim request"):
            await watch.visit(dispenser, partial(site.press, dispenser, button))
            await asyncio.sleep(1.3)
    await site.purge()
    await site.set_number("window", 7.5)
    await site.recognise(False)
    await site.recognise(True)


async def _rules(screens: Screens) -> None:
    """Open the options."""
    client = screens.house.client
    entries = await client.get("/api/config/config_entries/entry?domain=facequota")
    await screens.go(f"{INTEGRATION}#config_entry={entries[0]['entry_id']}")
    await screens.page.get_by_role(
        "button", name=screens.frontend[CONFIGURE]
    ).first.click()
    await screens.shows(screens.texts["options"]["step"]["init"]["title"])
    await screens.take("options")
    await screens.close()


async def _sidebar(screens: Screens) -> None:
    """Look at the page in the sidebar."""
    await screens.go("/facequota")
    await screens.page.locator(".tile").first.wait_for()
    await screens.take("panel")


async def _papers(screens: Screens, site: Site) -> None:
    """Look at the papers as they are printed: on A4, page below page."""
    headers = {"Authorization": f"Bearer {screens.house.client.token}"}
    for name in ("notice", "assessment", "log"):
        path = f"/api/facequota/papers/{site.entry_id}/{screens.language}/{name}.html"
        paper = await screens.page.context.new_page()
        await paper.set_extra_http_headers(headers)
        await paper.goto(screens.house.client.url + path)
        await paper.emulate_media(media="print")
        await paper.set_viewport_size(A4)
        file = screens.file(f"{name}.png")
        await paper.screenshot(path=file, full_page=True)
        await paper.pdf(path=file.with_suffix(".pdf"), prefer_css_page_size=True)
        await paper.close()


async def _repairs(screens: Screens, site: Site) -> None:
    """Remove the engine and the motor, and take pictures of the repairs."""
    engine = _engine(screens.house)
    kept = engine.with_name("kept")
    engine.rename(kept)
    await site.client.post(f"/api/config/config_entries/entry/{site.entry_id}/reload")
    issue = screens.texts["issues"]["engine_missing"]
    title = issue["title"].format(site="East gate")
    await screens.go("/config/repairs")
    await expect(screens.page.locator("ha-config-repairs")).to_contain_text(
        title, timeout=PATIENCE_MS
    )
    await screens.take("repairs")
    await screens.page.get_by_text(title).first.click()
    await screens.shows(issue["fix_flow"]["step"]["confirm"]["title"])
    await screens.take("repair-engine")
    kept.rename(engine)
    await screens.press(issue["fix_flow"]["step"]["confirm"]["submit"])
    await screens.shows(issue["fix_flow"]["progress"]["install"][:8])
    await screens.take("repair-install", settle_ms=100)
    await screens.finish("repair-done")
    await _broken_dispenser(screens, site)


async def _broken_dispenser(screens: Screens, site: Site) -> None:
    """Cut a dispenser's power, let somebody ask, and take pictures of the repairs."""
    dispenser = site.dispensers[0]
    await screens.house.machines[0].simulator.cut_power()
    await site.client.wait_for(
        dispenser.motor, lambda state: state["state"] == "unavailable"
    )
    await site.dispense(dispenser)
    title = screens.texts["issues"]["motor_unavailable"]["title"]
    await screens.go("/config/repairs")
    await screens.page.get_by_text(title.format(dispenser="Entrance")).first.click()
    await screens.take("nobody-gets-paper")
    await screens.go(f"/config/devices/device/{dispenser.device_id}")
    await screens.page.locator("ha-config-device-page").wait_for()
    await screens.take("dispenser-out-of-order")
