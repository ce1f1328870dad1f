"""Cleaning is due after visits or hours, and done by a button or a tag."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from homeassistant.core import HomeAssistant
from tests.integration.conftest import ask, unload
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.log import Log

from .upkeep import press, site_with, state, tasks


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
