"""Each visit and each purge stands once in the activity that Home Assistant shows."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from homeassistant.components.logbook.helpers import async_determine_event_types
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.integration.conftest import ask, set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.log import Log

VISIT = "event.entrance_visit"
PURGE = "event.east_gate_purge"


@pytest.fixture(autouse=True)
def config_folder(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    tmp_path: Path,
    enable_custom_integrations: None,
) -> Path:
    """Give the test a configuration folder, behind the recorder that has to be first."""
    hass.config.config_dir = str(tmp_path)
    return tmp_path


async def test_each_visit_and_each_purge_is_one_line_that_says_how_it_ended(
    hass: HomeAssistant, dispenser: FakeDispenser, log: Log
) -> None:
    """On the devices' pages, among all that changes with a visit.

    By Home Assistant's own line of an event entity; a second one would be ours.
    """
    assert await async_setup_component(hass, "logbook", {})
    entry = await set_up_site(hass, options={"suspended": True, "open_portions": 1})
    await async_wait_recording_done(hass)
    before = dt_util.utcnow()
    await ask(hass)
    await ask(hass)
    await hass.services.async_call(
        "facequota", "purge", {"config_entry_id": entry.entry_id}, blocking=True
    )
    await async_wait_recording_done(hass)
    registry = er.async_get(hass)
    entities = [
        one.entity_id
        for one in er.async_entries_for_config_entry(registry, entry.entry_id)
    ]
    activity = EventProcessor(
        hass, async_determine_event_types(hass, entities, None), entity_ids=entities
    )
    lines = await get_instance(hass).async_add_executor_job(
        activity.get_events, before, dt_util.utcnow() + timedelta(seconds=1)
    )
    told = [
        (line["entity_id"], line["attributes"].get("event_type"))
        for line in lines
        if line.get("state") not in ("unknown", "unavailable")
    ]
    assert told == [(VISIT, "granted"), (VISIT, "refused"), (PURGE, "purged")]
    await unload(hass, entry)
