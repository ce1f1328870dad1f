"""Refilling and cleaning: figures, tasks that end by themselves, over restarts."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.integration.conftest import ask, unload
from tests.integration.fake_dispenser import JAM, FakeDispenser
from tests.integration.log import Log

from .upkeep import CLEANING, ROLLS, TASKS, done, press, site_with, state, tasks, update


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
    assert summary == "Check Entrance: it does not work"
    with pytest.raises(ServiceValidationError, match="works again"):
        await done(hass, uid)
    assert len(await tasks(hass)) == 1
    dispenser.set(JAM, "off")
    await hass.async_block_till_done()
    assert not await tasks(hass)
    await unload(hass, entry)


@pytest.mark.parametrize("with_status", [{}, {"status": "completed"}], ids=str)
async def test_a_task_that_somebody_renames_keeps_its_name_and_says_so(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    log: Log,
    with_status: dict[str, str],
) -> None:
    """Nothing that is typed is lost in silence, and nothing is marked as done beside it."""
    entry = await site_with(hass, upkeep={"cleaning_visits": 1})
    await ask(hass)
    await hass.async_block_till_done()
    before = await tasks(hass)
    assert before == [("clean", "Clean East gate")]
    with pytest.raises(ServiceValidationError, match="ticked off"):
        await update(hass, "clean", rename="Mop the floor", **with_status)
    assert await tasks(hass) == before
    # The frontend sends the name with every tick, and may send what is so already.
    await update(hass, "clean", rename="Clean East gate", status="needs_action")
    assert await tasks(hass) == before
    await update(hass, "clean", rename="Clean East gate", status="completed")
    assert not await tasks(hass)
    await unload(hass, entry)


async def test_a_refill_s_due_time_is_read_and_not_set(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    """It is when the sensor says at the earliest. The frontend sends it with all it saves."""
    entry = await site_with(hass, data={"roll_length": 10})
    await press(hass, "button.entrance_refilled")
    (one,) = entry.runtime_data.dispensers.values()
    one.roll.supply.left_cm = 90
    one.roll.follow()
    one.update()
    ((uid, summary),) = await tasks(hass)
    answer: Any = await hass.services.async_call(
        "todo", "get_items", {"entity_id": TASKS}, blocking=True, return_response=True
    )
    due = answer[TASKS]["items"][0]["due"]
    empty_at = hass.states.get("sensor.entrance_empty_at")
    assert empty_at is not None
    earliest = datetime.fromisoformat(empty_at.attributes["earliest"])
    assert datetime.fromisoformat(due) == earliest
    with pytest.raises(ServiceValidationError, match="ticked off"):
        await update(hass, uid, due_datetime="2030-01-01T08:00:00")
    await update(hass, uid, rename=summary, due_datetime=due, status="needs_action")
    assert await tasks(hass) == [(uid, summary)]
    # Since the dialog was opened it has moved.
    later = (earliest + timedelta(minutes=10)).isoformat()
    await update(hass, uid, rename=summary, due_datetime=later, status="completed")
    assert not await tasks(hass)
    await unload(hass, entry)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("add_item", {"item": "Mop the floor"}),
        ("remove_item", {"item": "clean"}),
        ("update_item", {"item": "clean", "due_date": "2030-01-01"}),
        ("update_item", {"item": "clean", "description": "with soap"}),
        ("update_item", {"item": "refill_nobody", "status": "completed"}),
    ],
    ids=lambda one: str(one),
)
async def test_other_changes_of_the_tasks_are_refused_with_a_reason(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    log: Log,
    action: str,
    data: dict[str, str],
) -> None:
    entry = await site_with(hass, upkeep={"cleaning_visits": 1})
    await ask(hass)
    await hass.async_block_till_done()
    with pytest.raises(HomeAssistantError) as refused:
        await hass.services.async_call(
            "todo", action, {"entity_id": TASKS, **data}, blocking=True
        )
    assert refused.value.translation_key is not None
    assert await tasks(hass) == [("clean", "Clean East gate")]
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
async def test_visitors_get_paper_although_a_file_is_invalid(
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
