"""The visitor's display: opened by its address alone, and nothing but what a visitor may see."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
import re
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel.visitor_display import view
from custom_components.facequota.panel.visitor_display.screen import (
    SHOWN_FOR_S,
    Picture,
    Screen,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.integration.conftest import CAMERA, ask, faces, set_up_site, unload
from tests.integration.fake_dispenser import JAM, FakeDispenser
from tests.integration.remembered import remember

from .displays import add_display, address, told


async def test_adding_a_display_forgets_no_visitor(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    remember(open_site, 1)
    site = open_site.runtime_data
    await add_display(hass, open_site)
    assert open_site.runtime_data is site
    assert faces(open_site) == 1


async def test_the_page_needs_no_account_and_nothing_from_elsewhere(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """And it is light, with every button and in every language at once."""
    every = [tag.lower() for tag in LANGUAGES]
    display = await add_display(hass, open_site, languages=every)
    tablet = await hass_client_no_auth()
    answer = await tablet.get(address(display))
    assert answer.status == HTTPStatus.OK
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = await answer.read()
    assert b"http" not in page.replace(b"http-equiv", b"")
    size = len(page)
    waiting = re.findall(r'(?:src|href)="([^"]+)"', page.decode())
    assert len(waiting) == 2
    for part in waiting:
        file = await tablet.get(part)
        assert file.status == HTTPStatus.OK
        text = await file.read()
        size += len(text)
        folder = part.rpartition("/")[0]
        waiting += [
            f"{folder}/{one}"
            for one in re.findall(r'from "\./([\w.]+)"', text.decode())
        ]
    assert len(waiting) == 3
    assert size <= 60_000


@pytest.mark.parametrize(
    ("nearest", "first", "then"),
    [((), "Exit", "Garden"), (("Garden", "Exit"), "Garden", "Exit")],
)
async def test_a_visitor_is_sent_to_the_nearest_dispenser_that_has_paper(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    nearest: tuple[str, ...],
    first: str,
    then: str,
) -> None:
    """By the order that the manager gave, else the site's; followed while it is shown."""
    motors = {"Exit": "switch.exit_motor", "Garden": "switch.garden_motor"}
    for motor in motors.values():
        hass.states.async_set(motor, "off")
    more = {name: {"camera": CAMERA, "motor": motor} for name, motor in motors.items()}
    entry = await set_up_site(hass, options={"suspended": True}, more=more)
    by_name = {
        one.subentry.title: one for one in entry.runtime_data.dispensers.values()
    }
    ids = [by_name[name].subentry.subentry_id for name in nearest]
    screen = Screen(hass, by_name["Entrance"], ids)
    screen.start()
    told: list[str | None] = []
    screen.changes.add(lambda: told.append(screen.as_dict().get("elsewhere")))
    dispenser.set(JAM, "on")
    await hass.async_block_till_done()
    by_name[first].roll.supply.left_cm = 0
    by_name[first].update()
    await hass.async_block_till_done()
    assert told == [first, then]
    screen.stop()
    await unload(hass, entry)


async def test_a_page_learns_that_it_was_made_of_other_settings(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    """Nobody goes to each tablet after a change of languages or buttons, or an update."""

    async def made() -> tuple[str, str]:
        page = await (await tablet.get(address(display))).text()
        answer = await tablet.get(f"{address(display)}/events")
        line = (await answer.content.readline()).decode()
        answer.close()
        (known,) = re.findall(r'data-made="(\w+)"', page)
        return known, line.removeprefix("id: ").strip()

    before = await made()
    assert before[0] == before[1]
    hass.config_entries.async_update_subentry(
        open_site, display, data={**display.data, "languages": ["de"]}
    )
    await hass.async_block_till_done()
    after = await made()
    assert after[0] == after[1] != before[0]


@pytest.mark.parametrize("change", ["languages", "nearest", "name"])
async def test_a_tablet_that_is_open_follows_what_the_manager_changes(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """Its stream ends; the next one tells the page if it has to load itself again."""
    monkeypatch.setattr(view, "KEEPALIVE_S", 0.01)
    events = f"{address(display)}/events"
    answer = await tablet.get(events)
    before = (await answer.content.readline()).decode()
    changed = {"languages": ["de"], "nearest": ["another"]}
    if change == "name":
        (one,) = open_site.runtime_data.dispensers.values()
        hass.config_entries.async_update_subentry(open_site, one.subentry, title="New")
    else:
        hass.config_entries.async_update_subentry(
            open_site, display, data={**display.data, change: changed[change]}
        )
    async with asyncio.timeout(10):
        await answer.content.read()
    answer = await tablet.get(events)
    after = (await answer.content.readline()).decode()
    answer.close()
    assert (after != before) is (change != "nearest")


async def test_it_shows_each_step_and_the_time_of_the_next_portion(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    answer = await tablet.get(f"{address(display)}/events")
    assert (await told(answer))["picture"] == Picture.OPEN_LANE
    pressed = await tablet.post(f"{address(display)}/press/open")
    assert pressed.status == HTTPStatus.NO_CONTENT
    while (state := await told(answer))["picture"] != Picture.TAKE:
        pass
    assert set(state) == {"picture", "sentence", "now"}
    answer.close()


async def test_a_refusal_says_until_when_and_disappears_after_a_moment(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    (one,) = open_site.runtime_data.dispensers.values()
    screen = Screen(hass, one)
    screen.start()
    for _ in range(10):
        await ask(hass, lane="open")
    refused = await ask(hass, lane="open")
    assert refused["outcome"] == "refused"
    shown = screen.as_dict()
    assert shown["picture"] == Picture.WAIT
    assert shown["until"] > hass.loop.time()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=SHOWN_FOR_S + 1))
    await hass.async_block_till_done()
    assert screen.as_dict()["picture"] == Picture.OPEN_LANE
    assert "until" not in screen.as_dict()
    screen.stop()


async def test_an_empty_or_broken_dispenser_says_so_before_anybody_tries(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    (one,) = open_site.runtime_data.dispensers.values()
    screen = Screen(hass, one)
    dispenser.set(JAM, "on")
    await hass.async_block_till_done()
    assert screen.as_dict() == {"picture": Picture.OUT_OF_ORDER, "elsewhere": None}
    one.roll.supply.left_cm = 0
    assert screen.as_dict() == {"picture": Picture.NO_PAPER, "elsewhere": None}


async def test_a_display_shows_no_person_and_no_entity(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    remember(open_site, 1)
    page = await (await tablet.get(address(display))).text()
    answer = await tablet.get(f"{address(display)}/events")
    state = await told(answer)
    answer.close()
    assert set(state) <= {"picture", "sentence", "until", "elsewhere", "now"}
    assert "sensor." not in page and "switch." not in page
