"""Refilling and cleaning: figures, tasks that end by themselves, over restarts."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.facequota.site.paper_forecast import UsageProfile
from custom_components.facequota.site.paper_supply import PaperSupply
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.integration.conftest import DISPENSER_DATA, Log, ask, set_up_site, unload
from tests.integration.fake_dispenser import JAM, FakeDispenser

TASKS = "todo.east_gate_tasks"
# As a site keeps them.
CLEANING: dict[str, Any] = {
    "counted_from": "2026-03-02T10:00:00+00:00",
    "cleaned_at": None,
    "visits_since": 1,
    "today": None,
    "visits_today": 1,
}
ROLLS: dict[str, Any] = {
    **PaperSupply(UsageProfile(dt_util.utcnow())).as_dict(),
    "left_cm": 100.0,
}
ROLL = "sensor.roll"


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state, which must be there."""
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


async def tasks(hass: HomeAssistant) -> list[tuple[str, str]]:
    """Return uid and summary of the open items."""
    answer = await hass.services.async_call(
        "todo", "get_items", {"entity_id": TASKS}, blocking=True, return_response=True
    )
    assert answer is not None
    listed: Any = answer[TASKS]
    return [(one["uid"], one["summary"]) for one in listed["items"]]


async def press(hass: HomeAssistant, entity_id: str) -> None:
    """Press a button of ours."""
    await hass.services.async_call(
        "button", "press", {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done()


async def done(hass: HomeAssistant, uid: str) -> None:
    """Mark an item as done."""
    await hass.services.async_call(
        "todo",
        "update_item",
        {"entity_id": TASKS, "item": uid, "status": "completed"},
        blocking=True,
    )
    await hass.async_block_till_done()


async def site_with(
    hass: HomeAssistant,
    *,
    upkeep: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
) -> MockConfigEntry:
    """Set up a suspended site with what the manager decided of upkeep."""
    return await set_up_site(
        hass,
        options={"suspended": True, "upkeep": upkeep or {}},
        data={**DISPENSER_DATA, **(data or {})},
    )


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


async def test_tasks_are_told_in_the_language_that_the_house_speaks_now(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    """Chinese also where the house is set to another Chinese than ours."""
    entry = await site_with(hass)
    dispenser.set(JAM, "on")
    await hass.async_block_till_done()
    ((_, english),) = await tasks(hass)
    for language in ("zh-Hans", "zh-CN", "zh-Hant"):
        await hass.config.async_update(language=language)
        await hass.async_block_till_done(wait_background_tasks=True)
        ((_, chinese),) = await tasks(hass)
        assert chinese != english, language
        assert not chinese.isascii()
    await unload(hass, entry)


async def test_a_fault_is_a_task_that_ends_when_the_dispenser_works_again(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    entry = await site_with(hass)
    dispenser.set(JAM, "on")
    await hass.async_block_till_done()
    ((uid, summary),) = await tasks(hass)
    assert summary == "Look after Entrance: it does not work"
    with pytest.raises(ServiceValidationError, match="works again"):
        await done(hass, uid)
    assert len(await tasks(hass)) == 1
    dispenser.set(JAM, "off")
    await hass.async_block_till_done()
    assert not await tasks(hass)
    await unload(hass, entry)


async def test_cleaning_is_due_after_so_many_visits_and_done_by_the_button(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    """Staff portions are no visits."""
    entry = await site_with(hass, upkeep={"cleaning_visits": 2})
    await ask(hass)
    await ask(hass, lane="staff")
    assert state(hass, "binary_sensor.east_gate_cleaning_due") == "off"
    await ask(hass)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.east_gate_cleaning_due") == "on"
    assert state(hass, "sensor.east_gate_visits_since_cleaning") == "2"
    assert await tasks(hass) == [("clean", "Clean East gate")]
    await press(hass, "button.east_gate_cleaned")
    assert state(hass, "binary_sensor.east_gate_cleaning_due") == "off"
    assert state(hass, "sensor.east_gate_visits_since_cleaning") == "0"
    assert state(hass, "sensor.east_gate_visitors_today") == "2"
    assert not await tasks(hass)
    await unload(hass, entry)


async def test_cleaning_is_due_after_so_many_hours(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    log: Log,
    freezer: FrozenDateTimeFactory,
) -> None:
    entry = await site_with(hass, upkeep={"cleaning_hours": 4})
    freezer.tick(timedelta(hours=4, minutes=6))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.east_gate_cleaning_due") == "on"
    await hass.services.async_call(
        "facequota", "cleaned", {"config_entry_id": entry.entry_id}, blocking=True
    )
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.east_gate_cleaning_due") == "off"
    await unload(hass, entry)


@pytest.mark.parametrize("state_of_tag", ["unknown", "2026-03-02T08:00:00+00:00"])
async def test_a_scanned_tag_means_cleaned(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log, state_of_tag: str
) -> None:
    """One that appears, comes back or gets another label was not scanned."""
    tag, visits = "tag.door", "sensor.east_gate_visits_since_cleaning"
    entry = await site_with(hass, upkeep={"cleaned_tag": tag})
    await ask(hass)
    for shown, label in (
        (state_of_tag, "Door"),
        (state_of_tag, "Back door"),
        ("unavailable", "Back door"),
        (state_of_tag, "Back door"),
        ("unavailable", "Back door"),
        ("2026-03-02T08:30:00+00:00", "Back door"),
        ("unknown", "Back door"),
    ):
        hass.states.async_set(tag, shown, {"friendly_name": label})
        await hass.async_block_till_done()
        assert state(hass, visits) == "1", (shown, label)
    hass.states.async_set(tag, "2026-03-02T09:00:00+00:00")
    await hass.async_block_till_done()
    assert state(hass, visits) == "0"
    await unload(hass, entry)


async def test_all_of_it_outlives_a_restart(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    entry = await site_with(
        hass, upkeep={"cleaning_visits": 9}, data={"roll_length": 30}
    )
    await press(hass, "button.entrance_refilled")
    await ask(hass)
    kept = (
        *("sensor.entrance_paper_left", "sensor.entrance_refilled_at"),
        *("sensor.east_gate_visitors_today", "sensor.east_gate_visits_since_cleaning"),
    )
    before = [state(hass, one) for one in kept]
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [state(hass, one) for one in kept] == before
    await unload(hass, entry)


@pytest.mark.parametrize(
    "stored",
    [
        {"cleaning": {}, "rolls": {}},
        {"cleaning": {"counted_from": "yesterday"}, "rolls": {"x": None}},
        {"cleaning": None, "rolls": {}},
        {},
        {"cleaning": {**CLEANING, "visits_since": float("inf")}, "rolls": {}},
        {"cleaning": {**CLEANING, "visits_since": "many"}, "rolls": {}},
        {"cleaning": {**CLEANING, "counted_from": "2026-03-02T10:00:00"}, "rolls": {}},
        {"cleaning": CLEANING, "rolls": {**ROLLS, "left_cm": "inf"}},
        {"cleaning": CLEANING, "rolls": {**ROLLS, "left_cm": "1e999"}},
        {"cleaning": CLEANING, "rolls": {**ROLLS, "time_to_refill_s": 1e30}},
        {"cleaning": CLEANING, "rolls": {**ROLLS, "refilled_at": "2026-03-02T10:00"}},
        {"cleaning": CLEANING, "rolls": {**ROLLS, "refills": [["2026", "soon"]]}},
        {"cleaning": CLEANING, "rolls": 7},
        {"cleaning": CLEANING, "rolls": None},
    ],
    ids=lambda stored: str(stored)[:60],
)
async def test_a_file_that_makes_no_sense_costs_nobody_paper(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    hass_storage: dict[str, Any],
    stored: dict[str, Any],
) -> None:
    made = await site_with(hass, data={"roll_length": 30})
    await hass.config_entries.async_unload(made.entry_id)
    rolls = stored.get("rolls")
    if isinstance(rolls, dict) and "left_cm" in rolls:
        stored = {**stored, "rolls": dict.fromkeys(made.subentries, stored["rolls"])}
    hass_storage[f"facequota.{made.entry_id}.upkeep"]["data"] = stored
    assert await hass.config_entries.async_setup(made.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await ask(hass))["outcome"] == "granted"
    # Whatever was read of it can be used.
    await press(hass, "button.entrance_refilled")
    assert float(state(hass, "sensor.entrance_paper_left")) == 30
    assert float(state(hass, "sensor.east_gate_visits_since_cleaning")) >= 0
    await unload(hass, made)


async def test_an_automation_hears_of_a_roll_that_ends_soon_once(
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
    await press(hass, "button.entrance_refilled")
    for _ in range(3):
        freezer.tick(timedelta(minutes=1))
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done()
    assert [event.data["where"] for event in runs] == ["Entrance"]
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )
    await unload(hass, entry)
