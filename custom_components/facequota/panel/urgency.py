"""Which site needs somebody first."""

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.site.site import FaceQuotaConfigEntry
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback


@callback
def most_urgent_first(hass: HomeAssistant) -> list[FaceQuotaConfigEntry]:
    """Return the sites: most tasks first, then the soonest, those that are stopped last."""
    entries: list[FaceQuotaConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    return sorted(entries, key=_urgency)


def _urgency(entry: FaceQuotaConfigEntry) -> tuple[float, float, str]:
    if entry.state is not ConfigEntryState.LOADED:
        return 1, 0, entry.title
    tasks = entry.runtime_data.upkeep.tasks
    soonest = min(
        (task.due.timestamp() for task in tasks if task.due is not None),
        default=float("inf"),
    )
    return -len(tasks), soonest, entry.title
