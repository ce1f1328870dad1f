"""Paper for which no visit asked is detected, counted and reported, with any kind of switch."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    issues,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import MOTOR, FakeDispenser, Fault

pytestmark = pytest.mark.usefixtures("log")

NOT_ASKED_FOR: Final = "sensor.entrance_portions_not_asked_for_by_facequota"
EVENT: Final = "event.entrance_portion_not_asked_for"
RULES: Final = {"suspended": True, "open_portions": 9}
GRANTED: Final = ("granted", "open", 60.0, None)
PLAIN: Final = {
    "camera": "camera.entrance",
    "motor": "input_boolean.motor",
    "cm_per_second": 200,
    "roll_length": 150,
}


def number(hass: HomeAssistant, entity_id: str) -> float:
    """Return what a sensor shows."""
    found = hass.states.get(entity_id)
    assert found is not None
    return float(found.state)


def paper_cm(hass: HomeAssistant) -> float:
    """Return what came out in all, in cm."""
    return round(number(hass, "sensor.entrance_paper_dispensed") * 100, 1)


async def turn(hass: HomeAssistant, service: str, entity_id: str) -> None:
    """Turn a switch on or off, as anybody may."""
    await hass.services.async_call(
        entity_id.partition(".")[0], service, {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done()


@pytest.fixture
async def plain(hass: HomeAssistant) -> AsyncGenerator[MockConfigEntry]:
    """Return a site with a motor that is any switch: it turns until it is told."""
    assert await async_setup_component(hass, "homeassistant", {})
    helpers: dict[str, Any] = {"input_boolean": {"motor": {}}}
    assert await async_setup_component(hass, "input_boolean", helpers)
    entry = await set_up_site(hass, options=RULES, data=PLAIN)
    yield entry
    await unload(hass, entry)


@pytest.mark.parametrize("how", ["action", "scene", "hand"])
async def test_a_plain_switch_that_a_person_turns_on_is_reported_as_a_portion(
    hass: HomeAssistant,
    plain: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    how: str,
) -> None:
    """At once, and no visit is made of it."""
    motor = PLAIN["motor"]
    for times in (1, 2):
        match how:
            case "action":
                await turn(hass, "turn_on", str(motor))
            case "scene":
                assert await async_setup_component(hass, "scene", {})
                # What applies one comes with its first platform.
                await hass.async_block_till_done(wait_background_tasks=True)
                await hass.services.async_call(
                    "scene", "apply", {"entities": {motor: "on"}}, blocking=True
                )
            case _:
                hass.states.async_set(str(motor), "on")
        await hass.async_block_till_done()
        assert number(hass, NOT_ASKED_FOR) == times
        event = hass.states.get(EVENT)
        assert event is not None
        assert event.attributes["event_type"] == "not_asked_for"
        assert event.attributes["portions"] == 1
        placeholders = issues(issue_registry)["portions_not_asked_for"]
        assert placeholders is not None
        assert placeholders["portions"] == str(times)
        hass.states.async_set(str(motor), "off")
        await hass.async_block_till_done(wait_background_tasks=True)
    assert number(hass, "sensor.entrance_portions_granted") == 0
    assert number(hass, "sensor.east_gate_visits_since_cleaning") == 0


async def test_what_came_of_a_plain_switch_is_counted_by_the_time_it_was_on(
    hass: HomeAssistant, plain: MockConfigEntry
) -> None:
    """And taken off the roll."""
    (one,) = plain.runtime_data.dispensers.values()
    await one.roll.refilled()
    began = hass.loop.time()
    await turn(hass, "turn_on", str(PLAIN["motor"]))
    await asyncio.sleep(0.2)
    await turn(hass, "turn_off", str(PLAIN["motor"]))
    most = (hass.loop.time() - began) * 200
    await hass.async_block_till_done(wait_background_tasks=True)
    came = paper_cm(hass)
    assert 0 < came <= most
    assert one.roll.supply.left_cm == pytest.approx(15000 - came, abs=0.1)


@pytest.mark.parametrize("measured", [True, False])
async def test_a_device_that_stops_by_itself_is_charged_by_its_own_measurement(
    hass: HomeAssistant, dispenser: FakeDispenser, measured: bool
) -> None:
    """Or its portion length, without a counter."""
    counted = {} if measured else {"paper_dispensed": None}
    entry = await set_up_site(hass, options=RULES, data={**DISPENSER_DATA, **counted})
    await turn(hass, "turn_on", MOTOR)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert number(hass, NOT_ASKED_FOR) == 1
    assert paper_cm(hass) == 50
    await unload(hass, entry)


@pytest.mark.parametrize("fault", [None, Fault.JAM_AT_20_CM, Fault.NEVER_ON])
async def test_a_portion_of_a_visit_does_not_count_as_not_asked_for(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
    fault: Fault | None,
) -> None:
    entry = await set_up_site(hass, options=RULES)
    dispenser.fault = fault
    await ask(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert number(hass, NOT_ASKED_FOR) == 0
    assert "portions_not_asked_for" not in issues(issue_registry)
    await unload(hass, entry)


async def test_the_event_of_portions_not_asked_for_gives_no_paper(
    hass: HomeAssistant, plain: MockConfigEntry
) -> None:
    """An action at the dispenser's device is one portion; at this entity it is none."""
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            "facequota", "dispense", {"entity_id": EVENT}, blocking=True
        )
    device = er.async_get(hass).async_get("event.entrance_visit")
    assert device is not None and device.device_id is not None
    await hass.services.async_call(
        "facequota", "dispense", {"device_id": device.device_id}, blocking=True
    )
    assert number(hass, "sensor.entrance_portions_granted") == 1


async def test_a_visit_after_such_a_portion_is_a_visit(
    hass: HomeAssistant, plain: MockConfigEntry
) -> None:
    await turn(hass, "turn_on", str(PLAIN["motor"]))
    assert summary(await ask(hass)) == ("failed", "open", 0.0, "motor_busy")
    await turn(hass, "turn_off", str(PLAIN["motor"]))
    assert summary(await ask(hass)) == GRANTED
    assert number(hass, NOT_ASKED_FOR) == 1


@pytest.mark.parametrize("before", ["unavailable", "gone"])
async def test_a_device_that_comes_back_with_its_motor_on_is_no_portion(
    hass: HomeAssistant, plain: MockConfigEntry, before: str
) -> None:
    """Nobody saw it begin."""
    motor = str(PLAIN["motor"])
    if before == "gone":
        hass.states.async_remove(motor)
    else:
        hass.states.async_set(motor, before)
    hass.states.async_set(motor, "on")
    await hass.async_block_till_done()
    assert number(hass, NOT_ASKED_FOR) == 0


async def test_a_motor_that_was_renamed_is_still_watched(
    hass: HomeAssistant, plain: MockConfigEntry
) -> None:
    new = "input_boolean.paper"
    er.async_get(hass).async_update_entity(str(PLAIN["motor"]), new_entity_id=new)
    await hass.async_block_till_done(wait_background_tasks=True)
    await turn(hass, "turn_on", new)
    await turn(hass, "turn_off", new)
    assert number(hass, NOT_ASKED_FOR) == 1
