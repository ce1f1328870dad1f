"""What the real firmware does when something goes wrong, and what a visit says then."""

import asyncio

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.integration.conftest import ask, summary
from tests.integration.hardware.machine import (
    DEVICE,
    MOTOR,
    PULSE_CM,
    Machine,
    charged_cm,
    until,
)

pytestmark = pytest.mark.usefixtures("log")


@pytest.mark.parametrize(
    ("fault", "reason"), [("sim_jam", "jam"), ("sim_empty_roll", "paper_out")]
)
async def test_a_portion_cut_short_is_charged_for_what_the_device_measured(
    hass: HomeAssistant,
    machine: Machine,
    firmware_site: MockConfigEntry,
    fault: str,
    reason: str,
) -> None:
    """It strikes after twenty centimetres."""
    await machine.turn_on(fault)
    visit = await ask(hass)
    assert (visit["outcome"], visit["reason"]) == ("failed", reason)
    assert visit["cm"] == machine.number("last_portion")
    assert abs(visit["cm"] - machine.number("sim_true_length")) <= PULSE_CM
    assert 15 < visit["cm"] < 30
    assert abs(charged_cm(visit) - visit["cm"]) < 0.5


async def test_power_lost_in_mid_portion_charges_no_more_than_came_out(
    hass: HomeAssistant, machine: Machine, firmware_site: MockConfigEntry
) -> None:
    """And with the power back, the next visitor is served."""
    before = machine.number("paper_dispensed")
    asking = asyncio.create_task(ask(hass))
    await until(lambda: hass.states.is_state(MOTOR, "on"))
    await asyncio.sleep(0.5)
    await machine.simulator.cut_power()
    visit = await asking
    assert (visit["outcome"], visit["reason"]) == ("failed", "motor_lost")
    await hass.config_entries.async_unload(machine.entry.entry_id)
    await machine.simulator.start()
    await machine.connect()
    after = machine.number("paper_dispensed")
    assert visit["cm"] <= max(0.0, after - before) + PULSE_CM
    assert visit["cm"] < 60
    again = await ask(hass, cm=20)
    assert again["outcome"] == "granted"


async def test_home_assistant_goes_and_the_firmware_ends_the_portion_by_itself(
    hass: HomeAssistant, machine: Machine, firmware_site: MockConfigEntry
) -> None:
    """Nobody is charged for it afterwards."""
    asking = asyncio.create_task(ask(hass, cm=20))
    await until(lambda: hass.states.is_state(MOTOR, "on"))
    await hass.config_entries.async_reload(firmware_site.entry_id)
    with pytest.raises(HomeAssistantError):
        await asking
    await until(lambda: hass.states.is_state(MOTOR, "off"))
    assert abs(machine.number("last_portion") - 20) <= PULSE_CM
    assert summary(await ask(hass))[:2] == ("granted", "open")


async def test_a_device_that_refuses_gives_nothing_and_charges_nothing(
    hass: HomeAssistant, machine: Machine, firmware_site: MockConfigEntry
) -> None:
    """An open cover: the device says why."""
    await machine.turn_on("sim_cover_open")
    visit = await ask(hass)
    assert summary(visit) == ("failed", "open", 0.0, "cover_open")
    data = {"entity_id": f"switch.{DEVICE}_sim_cover_open"}
    await hass.services.async_call("switch", "turn_off", data, blocking=True)
    assert (await ask(hass, cm=60))["outcome"] == "granted"


async def test_a_frozen_link_gives_nothing_now_and_nothing_when_it_thaws(
    hass: HomeAssistant, machine: Machine, firmware_site: MockConfigEntry
) -> None:
    """The command arrives with everything else that waited, and is too late."""
    before = machine.number("paper_dispensed")
    machine.simulator.freeze()
    visit = await ask(hass)
    assert summary(visit) == ("failed", "open", 0.0, "motor_did_not_start")
    machine.simulator.thaw()
    # Another length, so that the device has answered everything before.
    length = f"number.{DEVICE}_portion_length"
    data = {"entity_id": length, "value": 33}
    await hass.services.async_call("number", "set_value", data, blocking=True)
    await until(lambda: hass.states.is_state(length, "33.0"))
    assert hass.states.is_state(MOTOR, "off")
    assert machine.number("paper_dispensed") == before
    assert (await ask(hass))["outcome"] == "granted"


async def test_a_portion_by_the_motors_switch_is_one_that_facequota_did_not_ask_for(
    hass: HomeAssistant, machine: Machine, firmware_site: MockConfigEntry
) -> None:
    """A portion by the action is not; the device tells both within ten seconds."""
    assert summary(await ask(hass))[0] == "granted"
    before = machine.number("portions_by_switch")
    # The motor rests for a second after a portion.
    await asyncio.sleep(1.5)
    await machine.turn_on("motor")
    await until(lambda: machine.number("portions_by_switch") == before + 1)
    await hass.async_block_till_done()
    not_asked_for = "sensor.entrance_portions_not_asked_for_by_facequota"
    assert hass.states.is_state(not_asked_for, "1")
    assert hass.states.is_state("sensor.entrance_portions_granted", "1")


@pytest.mark.parametrize("ahead_s", [10, -120])
async def test_a_device_with_another_clock_gives_paper_by_its_switch_and_asks_for_the_time(
    hass: HomeAssistant,
    machine: Machine,
    firmware_site: MockConfigEntry,
    ahead_s: int,
) -> None:
    """The next command finds its clock right, and nobody has to do anything."""
    ahead = f"number.{DEVICE}_sim_clock_ahead"
    data = {"entity_id": ahead, "value": ahead_s}
    await hass.services.async_call("number", "set_value", data, blocking=True)
    await until(lambda: float(state_of(hass, ahead)) == ahead_s)
    assert (await ask(hass, cm=20))["outcome"] == "granted"
    assert reason_of(hass) == "clocks_differ"
    await until(lambda: float(state_of(hass, ahead)) == 0)
    assert (await ask(hass, cm=20))["outcome"] == "granted"
    assert reason_of(hass) is None
    # One by the switch, which FaceQuota asked for, and one by the action.
    await until(lambda: machine.number("portions_by_switch") == 1)
    assert state_of(hass, "sensor.entrance_portions_not_asked_for_by_facequota") == "0"


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state, which must be there."""
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


def reason_of(hass: HomeAssistant) -> str | None:
    """Return why there is a problem at the dispenser."""
    problem = hass.states.get("binary_sensor.entrance_problem")
    assert problem is not None
    return problem.attributes.get("reason")
