"""Visits with the real firmware, simulated, behind Home Assistant's own esphome."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.hardware.firmware_entities import firmware_entities
from esphome.simulator.run import Simulator, free_port
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.firmware.conftest import build
from tests.integration.conftest import Stage, ask, faces, set_up_site, summary, unload

pytestmark = pytest.mark.usefixtures("log")

DEVICE = "entrance_dispenser"
MOTOR = f"switch.{DEVICE}_motor"
MAC = "02:fa:ce:90:7a:01"
# The pulse wheel's step: what came out may be one pulse more or less.
PULSE_CM = 0.5
# Allowance of one portion, in nine minutes, by the open lane.
ONE_PORTION = {"suspended": True, "open_portions": 1}


class Machine:
    """One dispenser's firmware as Home Assistant sees it."""

    def __init__(
        self, hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
    ) -> None:
        """Remember device and entry."""
        self._hass = hass
        self.simulator = simulator
        self.entry = entry

    @property
    def data(self) -> dict[str, Any]:
        """Return what the dispenser's flow fills in for this motor."""
        entities = firmware_entities(self._hass, MOTOR)
        return {"camera": "camera.entrance", "motor": MOTOR, **entities}

    def number(self, name: str) -> float:
        """Return what one of the device's sensors shows."""
        state = self._hass.states.get(f"sensor.{DEVICE}_{name}")
        assert state is not None
        return float(state.state)

    async def turn_on(self, name: str) -> None:
        """Turn on one of the simulator's switches."""
        entity_id = f"switch.{DEVICE}_{name}"
        data = {"entity_id": entity_id}
        await self._hass.services.async_call("switch", "turn_on", data, blocking=True)
        await until(lambda: self._hass.states.is_state(entity_id, "on"))

    async def press(self, name: str) -> None:
        """Press one of the simulator's buttons."""
        data = {"entity_id": f"button.{DEVICE}_{name}"}
        await self._hass.services.async_call("button", "press", data, blocking=True)

    def reads(self, words: str) -> bool:
        """Return if the visitor reads this on the display."""
        shown = self._hass.states.get(f"text.{DEVICE}_display")
        return shown is not None and shown.state.startswith(words)

    async def connect(self) -> None:
        """Let Home Assistant connect, and wait for the entities."""
        assert await self._hass.config_entries.async_setup(self.entry.entry_id)
        await until(lambda: self._hass.states.is_state(MOTOR, "off"))
        await self._hass.async_block_till_done()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, and fail the test if it never comes."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def program() -> Path:
    """Return the program of the entrance's simulator."""
    return build()[0]


@pytest.fixture
async def machine(
    hass: HomeAssistant,
    program: Path,
    tmp_path: Path,
    socket_enabled: None,
    mock_async_zeroconf: object,
) -> AsyncGenerator[Machine]:
    """Run the firmware and connect Home Assistant's esphome integration to it."""
    assert await async_setup_component(hass, "homeassistant", {})
    simulator = Simulator(program, free_port(), tmp_path / "machine")
    await simulator.start()
    entry = MockConfigEntry(
        domain="esphome",
        unique_id=MAC,
        data={
            "host": "127.0.0.1",
            "port": simulator.port,
            "password": "",
            "noise_psk": "",
            "device_name": "facequota-entrance",
        },
    )
    entry.add_to_hass(hass)
    made = Machine(hass, simulator, entry)
    await made.connect()
    yield made
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)
    await simulator.stop()


@pytest.fixture
async def open_site(
    hass: HomeAssistant, machine: Machine
) -> AsyncGenerator[MockConfigEntry]:
    """Return a suspended site at this machine: one portion in nine minutes."""
    entry = await set_up_site(hass, options=ONE_PORTION, data=machine.data)
    yield entry
    await unload(hass, entry)


def charged_cm(visit: dict[str, Any]) -> float:
    """Return the cm that a next portion of 60 cm has to wait for, at 60 cm in 9 min."""
    at = dt_util.parse_datetime(visit["next_portion"], raise_on_error=True)
    return (at - dt_util.utcnow()).total_seconds() * 60 / 540


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
    await until(lambda: hass.states.is_state("sensor.entrance_state", "dispensing"))
    await until(lambda: machine.reads("Please take your paper"))
    await until(lambda: hass.states.is_state("sensor.entrance_state", "ready"))
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
    hass: HomeAssistant, machine: Machine, open_site: MockConfigEntry
) -> None:
    """Where the lane without a face has nothing left to give."""
    await ask(hass)
    assert (await ask(hass))["outcome"] == "refused"
    before = machine.number("paper_dispensed")
    await machine.turn_on("sim_second_button")
    await until(lambda: machine.reads("Let go: paper without a face."))
    await until(lambda: machine.reads("Please take your paper"))
    await until(lambda: hass.states.is_state("sensor.entrance_state", "open_lane"))
    event = hass.states.get("event.entrance_visit")
    assert event is not None
    assert event.attributes["event_type"] == "granted"
    assert event.attributes["lane"] == "urgent"
    assert machine.number("paper_dispensed") - before == event.attributes["cm"]


@pytest.mark.parametrize(
    ("fault", "reason"), [("sim_jam", "jam"), ("sim_empty_roll", "paper_out")]
)
async def test_a_portion_cut_short_is_charged_for_what_the_device_measured(
    hass: HomeAssistant,
    machine: Machine,
    open_site: MockConfigEntry,
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
    hass: HomeAssistant, machine: Machine, open_site: MockConfigEntry
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
    hass: HomeAssistant, machine: Machine, open_site: MockConfigEntry
) -> None:
    """Nobody is charged for it afterwards."""
    asking = asyncio.create_task(ask(hass, cm=20))
    await until(lambda: hass.states.is_state(MOTOR, "on"))
    await hass.config_entries.async_reload(open_site.entry_id)
    with pytest.raises(HomeAssistantError):
        await asking
    await until(lambda: hass.states.is_state(MOTOR, "off"))
    assert abs(machine.number("last_portion") - 20) <= PULSE_CM
    assert summary(await ask(hass))[:2] == ("granted", "open")


async def test_a_device_that_refuses_gives_nothing_and_charges_nothing(
    hass: HomeAssistant, machine: Machine, open_site: MockConfigEntry
) -> None:
    """An open cover: the device says why."""
    await machine.turn_on("sim_cover_open")
    visit = await ask(hass)
    assert summary(visit) == ("failed", "open", 0.0, "cover_open")
    data = {"entity_id": f"switch.{DEVICE}_sim_cover_open"}
    await hass.services.async_call("switch", "turn_off", data, blocking=True)
    assert (await ask(hass, cm=60))["outcome"] == "granted"


async def test_a_frozen_link_gives_nothing_now_and_nothing_when_it_thaws(
    hass: HomeAssistant, machine: Machine, open_site: MockConfigEntry
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
    hass: HomeAssistant, machine: Machine, open_site: MockConfigEntry
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
