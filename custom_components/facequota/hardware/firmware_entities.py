"""The entities of our firmware, found beside its motor by their names."""

from typing import Final

from custom_components.facequota.const import (
    CONF_ALONE_PAPER,
    CONF_ALONE_PORTIONS,
    CONF_COVER_OPEN,
    CONF_DISPLAY,
    CONF_FAULT,
    CONF_FORGET,
    CONF_JAM,
    CONF_LAST_PORTION,
    CONF_NEW_ROLL,
    CONF_PAPER_DISPENSED,
    CONF_PAPER_LOW,
    CONF_PAPER_OUT,
    CONF_PORTION_LENGTH,
    CONF_REQUEST,
    CONF_REQUEST_URGENT,
    CONF_REQUEST_WITHOUT_FACE,
    CONF_ROLL_LENGTH_REMAINING,
    CONF_ROLL_REMAINING,
    CONF_STATUS,
    CONF_SWITCH_PORTIONS,
    CONF_VISITOR_BUTTON,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .firmware import is_ours, motor_device

# The names that our firmware gives its entities; they are a permanent contract.
FIRMWARE_ENTITIES: Final = {
    ("binary_sensor", "Request"): CONF_REQUEST,
    ("binary_sensor", "Request without face"): CONF_REQUEST_WITHOUT_FACE,
    ("binary_sensor", "Urgent request"): CONF_REQUEST_URGENT,
    ("binary_sensor", "Forget me"): CONF_FORGET,
    ("event", "Visitor button"): CONF_VISITOR_BUTTON,
    ("number", "Portion length"): CONF_PORTION_LENGTH,
    ("sensor", "Paper dispensed"): CONF_PAPER_DISPENSED,
    ("sensor", "Last portion"): CONF_LAST_PORTION,
    ("binary_sensor", "Jam"): CONF_JAM,
    ("sensor", "Status"): CONF_STATUS,
    ("binary_sensor", "Fault"): CONF_FAULT,
    ("binary_sensor", "Cover open"): CONF_COVER_OPEN,
    ("binary_sensor", "Paper low"): CONF_PAPER_LOW,
    ("binary_sensor", "Paper out"): CONF_PAPER_OUT,
    ("sensor", "Roll remaining"): CONF_ROLL_REMAINING,
    ("sensor", "Roll length remaining"): CONF_ROLL_LENGTH_REMAINING,
    ("button", "New roll"): CONF_NEW_ROLL,
    ("sensor", "Portions without Home Assistant"): CONF_ALONE_PORTIONS,
    ("sensor", "Length without Home Assistant"): CONF_ALONE_PAPER,
    ("sensor", "Portions by switch"): CONF_SWITCH_PORTIONS,
    ("text", "Display"): CONF_DISPLAY,
}


@callback
def firmware_entities(hass: HomeAssistant, motor: str) -> dict[str, str]:
    """Return the entities beside a motor switch of our firmware, by their role."""
    device = motor_device(hass, motor)
    if device is None or not is_ours(device):
        return {}
    return {
        role: entity.entity_id
        for entity in er.async_entries_for_device(er.async_get(hass), device.id)
        if (role := FIRMWARE_ENTITIES.get((entity.domain, entity.original_name or "")))
    }
