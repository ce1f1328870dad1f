"""What automations can ask: whether more than so many faces are remembered."""

from typing import Unpack, cast, override

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, CONF_ABOVE, CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import (
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType

from .site.site import FaceQuotaConfigEntry

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_OPTIONS): {
            vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
            vol.Required(CONF_ABOVE): vol.All(vol.Coerce(int), vol.Range(min=0)),
        }
    }
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
        entry: FaceQuotaConfigEntry | None
        entry = self._hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return False
        return entry.runtime_data.visitors.statistics.faces > self._above


CONDITIONS: dict[str, type[Condition]] = {"faces_remembered": FacesRemembered}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of FaceQuota."""
    return CONDITIONS
