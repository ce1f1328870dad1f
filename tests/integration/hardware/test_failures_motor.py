"""With any fault of the motor, no visitor is charged for paper that did not come out.

Most visits come by the open lane of a suspended site, with an allowance of one portion: its
account shows what was charged just as a visitor's does, and no worker is needed.
"""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    faces,
    issues,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import JAM, MOTOR, PAPER_OUT, FakeDispenser, Fault
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log")

ONE_PORTION = {"suspended": True, "open_portions": 1}
GRANTED = ("granted", "open", 60.0, None)
PROBLEM = "binary_sensor.entrance_problem"
STATE = "sensor.entrance_state"
HELP = "Sorry, this dispenser needs help. Only paper that came out counts."


def failed(reason: str, cm: float = 0.0) -> tuple[str, str, float, str]:
    """Return a visit at which the motor failed after some centimetres."""
    return ("failed", "open", cm, reason)


def minutes_until_next(visit: dict[str, Any]) -> float:
    """Return the minutes until the next portion that a visitor was told of."""
    at = dt_util.parse_datetime(visit["next_portion"], raise_on_error=True)
    return round((at - dt_util.utcnow()).total_seconds() / 60, 1)


@pytest.fixture
async def one_portion(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site whose open lane gives one portion in nine minutes."""
    data = {**DISPENSER_DATA, "paper_out": PAPER_OUT}
    entry = await set_up_site(hass, options=ONE_PORTION, data=data)
    yield entry
    await unload(hass, entry)


async def gives_a_whole_portion(hass: HomeAssistant) -> bool:
    """Ask once more; only an account that was not charged can give a portion."""
    return summary(await ask(hass)) == GRANTED


async def test_an_unavailable_motor_is_reported_and_nothing_is_charged(
    hass: HomeAssistant,
    one_portion: MockConfigEntry,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The manager gets an issue, which goes with the next portion."""
    dispenser.set_available(False)
    await hass.async_block_till_done()
    assert hass.states.is_state(STATE, "out_of_order")
    assert summary(await ask(hass)) == failed("motor_unavailable")
    assert dispenser.turned_on == 0
    await hass.async_block_till_done()
    assert dispenser.said[-1] == HELP
    assert issues(issue_registry)["motor_unavailable"] == {
        "site": "East gate",
        "dispenser": "Entrance",
        "entity": MOTOR,
    }
    dispenser.set_available(True)
    assert await gives_a_whole_portion(hass)
    assert "motor_unavailable" not in issues(issue_registry)


async def test_a_motor_in_an_unknown_state_is_not_turned_on(
    hass: HomeAssistant, one_portion: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    hass.states.async_set(MOTOR, "unknown")
    assert summary(await ask(hass)) == failed("motor_unavailable")
    assert dispenser.turned_on == 0


async def test_a_switch_that_assumes_its_state_gives_its_first_portion(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """A radio plug says nothing before it was switched for the first time."""
    hass.states.async_set(MOTOR, "unknown", {"assumed_state": True})
    assert await gives_a_whole_portion(hass)


async def test_a_motor_that_never_turns_is_turned_off_and_nothing_is_charged(
    hass: HomeAssistant, one_portion: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """A frozen link would deliver the command later: it must find another behind it."""
    dispenser.fault = Fault.NEVER_ON
    visit = await ask(hass)
    assert summary(visit) == failed("motor_did_not_start")
    assert visit["motor_on_ms"] is None
    assert (dispenser.turned_on, dispenser.turned_off) == (1, 1)
    dispenser.fault = None
    assert await gives_a_whole_portion(hass)


async def test_a_motor_that_never_stops_is_turned_off_and_only_the_portion_is_charged(
    hass: HomeAssistant, one_portion: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """A short portion, so that the time that it may take is short."""
    dispenser.fault = Fault.NEVER_OFF
    visit = await ask(hass, cm=5)
    assert summary(visit) == failed("motor_did_not_stop", 20.0)
    assert dispenser.turned_off == 1
    assert summary(await ask(hass, cm=55)) == failed("motor_busy")
    dispenser.fault = None
    await dispenser.turn_off()
    assert summary(await ask(hass, cm=55)) == ("granted", "open", 55.0, None)


@pytest.mark.parametrize(
    ("fault", "sensor", "reason"),
    [
        (Fault.JAM_AT_20_CM, JAM, "jam"),
        (Fault.EMPTY_AT_20_CM, PAPER_OUT, "paper_out"),
    ],
)
async def test_a_portion_cut_short_is_charged_for_what_came_out(
    hass: HomeAssistant,
    one_portion: MockConfigEntry,
    dispenser: FakeDispenser,
    fault: Fault,
    sensor: str,
    reason: str,
) -> None:
    """20 of 60 cm are back in a third of the nine minutes; 40 cm are there now."""
    dispenser.fault = fault
    visit = await ask(hass)
    assert summary(visit) == failed(reason, 20.0)
    assert minutes_until_next(visit) == 3
    state = hass.states.get(PROBLEM)
    assert state is not None
    assert (state.state, state.attributes["reason"]) == ("on", reason)
    assert hass.states.is_state(STATE, "out_of_order")
    dispenser.fault = None
    dispenser.set(sensor, "off")
    assert summary(await ask(hass, cm=40)) == ("granted", "open", 40.0, None)
    assert hass.states.is_state(PROBLEM, "off")


async def test_a_jam_is_not_the_visitors_debt(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """In the face lane, with a face: charged 20 cm, and remembered only for those."""
    stage.person("A")
    dispenser.fault = Fault.JAM_AT_20_CM
    visit = await ask(hass)
    assert summary(visit) == ("failed", "face", 20.0, "jam")
    assert minutes_until_next(visit) == 3
    dispenser.fault = None
    assert summary(await ask(hass)) == ("refused", "face", 0.0, None)
    assert summary(await ask(hass, cm=40)) == ("granted", "face", 40.0, None)


async def test_a_visitor_who_got_nothing_is_forgotten_at_once(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """A face without a debt has no purpose."""
    stage.person("A")
    dispenser.set_available(False)
    visit = await ask(hass)
    assert summary(visit) == ("failed", "face", 0.0, "motor_unavailable")
    assert faces(site) == 0


async def test_a_device_lost_in_mid_portion_is_charged_for_what_it_counted(
    hass: HomeAssistant, one_portion: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    dispenser.fault = Fault.LOST_AT_20_CM
    visit = await ask(hass)
    assert summary(visit) == failed("motor_lost", 20.0)
    assert minutes_until_next(visit) == 3
    assert hass.states.is_state(PROBLEM, "on")
    dispenser.fault = None
    dispenser.set_available(True)
    assert summary(await ask(hass, cm=40)) == ("granted", "open", 40.0, None)


async def test_a_motor_that_runs_already_is_left_alone(
    hass: HomeAssistant, one_portion: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """The person who turned it on gets the paper; no visitor is charged for it."""
    dispenser.motor.show(True)
    assert summary(await ask(hass)) == failed("motor_busy")
    assert (dispenser.turned_on, dispenser.turned_off) == (0, 0)
    dispenser.motor.show(False)
    assert await gives_a_whole_portion(hass)


async def test_an_integration_that_raises_is_a_motor_that_does_not_start(
    hass: HomeAssistant, one_portion: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """Not a traceback, whatever it raises."""
    dispenser.fault = Fault.RAISES
    assert summary(await ask(hass)) == failed("motor_did_not_start")
    dispenser.fault = None
    assert await gives_a_whole_portion(hass)


async def test_a_device_whose_length_cannot_be_set_gives_the_length_it_was_told_last(
    hass: HomeAssistant, one_portion: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """The visitor gets paper, the manager is told, and the next ones are well again."""
    await dispenser.length.async_set_native_value(55)
    dispenser.length.set_available(False)
    await hass.async_block_till_done()
    problem = hass.states.get("binary_sensor.entrance_problem")
    assert problem is not None
    assert (problem.state, problem.attributes["reason"]) == ("on", "portion_length")
    assert summary(await ask(hass)) == ("granted", "open", 55.0, None)
    dispenser.length.set_available(True)
    await hass.async_block_till_done()
    assert hass.states.is_state("binary_sensor.entrance_problem", "off")


async def test_two_jams_in_a_row_are_two_portions_cut_short(
    hass: HomeAssistant, one_portion: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """A jam that is still shown does not keep the motor from trying."""
    dispenser.fault = Fault.JAM_AT_20_CM
    assert summary(await ask(hass, cm=30)) == failed("jam", 20.0)
    assert summary(await ask(hass, cm=30)) == failed("jam", 20.0)
    assert dispenser.turned_on == 2
