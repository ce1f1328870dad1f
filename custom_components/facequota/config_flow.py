"""Setting up a site in the UI: rules, what the law asks, the engine."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback

from .const import (
    CONF_WHEELS_FOLDER,
    DOMAIN,
    LAW_URL,
    SUBENTRY_DISPENSER,
    SUBENTRY_DISPLAY,
    SUBENTRY_SHARED_QUOTA,
)
from .flows.dispenser_flow import DispenserFlow
from .flows.display_flow import DisplayFlow
from .flows.installation import Installation, folder_errors
from .flows.names import name_errors
from .flows.options_flow import FaceQuotaOptionsFlow
from .flows.shared_quota_flow import SharedQuotaFlow
from .flows.site_forms import (
    ENGINE_SCHEMA,
    FOLDER_SCHEMA,
    LAW_SCHEMA,
    NAME_SCHEMA,
    SITE_SCHEMA,
    law_errors,
)
from .options import OPERATOR_KEYS, SITE_KEYS, rule_errors
from .site.migration import MINOR_VERSION, VERSION


class FaceQuotaConfigFlow(ConfigFlow, domain=DOMAIN):
    """Sets up one site, or sets it up again."""

    VERSION = VERSION
    MINOR_VERSION = MINOR_VERSION

    def __init__(self) -> None:
        """Begin with nothing decided."""
        self._data: dict[str, Any] = {}
        self._options: dict[str, Any] = {}
        self._installation: Installation | None = None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow that changes the rules."""
        return FaceQuotaOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the kinds of subentries of a site."""
        return {
            SUBENTRY_DISPENSER: DispenserFlow,
            SUBENTRY_DISPLAY: DisplayFlow,
            SUBENTRY_SHARED_QUOTA: SharedQuotaFlow,
        }

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the site's name and rules."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._take_name(user_input) | rule_errors(user_input)
            if not errors:
                self._options = {
                    key: value
                    for key, value in user_input.items()
                    if key in (*SITE_KEYS, *OPERATOR_KEYS)
                }
                return await self.async_step_law()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(SITE_SCHEMA, user_input),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask again for all but the rules, which are options."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not (errors := self._take_name(user_input)):
                return await self.async_step_law()
        else:
            entry = self._get_reconfigure_entry()
            self._data = {**entry.data, CONF_NAME: entry.title}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                NAME_SCHEMA, user_input or self._data
            ),
            errors=errors,
        )

    async def async_step_law(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the confirmations that are needed before a camera may be used."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not (errors := law_errors(user_input)):
                self._data |= user_input
                return await self.async_step_engine()
        return self.async_show_form(
            step_id="law",
            data_schema=self.add_suggested_values_to_schema(
                LAW_SCHEMA, user_input or self._data
            ),
            errors=errors,
            description_placeholders={"law_url": LAW_URL},
        )

    async def async_step_engine(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which engine to use, and where its packages come from."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not (errors := await folder_errors(self.hass, user_input)):
                return await self._install(user_input)
        return self.async_show_form(
            step_id="engine",
            data_schema=self.add_suggested_values_to_schema(
                ENGINE_SCHEMA, user_input or self._data
            ),
            errors=errors,
        )

    async def async_step_install(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the progress of the installation until it has ended."""
        assert self._installation is not None
        return self._installation.step(self, after_failure="install_failed")

    async def async_step_install_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show why it failed; the button tries again, with another folder if given."""
        assert self._installation is not None
        assert self._installation.failure is not None
        errors = {"base": self._installation.failure.reason}
        if user_input is not None:
            if not (errors := await folder_errors(self.hass, user_input)):
                return await self._install(user_input)
        return self.async_show_form(
            step_id="install_failed",
            data_schema=self.add_suggested_values_to_schema(
                FOLDER_SCHEMA, self._data if user_input is None else user_input
            ),
            errors=errors,
            description_placeholders={"detail": self._installation.detail},
        )

    async def async_step_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Create the site, or change the one there is; say how fast this machine is."""
        # Another person may have taken the name meanwhile, in another window.
        self._async_abort_entries_match({CONF_NAME: self._data[CONF_NAME]})
        assert self._installation is not None
        frame = {"frame_ms": f"{self._installation.frame_ms:.0f}"}
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            running = entry.state is ConfigEntryState.LOADED
            if running and entry.runtime_data.recogniser.problem:
                # An engine that has just been repaired changes nothing in the entry.
                self.hass.config_entries.async_schedule_reload(entry.entry_id)
            changed = self.async_update_and_abort(
                entry,
                title=self._data[CONF_NAME],
                data=self._data,
                # Home Assistant's own sentence is not there in all languages.
                reason="reconfigure_successful",
            )
            changed["description_placeholders"] = frame
            return changed
        return self.async_create_entry(
            title=self._data[CONF_NAME],
            data=self._data,
            options=self._options,
            description_placeholders=frame,
        )

    def _take_name(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """Remember the site's name, or return what is wrong with it.

        Ends the flow when another site has this name.
        """
        if errors := name_errors(answers):
            return errors
        name = answers[CONF_NAME].strip()
        self._async_abort_entries_match({CONF_NAME: name})
        self._data[CONF_NAME] = name
        return {}

    async def _install(self, answers: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to install what was chosen."""
        self._data.pop(CONF_WHEELS_FOLDER, None)
        self._data |= {key: value for key, value in answers.items() if value}
        self._installation = Installation(
            self.hass, self._data, self.async_update_progress
        )
        return await self.async_step_install()
