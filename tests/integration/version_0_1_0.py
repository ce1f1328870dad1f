"""A site as 0.1.0 stored it."""

from typing import Any, Final

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant

ENTRY_ID: Final = "01J0000000000000000000EAST"
ENTRANCE: Final = "01J000000000000000ENTRANCE"
DATA: Final = {
    "name": "East gate",
    "engine": "face_recognition",
    "camera_position": "entrance",
    "notice_posted": True,
    "way_without_face": True,
}
OPTIONS: Final = {
    "portion_cm": 60.0,
    "allowance_cm": 60.0,
    "window_min": 9.0,
    "refused_at_most_one_in": 1000,
    "open_portions": 10,
    "urgent_per_day": 20,
    "suspended": True,
}
DISPENSER: Final = {
    "camera": "camera.entrance",
    "motor": "switch.motor",
    "request": "binary_sensor.request",
    "request_without_face": "binary_sensor.request_without_face",
    "portion_length": "number.portion_length",
    "paper_dispensed": "sensor.paper_dispensed",
    "jam": "binary_sensor.jam",
    "display": "text.display",
    "cm_per_second": 25.0,
}
LOG: Final[dict[str, Any]] = {
    "receipts": [
        {
            "time": "2026-10-01T20:00:00+00:00",
            "cause": "automation",
            "faces": 7,
            "reservations": 0,
            "older_than": None,
        }
    ],
    "decisions": [
        {
            "time": "2026-10-02T08:00:00+00:00",
            "setting": "window_min",
            "dispenser": None,
            "old": 10.0,
            "new": 9.0,
        }
    ],
    "settings": {"site": {"window_min": 9.0, "face_recognition": False}},
    "expired": {"2026-10-01": 412},
    "most_faces": 35,
    "lanes": {
        "face": {
            "granted": 100,
            "refused": 4,
            "failed": 1,
            "cm": 6000.0,
            "wait_ms": 90000.0,
            "waits": 99,
        },
        "open": {
            "granted": 50,
            "refused": 1,
            "failed": 0,
            "cm": 3000.0,
            "wait_ms": 20000.0,
            "waits": 50,
        },
        "urgent": {
            "granted": 2,
            "refused": 0,
            "failed": 0,
            "cm": 120.0,
            "wait_ms": 800.0,
            "waits": 2,
        },
        "staff": {
            "granted": 0,
            "refused": 0,
            "failed": 0,
            "cm": 0.0,
            "wait_ms": 0.0,
            "waits": 0,
        },
    },
    "unrecognised": {"no_face": 6, "camera": 1},
}
# By its unique id behind the entry's, or the dispenser's: the entity id.
SITE_ENTITIES: Final = {
    "faces_remembered": "sensor.east_gate_faces_remembered",
    "longest_time_left": "sensor.east_gate_all_faces_forgotten",
    "oldest_face": "sensor.east_gate_oldest_face_since",
    "most_faces_remembered": "sensor.east_gate_most_faces_remembered",
    "wrongly_refused": "sensor.east_gate_new_visitors_per_wrong_refusal",
    "visits_unrecognised": "sensor.east_gate_visits_without_recognition",
    "way_without_face": "sensor.east_gate_way_without_a_face",
    "purge": "button.east_gate_purge",
    "face_recognition": "switch.east_gate_face_recognition",
    "portion_cm": "number.east_gate_portion",
    "allowance_cm": "number.east_gate_allowance",
    "window_min": "number.east_gate_window",
}
DISPENSER_ENTITIES: Final = {
    "problem": "binary_sensor.entrance_problem",
    "paper_low": "binary_sensor.entrance_paper_low",
    "unusual_use": "binary_sensor.entrance_unusual_use",
    "dispense": "button.entrance_dispense",
    "visit": "event.entrance_visit",
    "state": "sensor.entrance_state",
    "last_recognition_time": "sensor.entrance_last_recognition_time",
    "paper_dispensed": "sensor.entrance_paper_dispensed",
    "portions_granted": "sensor.entrance_portions_granted",
    "portions_refused": "sensor.entrance_portions_refused",
    "portions_without_face": "sensor.entrance_portions_without_a_face",
    "portions_urgent": "sensor.entrance_urgent_portions",
    "face_recognition": "switch.entrance_face_recognition",
}


def configuration() -> MockConfigEntry:
    """Return a site as 0.1.0 stored it."""
    return MockConfigEntry(
        domain="facequota",
        entry_id=ENTRY_ID,
        version=1,
        minor_version=1,
        title="East gate",
        data=DATA,
        options=OPTIONS,
        subentries_data=[
            ConfigSubentryDataWithId(
                data=DISPENSER,
                subentry_id=ENTRANCE,
                subentry_type="dispenser",
                title="Entrance",
                unique_id=None,
            )
        ],
    )


def stored(hass_storage: dict[str, Any], *, version: int = 1, data: Any = LOG) -> None:
    """Store a log as 0.1.0 did, or another version."""
    key = f"facequota.{ENTRY_ID}"
    hass_storage[key] = {
        "version": version,
        "minor_version": 1,
        "key": key,
        "data": data,
    }


async def start(hass: HomeAssistant) -> MockConfigEntry:
    """Set the stored site up."""
    entry = configuration()
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(ENTRY_ID)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def shows(hass: HomeAssistant, entity_id: str) -> str:
    """Return an entity's state."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state.state
