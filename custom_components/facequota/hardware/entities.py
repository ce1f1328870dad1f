"""The entities of a dispenser by their role, and what is wrong with them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_ALONE_PAPER,
    CONF_ALONE_PORTIONS,
    CONF_CAMERA,
    CONF_COVER_OPEN,
    CONF_DISPLAY,
    CONF_FAULT,
    CONF_FORGET,
    CONF_JAM,
    CONF_LAST_PORTION,
    CONF_MOTOR,
    CONF_NEW_ROLL,
    CONF_PAPER_DISPENSED,
    CONF_PAPER_LOW,
    CONF_PAPER_OUT,
    CONF_PORTION_LENGTH,
    CONF_PRESENCE,
    CONF_REQUEST,
    CONF_REQUEST_URGENT,
    CONF_REQUEST_WITHOUT_FACE,
    CONF_ROLL_LENGTH_REMAINING,
    CONF_ROLL_REMAINING,
    CONF_STATUS,
    CONF_SWITCH_PORTIONS,
    CONF_VISITOR_BUTTON,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .units import is_unit_known

# The buttons that a visitor presses; each has one meaning.
BUTTONS: Final = (
    CONF_REQUEST,
    CONF_REQUEST_WITHOUT_FACE,
    CONF_REQUEST_URGENT,
    CONF_FORGET,
)
# The device's counters of paper that FaceQuota did not request.
DEVICE_COUNTERS: Final = (CONF_ALONE_PORTIONS, CONF_ALONE_PAPER, CONF_SWITCH_PORTIONS)
# Every key of a dispenser's data that holds an entity id, the most important first.
ENTITY_ROLES: Final = (
    CONF_MOTOR,
    CONF_CAMERA,
    *BUTTONS,
    CONF_VISITOR_BUTTON,
    CONF_PORTION_LENGTH,
    CONF_PAPER_DISPENSED,
    CONF_LAST_PORTION,
    CONF_STATUS,
    CONF_FAULT,
    CONF_JAM,
    CONF_COVER_OPEN,
    CONF_PAPER_OUT,
    CONF_PAPER_LOW,
    CONF_ROLL_REMAINING,
    CONF_ROLL_LENGTH_REMAINING,
    CONF_NEW_ROLL,
    CONF_DISPLAY,
    CONF_PRESENCE,
    *DEVICE_COUNTERS,
)


class Trouble(StrEnum):
    """What is wrong with an entity."""

    GONE = "gone"
    DISABLED = "disabled"
    UNAVAILABLE = "unavailable"
    UNIT_UNKNOWN = "unit_unknown"


def entities_by_role(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the entity ids that a dispenser was given, by their role."""
    return {role: data[role] for role in ENTITY_ROLES if data.get(role)}


@callback
def trouble(hass: HomeAssistant, role: str, entity_id: str) -> Trouble | None:
    """Return what is wrong with an entity, None if nothing is."""
    state = hass.states.get(entity_id)
    entry = er.async_get(hass).async_get(entity_id)
    if entry is not None and entry.disabled:
        return Trouble.DISABLED
    if state is None:
        return Trouble.GONE if entry is None else Trouble.UNAVAILABLE
    if state.state == STATE_UNAVAILABLE:
        return Trouble.UNAVAILABLE
    return None if is_unit_known(role, state) else Trouble.UNIT_UNKNOWN


@callback
def troubles(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Trouble]:
    """Return what is wrong with the entities of a dispenser, by their role."""
    found = {
        role: trouble(hass, role, entity_id)
        for role, entity_id in entities_by_role(data).items()
    }
    return {role: one for role, one in found.items() if one}
