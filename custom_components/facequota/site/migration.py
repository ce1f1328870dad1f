"""Configurations of older versions."""

from typing import Any, Final

from custom_components.facequota.const import (
    CONF_COVER_OPEN,
    CONF_FAULT,
    CONF_MOTOR,
    CONF_STATUS,
    SUBENTRY_DISPENSER,
)
from custom_components.facequota.hardware.entities import DEVICE_COUNTERS
from custom_components.facequota.hardware.firmware_entities import firmware_entities
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

VERSION: Final = 1
# Version 1 is that of 0.1.0: its dispensers lack the entities for the firmware's
# faults. Those of version 2 lack the entities for the firmware's own counters.
MINOR_VERSION: Final = 3
_SINCE: Final = {
    2: (CONF_STATUS, CONF_FAULT, CONF_COVER_OPEN),
    3: DEVICE_COUNTERS,
}


@callback
def async_migrate(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Bring a configuration up to date; return False for one of a later major version."""
    if entry.version > VERSION:
        return False
    if entry.minor_version < MINOR_VERSION:
        roles = [
            role
            for version, since in _SINCE.items()
            if version > entry.minor_version
            for role in since
        ]
        for subentry in tuple(entry.subentries.values()):
            if subentry.subentry_type == SUBENTRY_DISPENSER:
                found = firmware_entities(hass, subentry.data.get(CONF_MOTOR, ""))
                new: dict[str, Any] = {
                    role: found[role] for role in roles if role in found
                }
                hass.config_entries.async_update_subentry(
                    entry, subentry, data={**new, **subentry.data}
                )
        hass.config_entries.async_update_entry(entry, minor_version=MINOR_VERSION)
    return True
