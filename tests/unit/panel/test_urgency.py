"""Which site is shown first: where something is wrong now, or will be soonest."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from custom_components.facequota.panel.urgency import most_urgent_first
from custom_components.facequota.site.tasks import Task, TaskKind
from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util


def site(title: str, *tasks: Task, running: bool = True) -> Any:
    """Return what is looked at of a site."""
    state = ConfigEntryState.LOADED if running else ConfigEntryState.NOT_LOADED
    upkeep = SimpleNamespace(tasks=list(tasks))
    return SimpleNamespace(
        title=title, state=state, runtime_data=SimpleNamespace(upkeep=upkeep)
    )


def refill(hours: float) -> Task:
    """Return a roll that is empty in so many hours."""
    due = dt_util.utcnow() + timedelta(hours=hours)
    return Task(kind=TaskKind.REFILL, name="Entrance", due=due)


def order(*sites: Any) -> list[str]:
    """Return the titles, the most urgent first."""
    entries: Any = SimpleNamespace(async_entries=lambda _domain: list(sites))
    hass: Any = SimpleNamespace(config_entries=entries)
    return [one.title for one in most_urgent_first(hass)]


def test_an_empty_roll_comes_before_any_number_of_tasks_for_later() -> None:
    later = site("Later", refill(20), refill(21), refill(22))
    assert order(site("Calm"), later, site("Empty", refill(-1))) == [
        "Empty",
        "Later",
        "Calm",
    ]


def test_a_dispenser_out_of_order_is_as_urgent_as_an_empty_one() -> None:
    broken = site("Broken", Task(kind=TaskKind.LOOK_AFTER, name="Entrance"))
    empty = site("Empty", refill(-3))
    both = site("Both", refill(-1), Task(kind=TaskKind.LOOK_AFTER, name="Entrance"))
    assert order(empty, site("Soon", refill(0.1)), broken, both) == [
        "Both",
        "Broken",
        "Empty",
        "Soon",
    ]


def test_a_site_that_is_stopped_is_last() -> None:
    assert order(site("A", running=False), site("B")) == ["B", "A"]


def test_a_low_roll_of_unknown_length_comes_after_those_whose_time_is_known() -> None:
    low = site("Low", Task(kind=TaskKind.REFILL, name="Entrance"))
    assert order(site("Calm"), low, site("Soon", refill(20))) == ["Soon", "Low", "Calm"]
