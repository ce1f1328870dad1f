"""Diagnostics of a site: nothing of a face, and no names of places."""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, split_entity_id

from .const import CONF_CONTACT, CONF_OPERATOR, CONF_WHEELS_FOLDER
from .hardware.entities import entities_by_role
from .shared_quota.status import Status
from .site.empty_soon import loaded_site
from .site.site import FaceQuotaConfigEntry

TO_REDACT = {CONF_NAME, CONF_OPERATOR, CONF_CONTACT, CONF_WHEELS_FOLDER}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: FaceQuotaConfigEntry
) -> dict[str, Any]:
    """Return the rules and, while the site runs, the worker's state and counts."""
    settings = {
        "data": async_redact_data(dict(entry.data), TO_REDACT),
        "options": async_redact_data(dict(entry.options), TO_REDACT),
        "state": entry.state.value,
    }
    # A person who asks for help often has a site that could not start.
    if (site := loaded_site(hass, entry.entry_id)) is None:
        return settings
    statistics = site.visitors.statistics
    return {
        **settings,
        "worker": site.recogniser.diagnostics(),
        "visitors": {
            "faces": statistics.faces,
            "most_faces_ever": statistics.most_faces_ever,
            "open_reservations": statistics.open_reservations,
        },
        "shared_quota": _shared_quota(site.sharing.status),
        "dispensers": [
            {
                # Entities are named after places.
                "entities": {
                    **{
                        key: value
                        for key, value in dispenser.subentry.data.items()
                        if isinstance(value, int | float)
                    },
                    **{
                        role: split_entity_id(entity_id)[0]
                        for role, entity_id in entities_by_role(
                            dispenser.subentry.data
                        ).items()
                    },
                },
                "state": dispenser.state.value,
                "problem": dispenser.problem,
                "suspended": dispenser.suspended,
                "last_recognition_ms": dispenser.last_recognition_ms,
            }
            for dispenser in site.dispensers.values()
        ],
    }


def _shared_quota(status: Status | None) -> dict[str, Any] | None:
    """Return the state of a shared quota, without addresses, names or secrets."""
    if status is None:
        return None
    return {
        "connected": status.connected,
        "trouble": status.trouble,
        "instances": len(status.instances),
        "round_trip_ms": round(status.round_trip_s * 1000, 1),
        "double_grants": status.double_grants,
        "forged": status.forged,
        "waiting": status.waiting,
    }
