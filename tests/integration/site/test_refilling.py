"""A roll is counted down, and refilled by a button, a task or a sensor."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.integration.conftest import ask, unload
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.log import Log

from .upkeep import ROLL, done, press, site_with, state, tasks


async def test_a_plain_roll_is_counted_down_and_refilled_by_a_button(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    """The manager gave its length; each visit takes its paper off it."""
    entry = await site_with(hass, data={"roll_length": 2})
    assert state(hass, "sensor.entrance_paper_left") == "unknown"
    await press(hass, "button.entrance_refilled")
    assert float(state(hass, "sensor.entrance_paper_left")) == 2
    assert state(hass, "sensor.entrance_refilled_at") != "unknown"
    await ask(hass)
    await hass.async_block_till_done()
    left = hass.states.get("sensor.entrance_paper_left")
    assert left is not None
    assert float(left.state) == pytest.approx(1.4)
    assert left.attributes["portions"] == 2
    assert state(hass, "sensor.entrance_empty_at") != "unknown"
    foreseen = hass.states.get("sensor.entrance_empty_at")
    assert foreseen is not None
    assert foreseen.attributes["earliest"] <= foreseen.state
    await unload(hass, entry)


@pytest.mark.parametrize(
    ("unit", "told", "metres"),
    [
        ("cm", "1234", 12.34),
        ("m", "12.34", 12.34),
        ("ft", "40", 12.192),
        ("%", "50", 25),
    ],
)
async def test_a_roll_sensor_is_read_in_its_own_unit(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    log: Log,
    unit: str,
    told: str,
    metres: float,
) -> None:
    entry = await site_with(hass, data={"roll_remaining": ROLL, "roll_length": 50})
    hass.states.async_set(ROLL, told, {"unit_of_measurement": unit})
    await hass.async_block_till_done()
    assert float(state(hass, "sensor.entrance_paper_left")) == pytest.approx(metres)
    await unload(hass, entry)


async def test_a_new_roll_on_the_device_is_noticed(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    """Nobody has to tell it twice."""
    entry = await site_with(hass, data={"roll_remaining": ROLL, "roll_length": 50})
    hass.states.async_set(ROLL, "4", {"unit_of_measurement": "%"})
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.entrance_paper_low") == "on"
    assert await tasks(hass) == [
        (f"refill_{next(iter(entry.subentries))}", "Refill Entrance")
    ]
    hass.states.async_set(ROLL, "100", {"unit_of_measurement": "%"})
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.entrance_paper_low") == "off"
    assert state(hass, "sensor.entrance_refilled_at") != "unknown"
    assert state(hass, "sensor.entrance_time_to_refill") != "unknown"
    assert not await tasks(hass)
    await unload(hass, entry)


@pytest.mark.parametrize("data", [{}, {"roll_length": 50}], ids=str)
async def test_a_roll_is_low_once_however_coarse_or_often_away_its_sensor_is(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log, data: dict[str, Any]
) -> None:
    entry = await site_with(hass, data={"roll_remaining": ROLL, **data})
    seen = []
    for told in ("12", "10", "12", "9", "unavailable", "11", "unknown", "8", "3"):
        hass.states.async_set(ROLL, told, {"unit_of_measurement": "%"})
        await hass.async_block_till_done()
        seen.append(state(hass, "binary_sensor.entrance_paper_low"))
    assert seen == ["off", *["on"] * 8]
    hass.states.async_set(ROLL, "100", {"unit_of_measurement": "%"})
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.entrance_paper_low") == "off"
    await unload(hass, entry)


async def test_changed_working_hours_judge_the_roll_anew(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    log: Log,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Low, and the task for it, stay over restarts; then staff come sooner."""
    freezer.move_to("2026-03-02 18:00:00+00:00")
    entry = await site_with(
        hass, upkeep={"staff_from": "10:00:00"}, data={"roll_length": 10}
    )
    low = "binary_sensor.entrance_paper_low"
    await press(hass, "button.entrance_refilled")
    assert state(hass, low) == "off"
    for _ in range(5):
        await ask(hass)
        await hass.async_block_till_done()
    assert state(hass, low) == "on"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    (one,) = entry.runtime_data.dispensers.values()
    one.roll.supply.left_cm = 1e5
    one.roll.follow()
    one.update()
    assert state(hass, low) == "on" and len(await tasks(hass)) == 1
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "upkeep": {"staff_from": "21:00:00"}}
    )
    await hass.async_block_till_done()
    assert state(hass, low) == "off" and not await tasks(hass)
    await unload(hass, entry)


async def test_a_corrected_length_of_the_roll_judges_it_anew(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    """The length was far too large, so the roll seemed to be low."""
    entry = await site_with(hass, data={"roll_length": 100})
    low = "binary_sensor.entrance_paper_low"
    (one,) = entry.runtime_data.dispensers.values()
    one.roll.supply.left_cm = 500.0
    one.roll.follow()
    one.update()
    assert state(hass, low) == "on" and len(await tasks(hass)) == 1
    hass.config_entries.async_update_subentry(
        entry, one.subentry, data={**one.subentry.data, "roll_length": 20}
    )
    await hass.async_block_till_done()
    assert state(hass, low) == "off" and not await tasks(hass)
    await unload(hass, entry)


async def test_a_refill_that_is_done_in_the_list_counts_as_refilled(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    entry = await site_with(hass, data={"roll_length": 0.5})
    await press(hass, "button.entrance_refilled")
    await ask(hass)
    await hass.async_block_till_done()
    ((uid, _),) = await tasks(hass)
    await done(hass, uid)
    assert float(state(hass, "sensor.entrance_paper_left")) == 0.5
    assert not await tasks(hass)
    await unload(hass, entry)


@pytest.mark.parametrize(
    "error",
    [
        HomeAssistantError("away"),
        ServiceValidationError("no"),
        TimeoutError(),
        OSError("the radio is broken"),
    ],
    ids=repr,
)
async def test_a_new_roll_counts_although_the_device_cannot_be_told(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log, error: Exception
) -> None:
    """Whatever its integration raises, staff reads which button to press."""

    async def fail(_: ServiceCall) -> None:
        raise error

    button = "button.new_roll"
    hass.states.async_set(button, "unknown")
    entry = await site_with(hass, data={"roll_length": 2, "new_roll": button})
    await ask(hass)
    hass.services.async_register("button", "press", fail)
    (one,) = entry.runtime_data.dispensers.values()
    with pytest.raises(HomeAssistantError) as raised:
        await one.roll.refilled()
    assert raised.value.translation_key == "new_roll_not_told"
    assert raised.value.translation_placeholders == {"entity": button}
    assert float(state(hass, "sensor.entrance_paper_left")) == 2
    await unload(hass, entry)


async def test_an_automation_hears_once_of_each_roll_that_ends_soon(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    log: Log,
    freezer: FrozenDateTimeFactory,
) -> None:
    entry = await site_with(hass, data={"roll_length": 3})
    runs: list[Any] = []
    hass.bus.async_listen("ran", runs.append)
    within = {"config_entry_id": entry.entry_id, "within": {"hours": 48}}
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "alias": "tell",
                "triggers": [
                    {"trigger": "facequota.paper_will_be_empty", "options": within}
                ],
                "conditions": [
                    {"condition": "facequota.paper_will_be_empty", "options": within}
                ],
                "actions": [
                    {
                        "event": "ran",
                        "event_data": {"where": "{{ trigger.dispenser }}"},
                    }
                ],
            }
        },
    )

    async def minutes() -> None:
        for _ in range(3):
            freezer.tick(timedelta(minutes=1))
            async_fire_time_changed(hass, dt_util.utcnow())
            await hass.async_block_till_done()

    await press(hass, "button.entrance_refilled")
    await minutes()
    assert [event.data["where"] for event in runs] == ["Entrance"]

    # It is used less for a while, so that it ends later, and then as before.
    (one,) = entry.runtime_data.dispensers.values()
    for left_cm in (1e6, 300):
        one.roll.supply.left_cm = left_cm
        one.roll.follow()
        await minutes()
    # The site is stopped for a while.
    await unload(hass, entry)
    await minutes()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await minutes()
    assert len(runs) == 1

    await press(hass, "button.entrance_refilled")
    await minutes()
    assert len(runs) == 2
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )
    await unload(hass, entry)
