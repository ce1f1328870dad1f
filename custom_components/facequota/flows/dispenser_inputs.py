"""The form of a dispenser's buttons and sensors, in sections that are open where needed.

A dispenser's data has no sections: `flat` takes them away, `by_section` puts them back.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import voluptuous as vol

from custom_components.facequota.const import (
    CONF_ALONE_PAPER,
    CONF_ALONE_PORTIONS,
    CONF_CM_PER_SECOND,
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
    CONF_ROLL_LENGTH,
    CONF_ROLL_LENGTH_REMAINING,
    CONF_ROLL_REMAINING,
    CONF_STATUS,
    CONF_SWITCH_PORTIONS,
    CONF_VISITOR_BUTTON,
)
from custom_components.facequota.hardware.firmware import motor_device
from custom_components.facequota.hardware.firmware_entities import firmware_entities
from custom_components.facequota.hardware.inputs import INPUT_DOMAINS
from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import SectionConfig, section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)


def _entity(*domains: str) -> EntitySelector:
    return EntitySelector(EntitySelectorConfig(domain=list(domains)))


def _number(greatest: float, step: float, unit: str) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=1,
            max=greatest,
            step=step,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=unit,
        )
    )


# What a plain switch needs.
PLAIN_SECTIONS: Final = {
    "buttons": vol.Schema(
        {
            vol.Optional(CONF_REQUEST): _entity(*INPUT_DOMAINS),
            vol.Optional(CONF_REQUEST_WITHOUT_FACE): _entity(*INPUT_DOMAINS),
            vol.Optional(CONF_REQUEST_URGENT): _entity(*INPUT_DOMAINS),
            vol.Optional(CONF_FORGET): _entity(*INPUT_DOMAINS),
        }
    ),
    "motor": vol.Schema(
        {
            vol.Optional(CONF_CM_PER_SECOND): _number(
                200, 0.1, UnitOfLength.CENTIMETERS + "/s"
            ),
            vol.Optional(CONF_ROLL_LENGTH): _number(5000, 1, UnitOfLength.METERS),
        }
    ),
}
# What a device may report besides.
DEVICE_SECTIONS: Final = {
    "paper": vol.Schema(
        {
            vol.Optional(CONF_PORTION_LENGTH): _entity("number"),
            vol.Optional(CONF_PAPER_DISPENSED): _entity("sensor"),
            vol.Optional(CONF_LAST_PORTION): _entity("sensor"),
            vol.Optional(CONF_ROLL_REMAINING): _entity("sensor"),
            vol.Optional(CONF_ROLL_LENGTH_REMAINING): _entity("sensor"),
            vol.Optional(CONF_PAPER_LOW): _entity("binary_sensor"),
            vol.Optional(CONF_PAPER_OUT): _entity("binary_sensor"),
            vol.Optional(CONF_NEW_ROLL): _entity("button", "input_button"),
        }
    ),
    "state": vol.Schema(
        {
            vol.Optional(CONF_JAM): _entity("binary_sensor"),
            vol.Optional(CONF_FAULT): _entity("binary_sensor"),
            vol.Optional(CONF_COVER_OPEN): _entity("binary_sensor"),
            vol.Optional(CONF_DISPLAY): _entity("text"),
        }
    ),
}
# What only our firmware provides.
FIRMWARE_SECTIONS: Final = {
    "firmware": vol.Schema(
        {
            vol.Optional(CONF_STATUS): _entity("sensor"),
            vol.Optional(CONF_VISITOR_BUTTON): _entity("event"),
            vol.Optional(CONF_ALONE_PORTIONS): _entity("sensor"),
            vol.Optional(CONF_ALONE_PAPER): _entity("sensor"),
            vol.Optional(CONF_SWITCH_PORTIONS): _entity("sensor"),
        }
    ),
}
SECTIONS: Final = {**PLAIN_SECTIONS, **DEVICE_SECTIONS, **FIRMWARE_SECTIONS}


def inputs_schema(
    values: Mapping[str, Any], wrong: Collection[str], *, is_ours: bool
) -> vol.Schema:
    """Return the form with the present values; sections with an error are open.

    Our firmware provides everything, so no other section is open. For another switch
    the sections that it needs are open; a section that only our firmware fills is shown
    only if something was chosen in it.
    """
    filled = by_section(values)
    return vol.Schema(
        {
            vol.Optional(name): section(
                fields,
                SectionConfig(
                    collapsed=name not in wrong
                    and (is_ours or name not in PLAIN_SECTIONS)
                ),
            )
            for name, fields in SECTIONS.items()
            if is_ours or name not in FIRMWARE_SECTIONS or name in filled
        }
    )


def flat(form: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the values of a form without its sections."""
    return {key: value for part in form.values() for key, value in part.items()}


def by_section(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the values of each section; no section without a value."""
    parts = {
        name: {key: values[key] for key in map(str, fields.schema) if key in values}
        for name, fields in SECTIONS.items()
    }
    return {name: part for name, part in parts.items() if part}


INPUTS_SCHEMA: Final = inputs_schema({}, (), is_ours=True)


@callback
def found_on_device(hass: HomeAssistant, motor: str) -> str:
    """Return our device's name and the names of its entities, in the form's order.

    Entities of other devices are left out.
    """
    names = [
        entity.name or entity.original_name or entity.entity_id
        for part in by_section(firmware_entities(hass, motor)).values()
        for entity_id in part.values()
        if (entity := er.async_get(hass).async_get(entity_id))
    ]
    device = motor_device(hass, motor)
    if not names or device is None:
        return ""
    return f"**{device.name_by_user or device.name}**: {' · '.join(names)}"
