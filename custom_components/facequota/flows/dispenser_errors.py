"""What is wrong with the answers to a dispenser's forms."""

from collections.abc import Mapping
import math
from typing import Any

from custom_components.facequota.cameras.camera import Opened
from custom_components.facequota.const import (
    CONF_CAMERA,
    CONF_CAMERA_OPENED,
    CONF_CM_PER_SECOND,
    CONF_EYE_LINE,
    CONF_MOTOR,
    CONF_PRESENCE,
    CONF_ROLL_LENGTH,
    DOMAIN,
)
from custom_components.facequota.hardware.entities import BUTTONS
from custom_components.facequota.hardware.units import KNOWN_UNITS, is_unit_known
from homeassistant.core import HomeAssistant, callback

from .names import name_errors


@callback
def basic_errors(
    hass: HomeAssistant, basics: Mapping[str, Any], own: str | None
) -> dict[str, str]:
    """Return the errors of name, camera, motor and eye line, by field.

    `own` is the subentry id of a dispenser that is being changed.
    """
    errors = name_errors(basics)
    if not math.isfinite(basics.get(CONF_EYE_LINE, 0)):
        errors[CONF_EYE_LINE] = "not_a_number"
    is_by_presence = basics.get(CONF_CAMERA_OPENED) == Opened.PRESENCE
    if is_by_presence and not basics.get(CONF_PRESENCE):
        errors[CONF_PRESENCE] = "presence_missing"
    for key in (CONF_CAMERA, CONF_MOTOR):
        if hass.states.get(basics[key]) is None:
            errors[key] = "entity_not_found"
    # With two dispensers at one motor a visitor could get another visitor's paper.
    if any(
        subentry.data.get(CONF_MOTOR) == basics[CONF_MOTOR]
        for entry in hass.config_entries.async_entries(DOMAIN)
        for subentry in entry.subentries.values()
        if subentry.subentry_id != own
    ):
        errors[CONF_MOTOR] = "motor_in_use"
    return errors


@callback
def input_errors(
    hass: HomeAssistant, motor: str, inputs: Mapping[str, Any]
) -> dict[str, str]:
    """Return the errors of buttons, units and speed, by field."""
    errors: dict[str, str] = {}
    for key in (CONF_CM_PER_SECOND, CONF_ROLL_LENGTH):
        if not math.isfinite(inputs.get(key, 0)):
            errors[key] = "not_a_number"
    for key in KNOWN_UNITS:
        state = hass.states.get(inputs.get(key, ""))
        if state is not None and not is_unit_known(key, state):
            errors[key] = "unit_unknown"
    # A motor that is also a button would request the next portion by itself.
    taken = {motor}
    for key in BUTTONS:
        if key not in inputs:
            continue
        if inputs[key] in taken:
            errors[key] = "entity_used_twice"
        taken.add(inputs[key])
    return errors
