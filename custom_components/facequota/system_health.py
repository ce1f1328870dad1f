"""The figures of FaceQuota on the system information page."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .site.site import FaceQuotaConfigEntry


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the function that returns them."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """Return counts over all sites."""
    entries: list[FaceQuotaConfigEntry] = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.state is ConfigEntryState.LOADED
    ]
    sites = [entry.runtime_data for entry in entries]
    return {
        "sites": len(sites),
        "dispensers": sum(len(site.dispensers) for site in sites),
        "workers_ready": sum(site.recogniser.ready for site in sites),
        "faces_remembered": sum(site.visitors.statistics.faces for site in sites),
    }
