"""Adding a dispenser to a site, and changing one."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from custom_components.facequota.cameras.kinds import kept_stream
from custom_components.facequota.cameras.reader import stream_packages
from custom_components.facequota.const import (
    CONF_CAMERA,
    CONF_MOTOR,
    CONF_WHEELS_FOLDER,
)
from custom_components.facequota.hardware.entities import BUTTONS, entities_by_role
from custom_components.facequota.hardware.firmware_entities import firmware_entities
from custom_components.facequota.hardware.inputs import event_type_key
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME

from .camera_trial import trial_placeholders
from .dispenser_errors import basic_errors, input_errors
from .dispenser_forms import (
    BASICS_SCHEMA,
    CONF_TRY_AGAIN,
    CONF_TRY_CAMERA,
    TRIAL_SCHEMA,
    event_types_schema,
)
from .dispenser_inputs import by_section, flat, found_on_device, inputs_schema
from .installation import Installation


class DispenserFlow(ConfigSubentryFlow):
    """Adds a dispenser or changes one."""

    def __init__(self) -> None:
        """Begin with nothing decided."""
        self._basics: dict[str, Any] = {}
        self._inputs: dict[str, Any] = {}
        self._known: Mapping[str, Any] = {}
        self._wants_trial = False
        self._installation: Installation | None = None

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for name, camera, when it is opened, motor and eye line."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._basic_errors(user_input)):
            self._basics = {**user_input, CONF_NAME: user_input[CONF_NAME].strip()}
            self._wants_trial = bool(self._basics.pop(CONF_TRY_CAMERA, False))
            return await self.async_step_install()
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
        """Begin with the dispenser's present settings."""
        subentry = self._get_reconfigure_subentry()
        self._known = {**subentry.data, CONF_NAME: subentry.title}
        return await self.async_step_user()

    async def async_step_install(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Install the reader of streams if the camera needs it and it is missing."""
        if self._installation is None:
            packages = stream_packages(
                self.hass, self._get_entry().data.get(CONF_WHEELS_FOLDER)
            )
            if await kept_stream(self.hass, self._basics[CONF_CAMERA]) is None or (
                await self.hass.async_add_executor_job(packages.is_installed)
            ):
                return await self.async_step_finish()
            self._installation = Installation(
                self.hass,
                self._get_entry().data,
                self.async_update_progress,
                packages,
            )
        return self._installation.step(self, after_failure="install_failed")

    async def async_step_install_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show why the reader could not be installed; without it no picture of the stream counts."""
        installation, self._installation = self._installation, None
        if user_input is not None or installation is None or not installation.failure:
            return await self.async_step_finish()
        self._installation = installation
        return self.async_show_form(
            step_id="install_failed",
            data_schema=vol.Schema({}),
            errors={"base": installation.failure.reason},
            description_placeholders={"detail": installation.detail},
        )

    async def async_step_finish(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Go on once everything is installed."""
        if self._wants_trial:
            return await self.async_step_camera()
        return await self.async_step_inputs()

    async def async_step_camera(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Test the camera, as often as the manager likes."""
        if user_input is not None and not user_input.get(CONF_TRY_AGAIN):
            return await self.async_step_inputs()
        return self.async_show_form(
            step_id="camera",
            data_schema=TRIAL_SCHEMA,
            description_placeholders=await trial_placeholders(
                self.hass, self._get_entry(), self._basics
            ),
        )

    async def async_step_inputs(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for buttons and sensors; our firmware's are filled in."""
        errors: dict[str, str] = {}
        values = self._suggestions() if user_input is None else flat(user_input)
        if user_input is not None and not (
            errors := input_errors(self.hass, self._basics[CONF_MOTOR], values)
        ):
            self._inputs = values
            return await self.async_step_event_types()
        # A form shows an error above a section, which names the entity for it.
        wrong = by_section(errors)
        found = found_on_device(self.hass, self._basics[CONF_MOTOR])
        return self.async_show_form(
            step_id="inputs",
            data_schema=self.add_suggested_values_to_schema(
                inputs_schema(values, wrong, is_ours=bool(found)), by_section(values)
            ),
            errors={name: next(iter(part.values())) for name, part in wrong.items()},
            description_placeholders={
                "found": found,
                "wrong": ", ".join(str(values[key]) for key in errors),
            },
        )

    async def async_step_event_types(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which type of event counts, for each button that has several."""
        schema = event_types_schema(self.hass, self._inputs)
        if user_input is not None or not schema.schema:
            return self._finish({**self._inputs, **(user_input or {})})
        # An event type that was chosen for another button does not apply to this one.
        kept = {
            key: self._known[key]
            for role in BUTTONS
            if (key := event_type_key(role)) in self._known
            and self._known.get(role) == self._inputs.get(role)
        }
        return self.async_show_form(
            step_id="event_types",
            data_schema=self.add_suggested_values_to_schema(schema, kept),
            last_step=True,
        )

    def _suggestions(self) -> dict[str, Any]:
        """Return the earlier choices, else the entities of the motor's device.

        Fields that a manager left empty stay empty; entities that are gone are searched again.
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
        # Another person may have chosen the motor meanwhile, in another window.
        if taken := self._basic_errors(self._basics):
            return self._ask_basics(self._basics, taken)
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

    def _basic_errors(self, basics: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors of the first form, by field."""
        changed = self.source == SOURCE_RECONFIGURE
        own = self._get_reconfigure_subentry().subentry_id if changed else None
        return basic_errors(self.hass, basics, own)
