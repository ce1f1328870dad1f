"""The sensor "Problem": the worst thing that is wrong at a dispenser, as one word."""

from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.cameras.camera import NoPicture
from custom_components.facequota.const import (
    CONF_CAMERA,
    CONF_MOTOR,
    CONF_PORTION_LENGTH,
)
from custom_components.facequota.hardware.entities import (
    BUTTONS,
    Trouble,
    entities_by_role,
    troubles,
)
from custom_components.facequota.hardware.faults import Fault
from custom_components.facequota.hardware.inputs import is_stuck
from custom_components.facequota.hardware.motor import Defect, Motor
from homeassistant.core import HomeAssistant, callback

BUTTON_STUCK: Final = "button_stuck"

# These roles have a word of their own; the others say that they are unavailable.
_WORDS: Final = {
    CONF_CAMERA: NoPicture.CAMERA,
    CONF_MOTOR: Fault.MOTOR_UNAVAILABLE,
    CONF_PORTION_LENGTH: Defect.LENGTH_LOST,
}


@callback
def hardware_problem(
    hass: HomeAssistant, motor: Motor, data: Mapping[str, Any], *, camera_rests: bool
) -> str | None:
    """Return what is wrong with motor, device, camera, buttons and sensors, if anything."""
    if standing := motor.fault or motor.defect:
        return standing
    for role, found in troubles(hass, data).items():
        if found is Trouble.UNIT_UNKNOWN:
            return found
        if not (role == CONF_CAMERA and camera_rests):
            return _WORDS.get(role, f"{role}_unavailable")
    return BUTTON_STUCK if stuck_buttons(hass, data) else None


@callback
def stuck_buttons(hass: HomeAssistant, data: Mapping[str, Any]) -> list[str]:
    """Return the buttons that have been pressed for far too long."""
    return [
        entity_id
        for role, entity_id in entities_by_role(data).items()
        if role in BUTTONS and is_stuck(hass.states.get(entity_id))
    ]
