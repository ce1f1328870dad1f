"""What counts as a press, for every kind of entity that can be a button."""

import asyncio

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.integration.conftest import DISPENSER_DATA, ask, faces, set_up_site, unload
from tests.integration.fake_dispenser import (
    REQUEST,
    REQUEST_WITHOUT_FACE,
    FakeDispenser,
    Fault,
)
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log")

NOON = "2026-07-01T12:00:00+00:00"
LATER = "2026-07-01T12:00:09+00:00"
LATER_STILL = "2026-07-01T12:01:00+00:00"


async def site_with_forget_button(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> MockConfigEntry:
    """Return a site whose dispenser has a button to be forgotten."""
    dispenser.set("binary_sensor.forget", "off")
    data = {**DISPENSER_DATA, "forget": "binary_sensor.forget"}
    return await set_up_site(hass, data=data)


@pytest.mark.parametrize(
    ("states", "presses"),
    [
        (["off", "on", "off"], 1),
        (["off", "on", "off", "on", "off"], 2),
        # A device that has just started does not know yet that nobody pressed.
        (["unknown", "on", "off"], 1),
        # A device that comes back, or a restored state, is no press.
        (["on"], 0),
        (["unavailable", "on", "off"], 0),
        (["on", "unavailable", "on"], 0),
        (["off", "unavailable", "off"], 0),
        (["off", "unknown", "off"], 0),
    ],
)
@pytest.mark.parametrize("domain", ["binary_sensor", "input_boolean", "switch"])
async def test_an_input_with_on_and_off_is_pressed_when_it_turns_on(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    domain: str,
    states: list[str],
    presses: int,
) -> None:
    assert await presses_of(hass, f"{domain}.button", states) == presses


@pytest.mark.parametrize(
    ("states", "presses"),
    [
        ([NOON, LATER], 1),
        ([NOON, LATER, LATER_STILL], 2),
        # Never pressed before.
        (["unknown", NOON], 1),
        # A device that comes back shows when it was pressed last.
        ([NOON], 0),
        (["unavailable", NOON], 0),
        ([NOON, "unavailable", NOON], 0),
        ([NOON, "unknown"], 0),
    ],
)
@pytest.mark.parametrize("domain", ["button", "event", "input_button"])
async def test_what_shows_the_time_of_its_last_press_is_pressed_when_that_changes(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    domain: str,
    states: list[str],
    presses: int,
) -> None:
    assert await presses_of(hass, f"{domain}.button", states) == presses


async def presses_of(hass: HomeAssistant, entity_id: str, states: list[str]) -> int:
    """Return how many visits a button's states bring, one after the other."""
    data = {**DISPENSER_DATA, "request": entity_id}
    entry = await set_up_site(hass, options={"suspended": True}, data=data)
    visits = async_capture_events(hass, "facequota_visit")
    for state in states:
        hass.states.async_set(entity_id, state)
        await hass.async_block_till_done(wait_background_tasks=True)
    hass.states.async_remove(entity_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await unload(hass, entry)
    return len(visits)


async def test_a_helpers_button_asks_for_paper(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """An input_button of Home Assistant, pressed as a dashboard presses it."""
    config = {"input_button": {"paper": {"name": "Paper"}}}
    assert await async_setup_component(hass, "input_button", config)
    data = {**DISPENSER_DATA, "request": "input_button.paper"}
    entry = await set_up_site(hass, options={"suspended": True}, data=data)
    await hass.services.async_call(
        "input_button", "press", {"entity_id": "input_button.paper"}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dispenser.turned_on == 1
    await unload(hass, entry)


async def test_a_press_during_a_visit_is_the_same_visitor(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """An impatient visitor gets one portion."""
    dispenser.fault = Fault.HANGS
    dispenser.set(REQUEST, "on")
    await dispenser.started.wait()
    for state in ("off", "on", "off"):
        dispenser.set(REQUEST, state)
    dispenser.set(REQUEST_WITHOUT_FACE, "on")
    await asyncio.sleep(0.05)
    dispenser.hang.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dispenser.turned_on == 1


async def test_the_button_without_a_face_asks_for_paper_and_the_camera_stays_unread(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    stage.empty()
    await dispenser.press(REQUEST_WITHOUT_FACE)
    event = hass.states.get("event.entrance_visit")
    assert event is not None
    assert (event.attributes["event_type"], event.attributes["lane"]) == (
        "granted",
        "open",
    )
    assert faces(site) == 0


async def test_a_button_for_urgent_need_gives_paper_to_who_was_refused(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser
) -> None:
    dispenser.set("binary_sensor.urgent", "off")
    data = {**DISPENSER_DATA, "request_urgent": "binary_sensor.urgent"}
    entry = await set_up_site(hass, data=data)
    stage.person("A")
    await ask(hass)
    assert (await ask(hass))["outcome"] == "refused"
    await dispenser.press("binary_sensor.urgent")
    event = hass.states.get("event.entrance_visit")
    assert event is not None
    assert (event.attributes["event_type"], event.attributes["lane"]) == (
        "granted",
        "urgent",
    )
    await unload(hass, entry)


async def test_a_visitor_who_asks_to_be_forgotten_during_a_portion_is_forgotten_after_it(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser
) -> None:
    entry = await site_with_forget_button(hass, dispenser)
    stage.person("A")
    dispenser.fault = Fault.HANGS
    visit = asyncio.create_task(ask(hass))
    await dispenser.started.wait()
    dispenser.set("binary_sensor.forget", "on")
    await asyncio.sleep(0.05)
    assert faces(entry) == 1
    dispenser.hang.set()
    assert (await visit)["lane"] == "face"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert faces(entry) == 0
    assert dispenser.said[-1] == "Done. You are forgotten."
    await unload(hass, entry)


async def test_a_request_to_be_forgotten_during_a_purge_is_confirmed(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser
) -> None:
    """Face recognition is switched off while the camera looks for them."""
    entry = await site_with_forget_button(hass, dispenser)
    dispenser.set("binary_sensor.forget", "on")
    entry.runtime_data.suspend(True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "Please look here" in dispenser.said
    assert dispenser.said[-1] == "Done. You are forgotten."
    await unload(hass, entry)


async def test_a_button_to_be_forgotten_forgets_who_presses_it(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser
) -> None:
    """When nobody can be seen, nobody is forgotten, and nothing is logged of it."""
    entry = await site_with_forget_button(hass, dispenser)
    stage.person("A")
    await ask(hass)
    stage.empty()
    await dispenser.press("binary_sensor.forget")
    assert faces(entry) == 1
    stage.person("A")
    await dispenser.press("binary_sensor.forget")
    assert faces(entry) == 0
    await unload(hass, entry)
