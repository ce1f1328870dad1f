"""What came out: counted, told, or timed; and what of it a visitor is charged for."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.integration.conftest import DISPENSER_DATA, ask, set_up_site, summary
from tests.integration.fake_dispenser import (
    COUNTER,
    JAM,
    LAST_PORTION,
    LENGTH,
    MOTOR,
    FakeDispenser,
    Fault,
)

pytestmark = pytest.mark.usefixtures("log")

CAMERA_AND_MOTOR = {key: DISPENSER_DATA[key] for key in ("camera", "motor")}
BOUNDED = {**CAMERA_AND_MOTOR, "portion_length": LENGTH}
# Half a second for a portion of 60 cm.
PLAIN = {**CAMERA_AND_MOTOR, "cm_per_second": 120}
GRANTED = ("granted", "open", 60.0, None)


async def visits(
    hass: HomeAssistant, data: dict[str, Any], *asked: dict[str, Any], **options: Any
) -> list[dict[str, Any]]:
    """Ask once for each kind of request, at a suspended site with one portion each."""
    rules = {"suspended": True, "open_portions": 1, **options}
    entry = await set_up_site(hass, options=rules, data=data)
    answers = [await ask(hass, **fields) for fields in asked]
    await hass.config_entries.async_remove(entry.entry_id)
    return answers


def minutes_until_next(visit: dict[str, Any]) -> float:
    """Return the minutes until the next portion that a visitor was told of."""
    at = dt_util.parse_datetime(visit["next_portion"], raise_on_error=True)
    return round((at - dt_util.utcnow()).total_seconds() / 60, 1)


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


async def test_a_plain_motor_that_somebody_stops_gave_what_its_time_was_good_for(
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


async def test_a_plain_motor_that_is_lost_gave_what_its_time_was_good_for(
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
    """Its last word comes behind the switch."""
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


async def test_firmware_is_told_the_length_once_and_not_with_each_portion(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """It keeps the length in flash memory, which wears."""
    calls = async_capture_events(hass, "call_service")
    await visits(hass, BOUNDED, {}, {}, {"cm": 30}, open_portions=3)
    lengths = [
        call.data["service_data"]["value"]
        for call in calls
        if call.data["domain"] == "number"
    ]
    assert lengths == [60, 30]


async def test_a_length_beyond_the_devices_limit_is_cut_there_and_charged_as_given(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    dispenser.length.set_max(50)
    data = {**BOUNDED, "paper_dispensed": COUNTER}
    (visit,) = await visits(hass, data, {})
    assert summary(visit) == ("failed", "open", 50.0, "short")
    assert minutes_until_next(visit) == 7.5


@pytest.mark.parametrize("most", [None, "many", float("nan"), [200]])
@pytest.mark.parametrize("unit", [None, "cm", ["cm"]])
async def test_a_number_that_says_nonsense_of_itself_costs_nobody_the_paper(
    hass: HomeAssistant, dispenser: FakeDispenser, most: object, unit: object
) -> None:
    attributes = {"max": most, "unit_of_measurement": unit}
    hass.states.async_set("number.odd", "50", attributes)
    data = {**DISPENSER_DATA, "portion_length": "number.odd"}
    await set_up_site(hass, options={"suspended": True}, data=data)
    assert (await ask(hass, cm=50))["outcome"] == "granted"


async def test_coasting_over_is_told_and_not_charged(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """A centimetre and a half too many are the machine's doing."""
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


async def test_a_device_whose_length_nobody_knows_gives_its_own_and_the_portion_counts(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """Nothing measures here, and nothing was ever known: it is taken for a portion."""
    (visit,) = await visits(hass, {**BOUNDED, "portion_length": "number.gone"}, {})
    assert summary(visit) == GRANTED
    assert dispenser.turned_on == 1


async def test_without_its_length_a_device_is_charged_for_what_it_was_told_last(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """A portion of 60 cm was asked for; it gives 58 as before, and nothing measures."""
    rules = {"suspended": True, "open_portions": 2}
    entry = await set_up_site(hass, options=rules, data=BOUNDED)
    await ask(hass, cm=58)
    dispenser.length.set_available(False)
    assert summary(await ask(hass)) == ("granted", "open", 58.0, None)
    await hass.config_entries.async_remove(entry.entry_id)


def refuses(hass: HomeAssistant, dispenser: FakeDispenser, word: str) -> None:
    """Let the motor belong to a device whose action answers with this word."""
    hass.states.async_remove(MOTOR)
    entry = MockConfigEntry(
        domain="esphome", data={"device_name": "facequota-entrance"}
    )
    entry.add_to_hass(hass)
    er.async_get(hass).async_get_or_create(
        "switch", "esphome", "motor", object_id_base="motor", config_entry=entry
    )
    dispenser.motor.show(False)

    async def answer(_call: ServiceCall) -> None:
        raise HomeAssistantError(
            translation_domain="esphome",
            translation_key="action_call_failed",
            translation_placeholders={"error": word},
        )

    hass.services.async_register("esphome", "facequota_entrance_dispense", answer)


@pytest.mark.parametrize("word", ["refused:no_clock", "refused:expiry"])
async def test_a_device_that_does_not_know_the_time_is_turned_on_by_its_switch(
    hass: HomeAssistant, dispenser: FakeDispenser, word: str
) -> None:
    refuses(hass, dispenser, word)
    (visit,) = await visits(hass, BOUNDED, {})
    assert summary(visit) == GRANTED
    assert dispenser.turned_on == 1


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("refused:busy", "motor_busy"),
        ("refused:cooldown", "motor_rests"),
        ("refused:duty", "motor_rests"),
        ("refused:fault", "device_fault"),
        ("refused:updating", "device_updating"),
        ("refused:paper_out", "paper_out"),
        ("refused:length", "refused_by_device"),
        ("something new", "refused_by_device"),
    ],
)
async def test_a_device_that_refuses_is_not_turned_on_and_says_why(
    hass: HomeAssistant, dispenser: FakeDispenser, word: str, reason: str
) -> None:
    refuses(hass, dispenser, word)
    (visit,) = await visits(hass, BOUNDED, {})
    assert summary(visit) == ("failed", "open", 0.0, reason)
    assert dispenser.turned_on == 0
