"""Which site needs somebody first."""

from datetime import datetime
import math

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.site.site import FaceQuotaConfigEntry
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util


@callback
def most_urgent_first(hass: HomeAssistant) -> list[FaceQuotaConfigEntry]:
    """Return the sites: whose first task is due soonest, then most tasks, stopped ones last."""
    entries: list[FaceQuotaConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    now = dt_util.utcnow()
    return sorted(entries, key=lambda entry: _urgency(entry, now))


def _urgency(
    entry: FaceQuotaConfigEntry, now: datetime
) -> tuple[bool, float, int, str]:
    if entry.state is not ConfigEntryState.LOADED:
        return True, 0, 0, entry.title
    tasks = entry.runtime_data.upkeep.tasks
    # A fault has no time: it is there now, as an empty roll is.
    soonest = min(
        (
            0.0 if task.due is None else max(0.0, (task.due - now).total_seconds())
            for task in tasks
        ),
        default=math.inf,
    )
    return False, soonest, -len(tasks), entry.title
