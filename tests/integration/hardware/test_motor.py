"""How much came out: counted, reported, or timed; and how much of it is charged."""

import asyncio

import pytest

from homeassistant.core import Event, EventStateChangedData, HomeAssistant
from homeassistant.setup import async_setup_component
from tests.integration.conftest import summary
from tests.integration.fake_dispenser import (
    COUNTER,
    JAM,
    LAST_PORTION,
    MOTOR,
    FakeDispenser,
    Fault,
)

from .motors import BOUNDED, GRANTED, PLAIN, minutes_until_next, visits

pytestmark = pytest.mark.usefixtures("log")


async def test_a_plain_motor_runs_for_the_time_of_a_portion_and_is_then_stopped(
    hass: HomeAssistant,
) -> None:
    """Whatever switch it is; its speed was told at set-up."""
    motor = FakeDispenser(hass, plain=True)
    await motor.start()
    (visit,) = await visits(hass, PLAIN, {})
    assert summary(visit) == GRANTED
    assert (motor.turned_on, motor.turned_off) == (1, 1)
    assert hass.states.is_state(MOTOR, "off")


async def test_a_plain_motor_that_a_person_stops_is_charged_by_its_running_time(
    hass: HomeAssistant,
) -> None:
    motor = FakeDispenser(hass, plain=True)
    await motor.start()

    async def stop_it(_event: object) -> None:
        if hass.states.is_state(MOTOR, "on"):
            await motor.turn_off()

    hass.bus.async_listen("state_changed", stop_it)
    (visit,) = await visits(hass, {**PLAIN, "cm_per_second": 1}, {})
    assert (visit["outcome"], visit["reason"]) == ("failed", "short")
    assert 0 <= visit["cm"] < 30


async def test_a_plain_motor_that_is_lost_is_charged_by_its_running_time(
    hass: HomeAssistant,
) -> None:
    """And it is told to stop, for when it hears again."""
    motor = FakeDispenser(hass, plain=True)
    await motor.start()

    async def lose_it(_event: object) -> None:
        if hass.states.is_state(MOTOR, "on"):
            motor.set_available(False)

    hass.bus.async_listen("state_changed", lose_it)
    (visit,) = await visits(hass, {**PLAIN, "cm_per_second": 1}, {})
    assert (visit["outcome"], visit["reason"]) == ("failed", "motor_lost")
    assert 0 <= visit["cm"] < 30
    await motor.stop()


async def test_a_plain_motor_with_a_counter_is_charged_for_what_it_counted(
    hass: HomeAssistant,
) -> None:
    """An empty roll turns as long as a full one."""
    motor = FakeDispenser(hass, plain=True)
    await motor.start()

    async def count(_event: object) -> None:
        if hass.states.is_state(MOTOR, "on") and motor.dispensed == 1000:
            motor.count(12)

    hass.bus.async_listen("state_changed", count)
    (visit,) = await visits(hass, {**PLAIN, "paper_dispensed": COUNTER}, {})
    assert summary(visit) == ("failed", "open", 12.0, "short")
    assert minutes_until_next(visit) == 1.8


async def test_a_counter_that_tells_a_portion_in_parts_is_waited_for(
    hass: HomeAssistant,
) -> None:
    """Its last value comes after the switch is off."""
    motor = FakeDispenser(hass, plain=True)
    await motor.start()

    async def count(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] != MOTOR:
            return
        if hass.states.is_state(MOTOR, "on"):
            motor.count(12)
        elif motor.dispensed > 1000:
            await asyncio.sleep(0.05)
            motor.count(48)

    hass.bus.async_listen("state_changed", count)
    (visit,) = await visits(hass, {**PLAIN, "paper_dispensed": COUNTER}, {})
    assert summary(visit) == GRANTED


async def test_a_plain_motor_that_never_turns_gave_nothing(hass: HomeAssistant) -> None:
    motor = FakeDispenser(hass, plain=True)
    await motor.start()
    motor.fault = Fault.NEVER_ON
    (visit,) = await visits(hass, PLAIN, {})
    assert summary(visit) == ("failed", "open", 0.0, "motor_did_not_start")


async def test_a_motor_that_is_unknown_for_a_moment_still_gives_its_portion(
    hass: HomeAssistant,
) -> None:
    motor = FakeDispenser(hass, plain=True)
    await motor.start()

    async def forget_it(_event: object) -> None:
        if hass.states.is_state(MOTOR, "on"):
            hass.states.async_set(MOTOR, "unknown")

    hass.bus.async_listen("state_changed", forget_it)
    (visit,) = await visits(hass, PLAIN, {})
    assert summary(visit) == GRANTED


async def test_a_helper_can_be_the_motor(hass: HomeAssistant) -> None:
    """An input_boolean, to which somebody's own automation listens."""
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"m": {}}}
    )
    (visit,) = await visits(hass, {**PLAIN, "motor": "input_boolean.m"}, {})
    assert summary(visit) == GRANTED
    assert hass.states.is_state("input_boolean.m", "off")


async def test_coasting_over_is_reported_and_not_charged(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """One and a half centimetres too many are the machine's fault."""
    dispenser.fault = Fault.COASTS
    data = {**BOUNDED, "paper_dispensed": COUNTER}
    first, second = await visits(hass, data, {}, {}, open_portions=2)
    assert summary(first) == ("granted", "open", 61.5, None)
    assert summary(second) == ("granted", "open", 61.5, None)
    assert minutes_until_next(second) == 4.5


async def test_without_a_counter_what_the_device_tells_of_the_portion_counts(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """Also when it tells the same length twice."""
    data = {**BOUNDED, "last_portion": LAST_PORTION, "jam": JAM}
    dispenser.fault = Fault.JAM_AT_20_CM
    jams = await visits(hass, data, {"cm": 30}, {"cm": 30})
    assert [summary(visit) for visit in jams] == 2 * [("failed", "open", 20.0, "jam")]
    dispenser.fault = None
    dispenser.set(JAM, "off")
    (visit,) = await visits(hass, data, {})
    assert summary(visit) == GRANTED


@pytest.mark.parametrize("km", [84, 168, 335, 1000])
async def test_portions_are_exact_however_much_a_device_has_dispensed(
    hass: HomeAssistant, dispenser: FakeDispenser, km: int
) -> None:
    """Its running total is not: from 168 km on it grows by two centimetres or by none."""
    dispenser.dispensed = km * 100_000.0
    dispenser.set(COUNTER, dispenser.counter)
    data = {**BOUNDED, "paper_dispensed": COUNTER, "last_portion": LAST_PORTION}
    lengths = (60.3, 55.5, 33.1, 5.4)
    told = await visits(
        hass, data, *({"cm": cm} for cm in lengths), portion_cm=60.5, open_portions=9
    )
    assert [visit["cm"] for visit in told] == list(lengths)


async def test_with_nothing_that_measures_a_portion_that_ended_by_itself_is_a_whole_one(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    (visit,) = await visits(hass, BOUNDED, {})
    assert summary(visit) == GRANTED


async def test_with_nothing_that_measures_a_lost_device_gave_nothing(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """Doubt falls in the visitor's favour."""
    dispenser.fault = Fault.LOST_AT_20_CM
    (visit,) = await visits(hass, BOUNDED, {})
    assert summary(visit) == ("failed", "open", 0.0, "motor_lost")


async def test_a_counter_that_goes_back_charges_nothing(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """It belongs to a device that was replaced or reset."""
    data = {**BOUNDED, "paper_dispensed": COUNTER}
    dispenser.fault = Fault.COUNTER_RESETS
    (visit,) = await visits(hass, data, {})
    assert summary(visit) == ("failed", "open", 0.0, "short")
    dispenser.fault = None
    (visit,) = await visits(hass, data, {})
    assert summary(visit) == GRANTED


@pytest.mark.parametrize("rubbish", ["unknown", "unavailable", "nan", "inf", "full"])
async def test_a_counter_that_shows_no_number_does_not_count(
    hass: HomeAssistant, dispenser: FakeDispenser, rubbish: str
) -> None:
    """What the device tells of its last portion does."""
    dispenser.fault = Fault.JAM_AT_20_CM
    dispenser.set("sensor.broken_counter", rubbish)
    data = {
        **BOUNDED,
        "paper_dispensed": "sensor.broken_counter",
        "last_portion": LAST_PORTION,
        "jam": JAM,
    }
    (visit,) = await visits(hass, data, {})
    assert summary(visit) == ("failed", "open", 20.0, "jam")
