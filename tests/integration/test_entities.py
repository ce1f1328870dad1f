"""What a manager sees and changes on the pages of a site and of its dispensers."""

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache_with_extra_data,
)

from custom_components.facequota.visit.purge_receipt import Cause
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util

from . import fake_dispenser as fake
from .conftest import ask, faces, set_up_site, unload
from .entities import attributes_of, call, state_of
from .fake_dispenser import FakeDispenser
from .people import somebody
from .shown_entities import OF_A_DISPENSER, OF_THE_SITE, Shown


def entities_of(
    registry: er.EntityRegistry, entry: MockConfigEntry, subentry_id: str | None
) -> dict[str, er.RegistryEntry]:
    """Return the entities of the site (None) or of a dispenser, by domain and key."""
    return {
        f"{one.domain}.{one.translation_key}": one
        for one in er.async_entries_for_config_entry(registry, entry.entry_id)
        if one.config_subentry_id == subentry_id
    }


def shown(hass: HomeAssistant, entity: er.RegistryEntry) -> Shown:
    """Return how an entity is shown."""
    state = hass.states.get(entity.entity_id)
    assert state is not None
    return Shown(
        name=entity.original_name or "",
        category=entity.entity_category,
        device_class=state.attributes.get("device_class"),
        state_class=state.attributes.get("state_class"),
        unit=state.attributes.get("unit_of_measurement"),
    )


async def test_the_site_and_each_dispenser_have_their_entities(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Names, classes, categories, units; ids that stay when something is renamed."""
    entry = open_site.entry_id
    (subentry,) = open_site.subentries
    for subentry_id, expected, stem, device_name in (
        (None, OF_THE_SITE, entry, "East gate"),
        (subentry, OF_A_DISPENSER, f"{entry}_{subentry}", "Entrance"),
    ):
        found = entities_of(entity_registry, open_site, subentry_id)
        assert {key: shown(hass, one) for key, one in found.items()} == expected
        for entity in found.values():
            assert entity.unique_id.startswith(f"{stem}_")
            assert entity.has_entity_name
            assert entity.device_id is not None
            device = device_registry.async_get(entity.device_id)
            assert isinstance(device, dr.DeviceEntry)
            assert (device.name, device.manufacturer) == (device_name, "FaceQuota")
            assert device.config_entry_id == entry


async def test_names_are_in_the_house_s_language(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    entity_registry: er.EntityRegistry,
) -> None:
    hass.config.language = "zh-Hans"
    entry = await set_up_site(hass, options={"suspended": True})
    (subentry,) = entry.subentries
    of_site = entities_of(entity_registry, entry, None)
    of_dispenser = entities_of(entity_registry, entry, subentry)
    assert of_site["sensor.faces_remembered"].original_name == "当前记住的人脸"
    assert of_dispenser["button.dispense"].original_name == "出纸"
    assert dispenser.said[-1] == "请按按钮取纸，不使用摄像头"
    await unload(hass, entry)


async def test_a_stopped_site_shows_nothing_and_comes_back(
    hass: HomeAssistant, open_site: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    ids = [
        one.entity_id
        for one in er.async_entries_for_config_entry(
            entity_registry, open_site.entry_id
        )
    ]
    await hass.config_entries.async_unload(open_site.entry_id)
    assert {state_of(hass, one) for one in ids} == {"unavailable"}
    await hass.config_entries.async_setup(open_site.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert open_site.state is ConfigEntryState.LOADED
    assert "unavailable" not in {state_of(hass, one) for one in ids}


async def test_paper_and_portions_add_up(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """From staff too, in metres; what failed counts its paper but is no portion."""
    await ask(hass, lane="open")
    await ask(hass, lane="staff", cm=30)
    dispenser.fault = fake.Fault.JAM_AT_20_CM
    await ask(hass, lane="open")
    assert state_of(hass, "sensor.entrance_paper_dispensed") == "1.1"
    assert state_of(hass, "sensor.entrance_portions_granted") == "2"
    assert state_of(hass, "sensor.entrance_portions_without_a_face") == "1"
    assert state_of(hass, "sensor.entrance_portions_refused") == "0"


async def test_refusals_are_counted_apart(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    entry = await set_up_site(hass, options={"suspended": True, "open_portions": 1})
    await ask(hass)
    assert (await ask(hass))["outcome"] == "refused"
    assert state_of(hass, "sensor.entrance_portions_granted") == "1"
    assert state_of(hass, "sensor.entrance_portions_refused") == "1"
    await unload(hass, entry)


async def test_totals_go_on_after_a_restart(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """In centimetres inside, whatever unit they are shown in."""
    mock_restore_cache_with_extra_data(
        hass,
        [
            (
                State(f"sensor.entrance_{key}", "0"),
                {"native_value": value, "native_unit_of_measurement": unit},
            )
            for key, value, unit in (
                ("paper_dispensed", 1234.5, "cm"),
                ("portions_granted", 20, None),
                ("portions_refused", None, None),
            )
        ],
    )
    entry = await set_up_site(hass, options={"suspended": True})
    assert float(state_of(hass, "sensor.entrance_paper_dispensed")) == 12.345
    await ask(hass)
    assert float(state_of(hass, "sensor.entrance_paper_dispensed")) == 12.945
    assert state_of(hass, "sensor.entrance_portions_granted") == "21"
    assert state_of(hass, "sensor.entrance_portions_refused") == "0"
    await unload(hass, entry)


async def test_a_site_shows_how_many_it_remembers_and_until_when(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    assert state_of(hass, "sensor.east_gate_faces_remembered") == "0"
    assert state_of(hass, "sensor.east_gate_all_faces_forgotten") == "unknown"
    assert state_of(hass, "sensor.east_gate_oldest_face_since") == "unknown"
    for seed in (1, 2, 3):
        open_site.runtime_data.visitors.reserve(somebody(seed), 60)
    assert state_of(hass, "sensor.east_gate_faces_remembered") == "3"
    until = dt_util.parse_datetime(
        state_of(hass, "sensor.east_gate_all_faces_forgotten")
    )
    assert until is not None
    left = (until - dt_util.utcnow()).total_seconds()
    assert 0 < left <= 9 * 60 + 1
    open_site.runtime_data.visitors.purge(Cause.PERSON)
    assert state_of(hass, "sensor.east_gate_faces_remembered") == "0"
    assert state_of(hass, "sensor.east_gate_most_faces_remembered") == "3"
    assert state_of(hass, "sensor.east_gate_all_faces_forgotten") == "unknown"


async def test_the_dispense_button_gives_a_portion_that_is_charged_to_no_visitor(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    await call(hass, "button.press", "button.entrance_dispense")
    visit = attributes_of(hass, "event.entrance_visit")
    assert (visit["event_type"], visit["lane"], visit["cm"]) == ("granted", "staff", 60)
    assert visit["next_portion"] is None
    assert faces(open_site) == 0


async def test_the_button_of_a_site_purges_and_leaves_a_receipt(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    open_site.runtime_data.visitors.reserve(somebody(1), 60)
    await call(hass, "button.press", "button.east_gate_purge")
    receipt = attributes_of(hass, "event.east_gate_purge")
    assert receipt["event_type"] == "purged"
    assert (receipt["faces"], receipt["reservations"]) == (1, 1)
    assert faces(open_site) == 0


async def test_a_visit_tells_nothing_that_tells_two_visitors_apart(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    await ask(hass)
    assert set(attributes_of(hass, "event.entrance_visit")) == {
        *("event_type", "event_types", "friendly_name"),
        *("lane", "cm", "next_portion", "reason", "motor_on_ms", "recognition_ms"),
    }
