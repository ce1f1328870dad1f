"""What a manager sees and changes on the pages of a site and of its dispensers."""

from dataclasses import dataclass
import math
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache_with_extra_data,
)

from custom_components.facequota.site.site import Site
from custom_components.facequota.visit.purge_receipt import Cause
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EntityCategory as Category
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util

from . import fake_dispenser as fake
from .conftest import CAMERA, DISPENSER_DATA, Stage, ask, faces, set_up_site, unload
from .fake_dispenser import FakeDispenser
from .people import somebody


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How one entity is shown."""

    name: str
    category: Category | None = None
    device_class: str | None = None
    state_class: str | None = None
    unit: str | None = None


CONFIG: Final = Category.CONFIG
DIAGNOSTIC: Final = Category.DIAGNOSTIC
TOTAL: Final = "total_increasing"

OF_THE_SITE: Final = {
    "binary_sensor.cleaning_due": Shown(name="Cleaning due"),
    "button.cleaned": Shown(name="Cleaned"),
    "sensor.cleaned_at": Shown(name="Cleaned at", device_class="timestamp"),
    "sensor.visitors_today": Shown(
        name="Visitors today", state_class=TOTAL, unit="visitors"
    ),
    "sensor.visits_since_cleaning": Shown(
        name="Visits since cleaning", state_class="measurement", unit="visits"
    ),
    "todo.tasks": Shown(name="Tasks"),
    "button.purge": Shown(name="Purge"),
    "event.purge": Shown(name="Purge"),
    "number.allowance": Shown(
        name="Allowance", category=CONFIG, device_class="distance", unit="cm"
    ),
    "number.portion": Shown(
        name="Portion", category=CONFIG, device_class="distance", unit="cm"
    ),
    "number.window": Shown(
        name="Window", category=CONFIG, device_class="duration", unit="min"
    ),
    "sensor.faces_remembered": Shown(
        name="Faces remembered", state_class="measurement", unit="faces"
    ),
    "sensor.longest_time_left": Shown(
        name="All faces forgotten", device_class="timestamp"
    ),
    "sensor.most_faces_remembered": Shown(
        name="Most faces remembered", category=DIAGNOSTIC, unit="faces"
    ),
    "sensor.oldest_face": Shown(
        name="Oldest face since", category=DIAGNOSTIC, device_class="timestamp"
    ),
    "sensor.visits_unrecognised": Shown(
        name="Visits without recognition",
        category=DIAGNOSTIC,
        state_class=TOTAL,
        unit="visits",
    ),
    "sensor.wrongly_refused": Shown(
        name="New visitors per wrong refusal", category=DIAGNOSTIC
    ),
    "sensor.way_without_face": Shown(
        name="Way without a face", category=DIAGNOSTIC, device_class="enum"
    ),
    "switch.face_recognition": Shown(name="Face recognition", category=CONFIG),
}

OF_A_DISPENSER: Final = {
    "binary_sensor.paper_low": Shown(name="Paper low", device_class="problem"),
    "binary_sensor.problem": Shown(name="Problem", device_class="problem"),
    "binary_sensor.unusual_use": Shown(name="Unusual use", device_class="problem"),
    "button.dispense": Shown(name="Dispense"),
    "button.refilled": Shown(name="Refilled"),
    "button.try_camera": Shown(name="Try the camera", category=DIAGNOSTIC),
    "sensor.paper_left": Shown(
        name="Paper left", device_class="distance", state_class="measurement", unit="m"
    ),
    "sensor.empty_at": Shown(name="Empty at", device_class="timestamp"),
    "sensor.refilled_at": Shown(name="Refilled at", device_class="timestamp"),
    "sensor.time_to_refill": Shown(
        name="Time to refill", device_class="duration", unit="min"
    ),
    "sensor.time_between_refills": Shown(
        name="Time between refills", device_class="duration", unit="h"
    ),
    "event.not_asked_for": Shown(name="Portion not asked for", category=DIAGNOSTIC),
    "event.visit": Shown(name="Visit"),
    "sensor.last_recognition_time": Shown(
        name="Last recognition time",
        category=DIAGNOSTIC,
        device_class="duration",
        state_class="measurement",
        unit="ms",
    ),
    "sensor.paper_dispensed": Shown(
        name="Paper dispensed", device_class="distance", state_class=TOTAL, unit="m"
    ),
    "sensor.portions_granted": Shown(
        name="Portions granted", state_class=TOTAL, unit="portions"
    ),
    "sensor.portions_not_asked_for": Shown(
        name="Portions not asked for by FaceQuota",
        category=DIAGNOSTIC,
        state_class=TOTAL,
        unit="portions",
    ),
    "sensor.portions_refused": Shown(
        name="Portions refused", state_class=TOTAL, unit="portions"
    ),
    "sensor.portions_urgent": Shown(
        name="Urgent portions", state_class=TOTAL, unit="portions"
    ),
    "sensor.portions_without_face": Shown(
        name="Portions without a face", state_class=TOTAL, unit="portions"
    ),
    "sensor.state": Shown(name="State", device_class="enum"),
    "switch.face_recognition": Shown(name="Face recognition", category=CONFIG),
}


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


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state, which must be there."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state.state


def attributes_of(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return the attributes of an entity, which must be there."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return dict(state.attributes)


async def call(hass: HomeAssistant, action: str, entity_id: str, **data: Any) -> None:
    """Call an action and wait for what follows."""
    domain, _, service = action.partition(".")
    await hass.services.async_call(
        domain, service, {"entity_id": entity_id, **data}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)


# What there is


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


# What adds up


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


# The rules


@pytest.mark.parametrize(
    ("key", "value", "in_force"),
    [
        ("portion", 30, lambda site: site.options.portion_cm),
        ("allowance", 180, lambda site: site.options.rule.allowance_cm),
        ("window", 18.5, lambda site: site.options.rule.window_s / 60),
    ],
)
async def test_a_number_is_a_rule_that_applies_at_once(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    key: str,
    value: float,
    in_force: Any,
) -> None:
    """It is written to the options; nobody is forgotten and nothing starts anew."""
    site = open_site.runtime_data
    site.visitors.reserve(somebody(1), 60)
    await call(hass, "number.set_value", f"number.east_gate_{key}", value=value)
    assert float(state_of(hass, f"number.east_gate_{key}")) == value
    assert in_force(site) == value
    assert value in open_site.options.values()
    assert open_site.runtime_data is site
    assert faces(open_site) == 1


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("portion", math.nan, "not_a_number"),
        ("portion", 60.1, "allowance_below_portion"),
        ("allowance", 59, "allowance_below_portion"),
        ("allowance", math.nan, "not_a_number"),
        ("window", math.nan, "not_a_number"),
        ("window", math.inf, "out_of_range"),
        ("window", 0, "out_of_range"),
        ("allowance", -60, "out_of_range"),
    ],
)
async def test_a_number_that_makes_no_sense_is_refused_in_words(
    hass: HomeAssistant, open_site: MockConfigEntry, key: str, value: float, error: str
) -> None:
    before = dict(open_site.options), state_of(hass, f"number.east_gate_{key}")
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "number.set_value", f"number.east_gate_{key}", value=value)
    assert refused.value.translation_key == error
    after = dict(open_site.options), state_of(hass, f"number.east_gate_{key}")
    assert after == before


# Suspension


async def test_a_rule_does_not_wait_until_the_worker_has_started(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    site: Site = open_site.runtime_data
    async with site._following:  # noqa: SLF001
        await hass.services.async_call(
            "switch",
            "turn_on",
            {"entity_id": "switch.east_gate_face_recognition"},
            blocking=True,
        )
        assert state_of(hass, "switch.east_gate_face_recognition") == "on"
        assert state_of(hass, "sensor.entrance_state") == "ready"
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_without_face_recognition_nobody_is_remembered_and_no_worker_runs(
    hass: HomeAssistant, site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """The switch of the site purges, stops the worker, opens the open lane; and back."""
    runtime: Site = site.runtime_data
    runtime.visitors.reserve(somebody(1), 60)
    assert runtime.recogniser.ready
    assert state_of(hass, "sensor.entrance_state") == "ready"

    await call(hass, "switch.turn_off", "switch.east_gate_face_recognition")
    assert faces(site) == 0
    purge = attributes_of(hass, "event.east_gate_purge")
    assert (purge["faces"], purge["cause"]) == (1, "suspension")
    assert runtime.recogniser.worker is None
    assert state_of(hass, "sensor.entrance_state") == "open_lane"
    assert state_of(hass, "binary_sensor.entrance_problem") == "off"
    visit = await ask(hass)
    assert (visit["outcome"], visit["lane"], visit["recognition_ms"]) == (
        "granted",
        "open",
        None,
    )

    await call(hass, "switch.turn_on", "switch.east_gate_face_recognition")
    assert runtime.recogniser.ready
    assert state_of(hass, "sensor.entrance_state") == "ready"


async def test_one_dispenser_s_camera_is_switched_off_alone(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
    stage: Stage,
) -> None:
    """Everybody is forgotten all the same: who had paper here may have it there."""
    entry = await set_up_site(
        hass, more={"Exit": {"camera": CAMERA, **second_dispenser.entities}}
    )
    entry.runtime_data.visitors.reserve(somebody(1), 60)
    await call(hass, "switch.turn_off", "switch.exit_face_recognition")
    assert faces(entry) == 0
    assert entry.runtime_data.recogniser.ready
    assert state_of(hass, "sensor.entrance_state") == "ready"
    assert state_of(hass, "sensor.exit_state") == "open_lane"
    assert state_of(hass, "switch.east_gate_face_recognition") == "on"

    await call(hass, "switch.turn_off", "switch.entrance_face_recognition")
    assert entry.runtime_data.recogniser.worker is None
    await unload(hass, entry)


# State and problems


async def test_state_and_problem_follow_the_machine(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    def seen() -> tuple[str, str, str | None]:
        problem = "binary_sensor.entrance_problem"
        return (
            state_of(hass, "sensor.entrance_state"),
            state_of(hass, problem),
            attributes_of(hass, problem).get("reason"),
        )

    working = ("open_lane", "off", None)
    assert seen() == working
    dispenser.set(fake.JAM, "on")
    await hass.async_block_till_done()
    assert seen() == ("out_of_order", "on", "jam")
    dispenser.set(fake.JAM, "off")
    await hass.async_block_till_done()
    assert seen() == working
    dispenser.set_available(False)
    await hass.async_block_till_done()
    assert seen() == ("out_of_order", "on", "motor_unavailable")
    dispenser.set_available(True)
    await hass.async_block_till_done()
    assert seen() == working


async def test_a_camera_that_is_gone_is_a_problem_but_stops_nobody(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    await hass.config_entries.async_unload(stage.camera.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, "sensor.entrance_state") == "ready"
    assert state_of(hass, "binary_sensor.entrance_problem") == "on"
    assert attributes_of(hass, "binary_sensor.entrance_problem")["reason"] == "camera"


async def test_a_dispenser_is_looking_then_dispensing_then_ready(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage, dispenser: FakeDispenser
) -> None:
    seen: list[str] = []
    hass.bus.async_listen(
        "state_changed",
        lambda event: (
            seen.append(event.data["new_state"].state)
            if event.data["entity_id"] == "sensor.entrance_state"
            else None
        ),
    )
    stage.person("A")
    await ask(hass)
    await hass.async_block_till_done()
    assert seen == ["looking", "dispensing", "ready"]
    assert float(state_of(hass, "sensor.entrance_last_recognition_time")) > 0


@pytest.mark.parametrize(
    ("sensors", "expected"),
    [
        ({}, "unknown"),
        ({"paper_low": "off", "paper_out": "off"}, "off"),
        ({"paper_low": "on", "paper_out": "off"}, "on"),
        ({"paper_out": "on"}, "on"),
        ({"paper_low": "unavailable"}, "unknown"),
        ({"paper_low": "unavailable", "paper_out": "on"}, "on"),
    ],
)
async def test_paper_is_low_when_a_sensor_says_so_and_unknown_when_none_can(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    sensors: dict[str, str],
    expected: str,
) -> None:
    entities = {key: f"binary_sensor.{key}" for key in sensors}
    for key, state in sensors.items():
        hass.states.async_set(entities[key], state)
    entry = await set_up_site(
        hass, options={"suspended": True}, data=DISPENSER_DATA | entities
    )
    assert state_of(hass, "binary_sensor.entrance_paper_low") == expected
    await unload(hass, entry)


# What a site remembers


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


# Buttons


async def test_the_button_of_a_dispenser_gives_a_portion_to_nobody(
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
