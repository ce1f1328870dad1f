"""Which site a person should look after first."""

from datetime import datetime
import math

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.site.site import FaceQuotaConfigEntry
from custom_components.facequota.site.tasks import Task, TaskKind
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util


@callback
def most_urgent_first(hass: HomeAssistant) -> list[FaceQuotaConfigEntry]:
    """Return the sites, the one whose first task is due soonest first; then by number of tasks; stopped sites last."""
    entries: list[FaceQuotaConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    now = dt_util.utcnow()
    return sorted(entries, key=lambda entry: _urgency(entry, now))


def _urgency(
    entry: FaceQuotaConfigEntry, now: datetime
) -> tuple[bool, float, int, str]:
    if entry.state is not ConfigEntryState.LOADED:
        return True, 0, 0, entry.title
    tasks = entry.runtime_data.upkeep.tasks
    soonest = min((_seconds_left(task, now) for task in tasks), default=math.inf)
    return False, soonest, -len(tasks), entry.title


def _seconds_left(task: Task, now: datetime) -> float:
    """Return for how many seconds a task can wait; a fault cannot wait at all."""
    if task.kind is TaskKind.LOOK_AFTER:
        return 0.0
    return math.inf if task.due is None else max(0.0, (task.due - now).total_seconds())
