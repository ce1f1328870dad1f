"""The forms of a dispenser."""

from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from custom_components.facequota.cameras.camera import Opened
from custom_components.facequota.const import (
    CONF_CAMERA,
    CONF_CAMERA_OPENED,
    CONF_EYE_LINE,
    CONF_MOTOR,
    CONF_PRESENCE,
)
from custom_components.facequota.hardware.entities import BUTTONS
from custom_components.facequota.hardware.inputs import event_type_key
from homeassistant.components.camera.const import DOMAIN as CAMERA_DOMAIN
from homeassistant.components.event import ATTR_EVENT_TYPES, DOMAIN as EVENT_DOMAIN
from homeassistant.const import CONF_NAME, PERCENTAGE
from homeassistant.core import HomeAssistant, callback, split_entity_id
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import get_capability
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

# Fields of the forms that are not stored.
CONF_TRY_CAMERA: Final = "try_camera"
CONF_TRY_AGAIN: Final = "try_again"


def _entity(*domains: str) -> EntitySelector:
    return EntitySelector(EntitySelectorConfig(domain=list(domains)))


BASICS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_CAMERA): _entity(CAMERA_DOMAIN),
        vol.Optional(CONF_CAMERA_OPENED): SelectSelector(
            SelectSelectorConfig(
                options=[one.value for one in Opened],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key=CONF_CAMERA_OPENED,
            )
        ),
        vol.Optional(CONF_PRESENCE): _entity("binary_sensor", "input_boolean"),
        vol.Optional(CONF_TRY_CAMERA): BooleanSelector(),
        vol.Required(CONF_MOTOR): _entity("switch", "input_boolean"),
        vol.Optional(CONF_EYE_LINE): NumberSelector(
            NumberSelectorConfig(
                min=1,
                max=99,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=PERCENTAGE,
            )
        ),
    }
)

TRIAL_SCHEMA = vol.Schema({vol.Optional(CONF_TRY_AGAIN): BooleanSelector()})


@callback
def event_types_schema(hass: HomeAssistant, inputs: Mapping[str, Any]) -> vol.Schema:
    """Return a form with a choice for each button that has several types of events."""
    known = {role: _event_types(hass, inputs.get(role, "")) for role in BUTTONS}
    return vol.Schema(
        {
            vol.Optional(event_type_key(role)): SelectSelector(
                SelectSelectorConfig(options=types, mode=SelectSelectorMode.DROPDOWN)
            )
            for role, types in known.items()
            if len(types) > 1
        }
    )


def _event_types(hass: HomeAssistant, entity_id: str) -> list[str]:
    """Return the event types of an entity; none if it is not an event entity."""
    if not entity_id or split_entity_id(entity_id)[0] != EVENT_DOMAIN:
        return []
    try:
        # Also those of an entity that is unavailable now.
        return list(get_capability(hass, entity_id, ATTR_EVENT_TYPES) or ())
    except HomeAssistantError:
        return []
