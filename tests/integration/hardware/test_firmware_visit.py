"""Visits with the real firmware, simulated, behind Home Assistant's own esphome."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.integration.conftest import ask, faces, set_up_site, step, summary, unload
from tests.integration.hardware.machine import (
    DEVICE,
    MOTOR,
    PULSE_CM,
    Machine,
    charged_cm,
    until,
)
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log")


async def test_the_flow_finds_every_entity_of_our_firmware(
    hass: HomeAssistant, machine: Machine
) -> None:
    assert machine.data == {
        "camera": "camera.entrance",
        "motor": MOTOR,
        "request": f"binary_sensor.{DEVICE}_request",
        "request_without_face": f"binary_sensor.{DEVICE}_request_without_face",
        "request_urgent": f"binary_sensor.{DEVICE}_urgent_request",
        "forget": f"binary_sensor.{DEVICE}_forget_me",
        "visitor_button": f"event.{DEVICE}_visitor_button",
        "portion_length": f"number.{DEVICE}_portion_length",
        "paper_dispensed": f"sensor.{DEVICE}_paper_dispensed",
        "last_portion": f"sensor.{DEVICE}_last_portion",
        "jam": f"binary_sensor.{DEVICE}_jam",
        "paper_low": f"binary_sensor.{DEVICE}_paper_low",
        "paper_out": f"binary_sensor.{DEVICE}_paper_out",
        "roll_remaining": f"sensor.{DEVICE}_roll_remaining",
        "roll_length_remaining": f"sensor.{DEVICE}_roll_length_remaining",
        "new_roll": f"button.{DEVICE}_new_roll",
        "alone_portions": f"sensor.{DEVICE}_portions_without_home_assistant",
        "alone_paper": f"sensor.{DEVICE}_length_without_home_assistant",
        "switch_portions": f"sensor.{DEVICE}_portions_by_switch",
        "cover_open": f"binary_sensor.{DEVICE}_cover_open",
        "fault": f"binary_sensor.{DEVICE}_fault",
        "status": f"sensor.{DEVICE}_status",
        "display": f"text.{DEVICE}_display",
    }


async def test_a_visitor_gets_a_portion_by_pressing_the_devices_button(
    hass: HomeAssistant, machine: Machine, stage: Stage
) -> None:
    """Face, motor, length, display: all of it real. The second press is refused."""
    entry = await set_up_site(hass, data=machine.data)
    stage.person("A")
    await machine.press("sim_request")
    await until(lambda: step(hass) == "dispensing")
    await until(lambda: machine.reads("Please take your paper"))
    await until(lambda: step(hass) is None)
    event = hass.states.get("event.entrance_visit")
    assert event is not None
    visit = event.attributes
    assert (visit["event_type"], visit["lane"]) == ("granted", "face")
    assert visit["cm"] == machine.number("last_portion")
    assert abs(visit["cm"] - machine.number("sim_true_length")) <= PULSE_CM
    assert abs(visit["cm"] - 60) <= PULSE_CM
    assert abs(charged_cm(dict(visit)) - min(60, visit["cm"])) < 0.5
    assert faces(entry) == 1

    refused = await ask(hass)
    assert summary(refused) == ("refused", "face", 0.0, None)
    await until(lambda: machine.reads("Your next portion comes at"))
    await unload(hass, entry)


async def test_a_visitor_holds_the_button_looks_and_is_forgotten(
    hass: HomeAssistant, machine: Machine, stage: Stage
) -> None:
    """The display says it before, and after; the next portion comes at once."""
    entry = await set_up_site(hass, data=machine.data)
    stage.person("A")
    await ask(hass)
    assert faces(entry) == 1
    await machine.turn_on("sim_button")
    await until(lambda: machine.reads("Let go: paper without a face."))
    await until(lambda: machine.reads("Done. You are forgotten."))
    assert faces(entry) == 0
    assert (await ask(hass))["outcome"] == "granted"
    await unload(hass, entry)


async def test_urgent_need_gets_a_portion_at_once_by_the_second_button(
    hass: HomeAssistant, machine: Machine, firmware_site: MockConfigEntry
) -> None:
    """Where the lane without a face has nothing left to give."""
    await ask(hass)
    assert (await ask(hass))["outcome"] == "refused"
    before = machine.number("paper_dispensed")
    await machine.turn_on("sim_second_button")
    await until(lambda: machine.reads("Let go: paper without a face."))
    await until(lambda: machine.reads("Please take your paper"))
    await until(lambda: step(hass) is None)
    event = hass.states.get("event.entrance_visit")
    assert event is not None
    assert event.attributes["event_type"] == "granted"
    assert event.attributes["lane"] == "urgent"
    assert machine.number("paper_dispensed") - before == event.attributes["cm"]
