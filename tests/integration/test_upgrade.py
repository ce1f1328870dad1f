"""Data stored by 0.1.0 works unchanged: names that users rely on do not change."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache_with_extra_data,
)

from custom_components.facequota.hardware.entities import DEVICE_COUNTERS
from custom_components.facequota.hardware.firmware_entities import FIRMWARE_ENTITIES
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from tests.integration.conftest import ask, issues, summary, unload
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.flows.dispenser_form import add_device

from .version_0_1_0 import (
    DATA,
    DISPENSER_ENTITIES,
    ENTRANCE,
    ENTRY_ID,
    LOG,
    OPTIONS,
    SITE_ENTITIES,
    shows,
    start,
    stored,
)

pytestmark = pytest.mark.usefixtures("log")


async def test_a_site_of_0_1_0_goes_on_with_everything_it_has(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Rules, receipts, figures, totals and every entity under the id it had."""
    hass.states.async_set("camera.entrance", "idle")
    stored(hass_storage)
    total = "sensor.entrance_portions_granted"
    known = {"native_value": 152, "native_unit_of_measurement": None}
    mock_restore_cache_with_extra_data(hass, ((State(total, "152"), known),))
    entry = await start(hass)
    assert issues(issue_registry) == {}
    for prefix, expected in (
        (ENTRY_ID, SITE_ENTITIES),
        (f"{ENTRY_ID}_{ENTRANCE}", DISPENSER_ENTITIES),
    ):
        for key, entity_id in expected.items():
            one = entity_registry.async_get(entity_id)
            assert one is not None, entity_id
            assert one.unique_id == f"{prefix}_{key}"
    purge = entity_registry.async_get_entity_id(
        "event", "facequota", f"{ENTRY_ID}_purge"
    )
    assert purge == "event.east_gate_purge"
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), ENTRY_ID)
    assert {identifier for device in devices for identifier in device.identifiers} == {
        ("facequota", ENTRY_ID),
        ("facequota", f"{ENTRY_ID}_{ENTRANCE}"),
    }
    assert shows(hass, "sensor.east_gate_most_faces_remembered") == "35"
    assert shows(hass, "sensor.east_gate_visits_without_recognition") == "7"
    assert shows(hass, "number.east_gate_window") == "9.0"
    assert shows(hass, total) == "152"
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    assert shows(hass, total) == "153"
    kept = entry.runtime_data.log.as_dict()
    assert kept["receipts"] == LOG["receipts"]
    assert LOG["decisions"][0] in kept["decisions"]
    assert kept["expired"] == LOG["expired"]
    assert kept["lanes"]["open"]["granted"] == 51
    for action in ("dispense", "forget", "purge", "export_log"):
        assert hass.services.has_service("facequota", action)
    await unload(hass, entry)


def without(key: str) -> dict[str, Any]:
    """Return the log without one of its parts."""
    return {name: part for name, part in LOG.items() if name != key}


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (2, LOG),
        (7, {"something": "else"}),
        (2, []),
        (1, {}),
        (1, []),
        (1, {**LOG, "lanes": {"face": {"granted": "many", "new_figure": 3}}}),
        (1, {**LOG, "lanes": {"another": {}}}),
        (1, {**LOG, "receipts": [{"time": "yesterday"}, 3, *LOG["receipts"]]}),
        (1, {**LOG, "expired": {"2026-10-01": None}}),
        (1, {**LOG, "most_faces": float("nan")}),
        (1, {**LOG, "unrecognised": ["no_face"]}),
        (1, {**LOG, "settings": {"site": 3}}),
        (1, {**LOG, "totals": {ENTRANCE: {"paper_dispensed": "all of it"}}}),
        (1, {**LOG, "counters": {ENTRANCE: {"switch_portions": -1}}}),
        (1, {**LOG, "counters": {ENTRANCE: 7}}),
        *((1, without(key)) for key in ("receipts", "expired", "lanes")),
    ],
)
async def test_a_log_that_cannot_be_read_costs_no_paper_and_is_kept(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
    version: int,
    data: Any,
) -> None:
    stored(hass_storage, version=version, data=data)
    entry = await start(hass)
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    assert "file_set_aside" in issues(issue_registry)
    assert f"facequota.{ENTRY_ID}.kept" in hass_storage
    # What could be read is in use.
    if isinstance(data, dict) and data.get("receipts"):
        kept = entry.runtime_data.log.as_dict()
        assert kept["receipts"] == LOG["receipts"]
    await hass.config_entries.async_remove(ENTRY_ID)
    await hass.async_block_till_done()
    assert not [key for key in hass_storage if key.startswith(f"facequota.{ENTRY_ID}")]
    assert issues(issue_registry) == {}


@pytest.mark.parametrize("wrapper", [{}, {"data": LOG}, {"version": "x", "data": LOG}])
async def test_a_file_without_a_version_costs_no_paper(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    dispenser: FakeDispenser,
    wrapper: dict[str, Any],
) -> None:
    hass_storage[f"facequota.{ENTRY_ID}"] = wrapper
    entry = await start(hass)
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    await unload(hass, entry)


async def test_a_later_minor_version_is_read_without_a_message(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
) -> None:
    hass.states.async_set("camera.entrance", "idle")
    stored(hass_storage, data={**LOG, "of_a_later_version": 1})
    hass_storage[f"facequota.{ENTRY_ID}"]["minor_version"] = 9
    entry = await start(hass)
    assert issues(issue_registry) == {}
    assert shows(hass, "sensor.east_gate_most_faces_remembered") == "35"
    await unload(hass, entry)


async def test_a_total_outlives_a_power_cut_by_what_the_log_has(
    hass: HomeAssistant, hass_storage: dict[str, Any], dispenser: FakeDispenser
) -> None:
    """Home Assistant's own memory of states is older, or gone after a week."""
    total = "sensor.entrance_portions_granted"
    stored(
        hass_storage, data={**LOG, "totals": {ENTRANCE: {"portions_granted": 160.0}}}
    )
    older = {"native_value": 152, "native_unit_of_measurement": None}
    mock_restore_cache_with_extra_data(hass, ((State(total, "152"), older),))
    entry = await start(hass)
    assert float(shows(hass, total)) == 160
    await ask(hass)
    assert entry.runtime_data.log.total(ENTRANCE, "portions_granted") == 161
    await unload(hass, entry)


@pytest.mark.parametrize(
    ("version", "added"),
    [
        (1, {"status", "fault", "cover_open", *DEVICE_COUNTERS}),
        (2, {*DEVICE_COUNTERS}),
        (3, set()),
    ],
)
async def test_a_dispenser_of_our_firmware_gets_the_roles_that_came_later(
    hass: HomeAssistant, dispenser: FakeDispenser, version: int, added: set[str]
) -> None:
    """What a manager chose, or left empty in a form that had it, stays as it is."""
    ours = add_device(hass, "Exit dispenser")
    chosen = {
        "camera": "camera.entrance",
        "motor": ours["Motor"],
        "fault": "binary_sensor.mine",
    }
    entry = MockConfigEntry(
        domain="facequota",
        version=1,
        minor_version=version,
        title="East gate",
        data=DATA,
        options=OPTIONS,
        subentries_data=[
            ConfigSubentryDataWithId(
                data=chosen,
                subentry_id=ENTRANCE,
                subentry_type="dispenser",
                title="Entrance",
                unique_id=None,
            )
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    data = dict(entry.subentries[ENTRANCE].data)
    data.pop("registry_ids")
    by_role = {role: ours[name] for (_, name), role in FIRMWARE_ENTITIES.items()}
    assert data == {**{role: by_role[role] for role in added}, **chosen}
    assert entry.minor_version == 3
    await unload(hass, entry)
