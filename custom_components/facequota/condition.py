"""The conditions of automations: faces remembered, an empty roll soon, cleaning due."""

from datetime import timedelta
from typing import Unpack, cast, override

import voluptuous as vol

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, CONF_ABOVE, CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import (
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType

from .site.empty_soon import CONF_WITHIN, WITHIN_SCHEMA, empty_within, loaded_site

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_OPTIONS): {
            vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
            vol.Required(CONF_ABOVE): vol.All(vol.Coerce(int), vol.Range(min=0)),
        }
    }
)

_SITE_SCHEMA = vol.Schema(
    {vol.Required(CONF_OPTIONS): {vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string}}
)


class FacesRemembered(Condition):
    """Tests if a site remembers more than so many faces; a stopped site does not."""

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate the options."""
        return cast(ConfigType, _SCHEMA(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Remember the site and the number."""
        super().__init__(hass, config)
        assert config.options is not None
        self._entry_id: str = config.options[ATTR_CONFIG_ENTRY_ID]
        self._above: int = config.options[CONF_ABOVE]

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Compare with the count of this moment."""
        site = loaded_site(self._hass, self._entry_id)
        return site is not None and site.visitors.statistics.faces > self._above


class PaperWillBeEmpty(Condition):
    """Tests if a dispenser of a site will be empty within some time."""

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate the options."""
        return cast(ConfigType, WITHIN_SCHEMA(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Remember the site and the time."""
        super().__init__(hass, config)
        assert config.options is not None
        self._entry_id: str = config.options[ATTR_CONFIG_ENTRY_ID]
        self._within: timedelta = config.options[CONF_WITHIN]

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Look at the forecasts of this moment."""
        return bool(empty_within(self._hass, self._entry_id, self._within))


class CleaningDue(Condition):
    """Tests if a site is due for cleaning; a stopped site is not."""

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate the options."""
        return cast(ConfigType, _SITE_SCHEMA(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Remember the site."""
        super().__init__(hass, config)
        assert config.options is not None
        self._entry_id: str = config.options[ATTR_CONFIG_ENTRY_ID]

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Look at the site of this moment."""
        site = loaded_site(self._hass, self._entry_id)
        return site is not None and bool(site.upkeep.cleaning_due)


CONDITIONS: dict[str, type[Condition]] = {
    "faces_remembered": FacesRemembered,
    "paper_will_be_empty": PaperWillBeEmpty,
    "cleaning_due": CleaningDue,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of FaceQuota."""
    return CONDITIONS
