"""Adding a dispenser to a site, and changing one."""

from collections.abc import Mapping
import math
from typing import Any

import voluptuous as vol

from custom_components.facequota.const import (
    CONF_CAMERA,
    CONF_CM_PER_SECOND,
    CONF_COVER_OPEN,
    CONF_DISPLAY,
    CONF_EYE_LINE,
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
    CONF_REQUEST,
    CONF_REQUEST_URGENT,
    CONF_REQUEST_WITHOUT_FACE,
    CONF_ROLL_LENGTH,
    CONF_ROLL_LENGTH_REMAINING,
    CONF_ROLL_REMAINING,
    CONF_STATUS,
    CONF_VISITOR_BUTTON,
    DOMAIN,
)
from custom_components.facequota.hardware.entities import BUTTONS, entities_by_role
from custom_components.facequota.hardware.firmware_entities import firmware_entities
from custom_components.facequota.hardware.inputs import INPUT_DOMAINS
from custom_components.facequota.hardware.units import KNOWN_UNITS, is_unit_known
from homeassistant.components.camera.const import DOMAIN as CAMERA_DOMAIN
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, PERCENTAGE, UnitOfLength
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)


def _entity(*domains: str) -> EntitySelector:
    return EntitySelector(EntitySelectorConfig(domain=list(domains)))


BASICS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_CAMERA): _entity(CAMERA_DOMAIN),
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

INPUTS_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_REQUEST): _entity(*INPUT_DOMAINS),
        vol.Optional(CONF_REQUEST_WITHOUT_FACE): _entity(*INPUT_DOMAINS),
        vol.Optional(CONF_REQUEST_URGENT): _entity(*INPUT_DOMAINS),
        vol.Optional(CONF_FORGET): _entity(*INPUT_DOMAINS),
        vol.Optional(CONF_VISITOR_BUTTON): _entity("event"),
        vol.Optional(CONF_PORTION_LENGTH): _entity("number"),
        vol.Optional(CONF_PAPER_DISPENSED): _entity("sensor"),
        vol.Optional(CONF_LAST_PORTION): _entity("sensor"),
        vol.Optional(CONF_JAM): _entity("binary_sensor"),
        vol.Optional(CONF_STATUS): _entity("sensor"),
        vol.Optional(CONF_FAULT): _entity("binary_sensor"),
        vol.Optional(CONF_COVER_OPEN): _entity("binary_sensor"),
        vol.Optional(CONF_PAPER_LOW): _entity("binary_sensor"),
        vol.Optional(CONF_PAPER_OUT): _entity("binary_sensor"),
        vol.Optional(CONF_ROLL_REMAINING): _entity("sensor"),
        vol.Optional(CONF_ROLL_LENGTH_REMAINING): _entity("sensor"),
        vol.Optional(CONF_NEW_ROLL): _entity("button", "input_button"),
        vol.Optional(CONF_ROLL_LENGTH): NumberSelector(
            NumberSelectorConfig(
                min=1,
                max=5000,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfLength.METERS,
            )
        ),
        vol.Optional(CONF_DISPLAY): _entity("text"),
        vol.Optional(CONF_CM_PER_SECOND): NumberSelector(
            NumberSelectorConfig(
                min=1,
                max=200,
                step=0.1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfLength.CENTIMETERS + "/s",
            )
        ),
    }
)


class DispenserFlow(ConfigSubentryFlow):
    """Adds a dispenser or changes one."""

    def __init__(self) -> None:
        """Begin with nothing decided."""
        self._basics: dict[str, Any] = {}
        self._known: Mapping[str, Any] = {}

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for name, camera, motor and eye line."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._errors(user_input)):
            self._basics = {**user_input, CONF_NAME: user_input[CONF_NAME].strip()}
            return await self.async_step_inputs()
        return self._ask_basics(user_input or self._known, errors)

    def _ask_basics(
        self, answers: Mapping[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        """Show the first form with what is known so far."""
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(BASICS_SCHEMA, answers),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Begin with what is known of the dispenser."""
        subentry = self._get_reconfigure_subentry()
        self._known = {**subentry.data, CONF_NAME: subentry.title}
        return await self.async_step_user()

    async def async_step_inputs(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for buttons and sensors; our firmware's are filled in."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._input_errors(user_input)):
            # Somebody else may have taken the motor meanwhile, in another window.
            if taken := self._errors(self._basics):
                return self._ask_basics(self._basics, taken)
            return self._finish(user_input)
        return self.async_show_form(
            step_id="inputs",
            data_schema=self.add_suggested_values_to_schema(
                INPUTS_SCHEMA,
                self._suggestions() if user_input is None else user_input,
            ),
            errors=errors,
            last_step=True,
        )

    def _suggestions(self) -> dict[str, Any]:
        """Return what was chosen before, else what belongs to the motor's device.

        What a manager left empty stays empty; what is gone is looked for again.
        """
        motor = self._basics[CONF_MOTOR]
        found = firmware_entities(self.hass, motor)
        if self._known.get(CONF_MOTOR) != motor:
            return dict(found)
        gone = {
            role
            for role, entity_id in entities_by_role(self._known).items()
            if self.hass.states.get(entity_id) is None
        }
        return {
            key: found.get(key, value) if key in gone else value
            for key, value in self._known.items()
        }

    def _finish(self, inputs: Mapping[str, Any]) -> SubentryFlowResult:
        """Create the dispenser, or change the one there is."""
        basics = dict(self._basics)
        title = basics.pop(CONF_NAME)
        data = {**basics, **inputs}
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                title=title,
                data=data,
                # Home Assistant's own sentence is not there in all languages.
                reason="reconfigure_successful",
            )
        return self.async_create_entry(title=title, data=data)

    def _errors(self, basics: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with name, camera, motor and eye line, by field."""
        errors: dict[str, str] = {}
        if not basics[CONF_NAME].strip():
            errors[CONF_NAME] = "name_empty"
        if not math.isfinite(basics.get(CONF_EYE_LINE, 0)):
            errors[CONF_EYE_LINE] = "not_a_number"
        for key in (CONF_CAMERA, CONF_MOTOR):
            if self.hass.states.get(basics[key]) is None:
                errors[key] = "entity_not_found"
        own = (
            self._get_reconfigure_subentry().subentry_id
            if self.source == SOURCE_RECONFIGURE
            else None
        )
        # Two dispensers at one motor would give one visitor's paper to another.
        if any(
            subentry.data.get(CONF_MOTOR) == basics[CONF_MOTOR]
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for subentry in entry.subentries.values()
            if subentry.subentry_id != own
        ):
            errors[CONF_MOTOR] = "motor_in_use"
        return errors

    def _input_errors(self, inputs: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with buttons, units and speed, by field."""
        errors: dict[str, str] = {}
        for key in (CONF_CM_PER_SECOND, CONF_ROLL_LENGTH):
            if not math.isfinite(inputs.get(key, 0)):
                errors[key] = "not_a_number"
        for key in KNOWN_UNITS:
            state = self.hass.states.get(inputs.get(key, ""))
            if state is not None and not is_unit_known(key, state):
                errors[key] = "unit_unknown"
        # A motor that is a button too would ask for the next portion by itself.
        taken = {self._basics[CONF_MOTOR]}
        for key in BUTTONS:
            if key not in inputs:
                continue
            if inputs[key] in taken:
                errors[key] = "entity_used_twice"
            taken.add(inputs[key])
        return errors
