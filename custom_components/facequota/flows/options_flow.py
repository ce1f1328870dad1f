"""Changing a site's rules in the UI."""

from typing import Any

import voluptuous as vol

from custom_components.facequota.const import (
    CONF_ENGINE,
    CONF_NOTICE_ON_NETWORK,
    CONF_PRESENTATION_ATTACKS,
)
from custom_components.facequota.options import (
    OPERATOR_KEYS,
    OPERATOR_SCHEMA,
    OPTION_KEYS,
    options_schema,
    rule_errors,
)
from custom_components.facequota.site.upkeep_options import (
    CONF_UPKEEP,
    UPKEEP_SCHEMA,
    upkeep_errors,
)
from custom_components.facequota.visit.attack_detection import (
    attack_errors,
    attack_placeholders,
)
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.data_entry_flow import SectionConfig, section
from homeassistant.helpers.selector import BooleanSelector

RULES_SCHEMA = (
    options_schema(OPTION_KEYS)
    .extend({vol.Required(CONF_PRESENTATION_ATTACKS, default=False): BooleanSelector()})
    .extend(OPERATOR_SCHEMA.schema)
    .extend({vol.Required(CONF_NOTICE_ON_NETWORK, default=False): BooleanSelector()})
    .extend(
        {
            vol.Optional(CONF_UPKEEP): section(
                UPKEEP_SCHEMA, SectionConfig(collapsed=True)
            )
        }
    )
)


class FaceQuotaOptionsFlow(OptionsFlow):
    """Changes the rules of a site; they are applied at once, nobody is forgotten."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the rules."""
        errors: dict[str, str] = {}
        if user_input is not None:
            engine = self.config_entry.data[CONF_ENGINE]
            errors = rule_errors(user_input) | upkeep_errors(user_input)
            errors |= await attack_errors(self.hass, engine, user_input)
        if user_input is not None and not errors:
            kept = {
                key: value
                for key, value in self.config_entry.options.items()
                # A text that was emptied is missing from the input.
                if key not in OPERATOR_KEYS
            }
            return self.async_create_entry(data={**kept, **user_input})
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                RULES_SCHEMA, user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders=await attack_placeholders(self.hass),
        )
