"""A dispenser that has an entity in every role."""

from typing import Final

from custom_components.facequota.hardware.entities import ENTITY_ROLES
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

PROBLEM: Final = "binary_sensor.entrance_problem"


DOMAINS: Final = {
    "motor": "switch",
    "camera": "camera",
    "portion_length": "number",
    "visitor_button": "event",
    "display": "text",
    **dict.fromkeys(
        ("paper_dispensed", "last_portion", "status", "roll_remaining"), "sensor"
    ),
}


ALL: Final = {
    role: f"{DOMAINS.get(role, 'binary_sensor')}.a_{role}" for role in ENTITY_ROLES
}


def register(hass: HomeAssistant, entity_id: str) -> er.RegistryEntry:
    """Register an entity under this id, as its integration does."""
    domain, _, name = entity_id.partition(".")
    return er.async_get(hass).async_get_or_create(
        domain, "test", name, object_id_base=name
    )
