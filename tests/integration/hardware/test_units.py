"""Values of entities are read and written in the unit of each entity."""

from typing import Any, Final

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.unit_conversion import DistanceConverter
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    issues,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import (
    COUNTER,
    LAST_PORTION,
    LENGTH,
    MOTOR,
    FakeDispenser,
    Fault,
)

pytestmark = pytest.mark.usefixtures("log")

GRANTED: Final = ("granted", "open", 60.0, None)
PROBLEM: Final = "binary_sensor.entrance_problem"
PAPER_LOW: Final = "binary_sensor.entrance_paper_low"
ROLL: Final = "sensor.roll"
BASICS: Final = {key: DISPENSER_DATA[key] for key in ("camera", "motor")}
RULES: Final = {"suspended": True, "open_portions": 1}
LENGTHS: Final = ("cm", "mm", "m", "km", "in", "ft", "yd", "mi")


def unit(hass: HomeAssistant, entity_id: str, value: object, shown_in: str) -> None:
    """Show a figure in a unit."""
    hass.states.async_set(entity_id, str(value), {"unit_of_measurement": shown_in})


def cm_in(shown_in: str, cm: float) -> float:
    """Return cm in another unit of length."""
    return DistanceConverter.convert(cm, "cm", shown_in)


class OtherUnits(FakeDispenser):
    """A dispenser whose figures are shown in another unit than centimetres."""

    shown_in = "cm"
    per_cm = 1.0

    def count(self, cm: float) -> None:
        """Let paper come out; the sensors tell it in their unit."""
        self.dispensed += cm
        unit(self._hass, LAST_PORTION, cm * self.per_cm, self.shown_in)
        unit(self._hass, COUNTER, self.dispensed * self.per_cm, self.shown_in)


async def other_units(hass: HomeAssistant, shown_in: str, per_cm: float) -> OtherUnits:
    """Return a dispenser that shows its counter in this unit."""
    made = OtherUnits(hass)
    made.shown_in, made.per_cm = shown_in, per_cm
    await made.start()
    unit(hass, COUNTER, made.dispensed * per_cm, shown_in)
    return made


@pytest.mark.parametrize("shown_in", LENGTHS)
@pytest.mark.parametrize("role", ["paper_dispensed", "last_portion"])
async def test_what_came_out_is_read_in_every_unit_of_length(
    hass: HomeAssistant, shown_in: str, role: str
) -> None:
    """A jam after 20 cm shows that it was measured and not supposed."""
    made = await other_units(hass, shown_in, cm_in(shown_in, 1))
    measuring = {"paper_dispensed": COUNTER, "last_portion": LAST_PORTION}[role]
    data = {**BASICS, "portion_length": LENGTH, role: measuring}
    entry = await set_up_site(hass, options={**RULES, "open_portions": 2}, data=data)
    assert summary(await ask(hass)) == GRANTED
    made.fault = Fault.JAM_AT_20_CM
    assert (await ask(hass))["cm"] == 20.0
    await unload(hass, entry)


async def test_seconds_of_the_motor_are_read_at_its_speed(hass: HomeAssistant) -> None:
    """A device that counts for how long its motor turned; 30 cm come in a second."""
    await other_units(hass, "s", 1 / 30)
    data = {**BASICS, "portion_length": LENGTH, "cm_per_second": 30}
    data["paper_dispensed"] = COUNTER
    entry = await set_up_site(hass, options=RULES, data=data)
    assert summary(await ask(hass)) == GRANTED
    await unload(hass, entry)


@pytest.mark.parametrize(
    ("shown_in", "value", "largest"),
    [(one, cm_in(one, 60), cm_in(one, 200)) for one in LENGTHS]
    + [("s", 2.4, 8.0), ("ms", 2400, 8000)],
)
async def test_a_length_is_written_in_the_unit_of_its_number(
    hass: HomeAssistant, shown_in: str, value: float, largest: float
) -> None:
    told: list[float] = []

    async def set_value(call: Any) -> None:
        told.append(call.data["value"])
        state = hass.states.get(LENGTH)
        assert state is not None
        hass.states.async_set(LENGTH, str(call.data["value"]), state.attributes)

    motor = FakeDispenser(hass)
    await motor.start()
    hass.services.async_register("number", "set_value", set_value)
    attributes = {"unit_of_measurement": shown_in, "max": largest}
    hass.states.async_set(LENGTH, str(value / 2), attributes)
    data = {**BASICS, "portion_length": LENGTH}
    entry = await set_up_site(hass, options={**RULES, "open_portions": 2}, data=data)
    assert summary(await ask(hass)) == GRANTED
    assert told == [pytest.approx(value)]
    # Written once: a device keeps it in memory that wears out.
    assert summary(await ask(hass)) == GRANTED
    assert len(told) == 1
    await unload(hass, entry)


async def test_a_maximum_in_another_unit_is_kept(hass: HomeAssistant) -> None:
    told: list[float] = []

    async def set_value(call: Any) -> None:
        told.append(call.data["value"])

    motor = FakeDispenser(hass)
    await motor.start()
    hass.services.async_register("number", "set_value", set_value)
    hass.states.async_set(LENGTH, "1", {"unit_of_measurement": "ft", "max": 1.5})
    data = {**BASICS, "portion_length": LENGTH}
    entry = await set_up_site(hass, options=RULES, data=data)
    assert (await ask(hass))["cm"] == 45.7
    assert told == [1.5]
    await unload(hass, entry)


@pytest.mark.parametrize(
    ("value", "shown_in", "low"),
    [
        (10, "%", "on"),
        (11, "%", "off"),
        (600, "cm", "on"),
        (5.9, "m", "on"),
        (6.1, "m", "off"),
        (19, "ft", "on"),
        (20, "ft", "off"),
        (6, "yd", "on"),
        (240, "in", "off"),
        (3, "kg", "unknown"),
    ],
)
async def test_a_roll_is_low_by_its_percent_or_by_its_length(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    value: float,
    shown_in: str,
    low: str,
) -> None:
    unit(hass, ROLL, value, shown_in)
    data = {**BASICS, "roll_remaining": ROLL}
    entry = await set_up_site(hass, options=RULES, data=data)
    assert hass.states.is_state(PAPER_LOW, low)
    await unload(hass, entry)


async def test_a_unit_that_changes_is_noticed(
    hass: HomeAssistant, issue_registry: ir.IssueRegistry
) -> None:
    """A unit that can be converted is used silently; another one raises an issue."""
    made = await other_units(hass, "cm", 1)
    data = {**BASICS, "portion_length": LENGTH, "paper_dispensed": COUNTER}
    entry = await set_up_site(hass, options={**RULES, "open_portions": 3}, data=data)
    made.shown_in, made.per_cm = "in", cm_in("in", 1)
    unit(hass, COUNTER, made.dispensed * made.per_cm, "in")
    assert summary(await ask(hass)) == GRANTED
    assert hass.states.is_state(PROBLEM, "off")
    made.shown_in = "furlong"
    unit(hass, COUNTER, made.dispensed, "furlong")
    await hass.async_block_till_done()
    state = hass.states.get(PROBLEM)
    assert state is not None
    assert (state.state, state.attributes["reason"]) == ("on", "unit_unknown")
    placeholders = issues(issue_registry)["unit_unknown"]
    assert placeholders is not None
    assert placeholders["entities"] == COUNTER
    # Paper comes all the same, as with a device that measures nothing.
    assert summary(await ask(hass)) == GRANTED
    made.shown_in = "in"
    unit(hass, COUNTER, made.dispensed * made.per_cm, "in")
    await hass.async_block_till_done()
    assert hass.states.is_state(PROBLEM, "off")
    assert "unit_unknown" not in issues(issue_registry)
    await unload(hass, entry)


async def test_a_counter_whose_unit_changes_in_mid_portion_still_counts(
    hass: HomeAssistant,
) -> None:
    made = await other_units(hass, "cm", 1)
    data = {**BASICS, "portion_length": LENGTH, "paper_dispensed": COUNTER}
    entry = await set_up_site(hass, options=RULES, data=data)

    def change(_event: object) -> None:
        if hass.states.is_state(MOTOR, "on") and made.shown_in == "cm":
            made.shown_in, made.per_cm = "m", 0.01

    hass.bus.async_listen("state_changed", change)
    assert summary(await ask(hass)) == GRANTED
    await unload(hass, entry)


async def test_the_last_portion_counts_more_than_a_total_that_has_lost_its_centimetres(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """A device that counts in 32 bits shows nothing but steps after 168 km."""
    dispenser.set("sensor.total", "16777216.0")
    data = {**BASICS, "portion_length": LENGTH, "paper_dispensed": "sensor.total"}
    data["last_portion"] = LAST_PORTION
    entry = await set_up_site(hass, options=RULES, data=data)
    assert summary(await ask(hass)) == GRANTED
    await unload(hass, entry)
