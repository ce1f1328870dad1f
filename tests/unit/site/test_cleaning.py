"""When a site is due for cleaning, and the order of the tasks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.facequota.site.cleaning import Cleaning, CleaningRule
from custom_components.facequota.site.tasks import DispenserNeeds, TaskKind, open_tasks

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("rule", "visits", "hours", "due"),
    [
        (CleaningRule(), 1000, 1000, None),
        (CleaningRule(visits=3), 2, 1000, False),
        (CleaningRule(visits=3), 3, 0, True),
        (CleaningRule(hours=4), 1000, 3.9, False),
        (CleaningRule(hours=4), 0, 4, True),
        (CleaningRule(visits=3, hours=4), 3, 0, True),
        (CleaningRule(visits=3, hours=4), 0, 4, True),
        (CleaningRule(visits=3, hours=4), 2, 3, False),
    ],
)
def test_cleaning_is_due_by_visits_or_by_hours(
    rule: CleaningRule, visits: int, hours: float, due: bool | None
) -> None:
    cleaning = Cleaning(counted_from=NOW)
    for _ in range(visits):
        cleaning.visit(NOW)
    assert cleaning.is_due(NOW + hours * HOUR, rule) is due


def test_hours_are_hours_also_over_a_change_of_the_clocks() -> None:
    """The night in which Berlin sleeps an hour more."""
    zone = ZoneInfo("Europe/Berlin")
    cleaning = Cleaning(counted_from=datetime(2026, 10, 24, 20, tzinfo=zone))
    rule = CleaningRule(hours=12)
    due_at = cleaning.due_at(rule)
    assert due_at == datetime(2026, 10, 25, 7, tzinfo=zone)
    assert cleaning.is_due(datetime(2026, 10, 25, 6, 59, tzinfo=zone), rule) is False
    assert cleaning.is_due(datetime(2026, 10, 25, 7, tzinfo=zone), rule) is True


def test_cleaning_begins_the_count_anew() -> None:
    cleaning = Cleaning(counted_from=NOW)
    cleaning.visit(NOW)
    cleaning.cleaned(NOW + HOUR)
    assert cleaning.visits_since == 0 and cleaning.cleaned_at == NOW + HOUR
    assert cleaning.visits_today == 1


def test_visitors_of_a_day_begin_anew_at_midnight() -> None:
    cleaning = Cleaning(counted_from=NOW)
    cleaning.visit(NOW)
    cleaning.follow(NOW + 14 * HOUR)
    assert cleaning.visits_today == 0 and cleaning.visits_since == 1


def test_it_outlives_a_restart() -> None:
    cleaning = Cleaning(counted_from=NOW)
    cleaning.visit(NOW)
    assert Cleaning.from_dict(cleaning.as_dict()) == cleaning
    cleaning.cleaned(NOW)
    assert Cleaning.from_dict(cleaning.as_dict()) == cleaning


def needs(
    name: str,
    *,
    fault: str | None = None,
    empty: bool = False,
    low: bool = False,
    empty_at: datetime | None = None,
) -> DispenserNeeds:
    """Return what a dispenser needs."""
    return DispenserNeeds(
        dispenser_id=name,
        name=name,
        fault=fault,
        empty=empty,
        low=low,
        empty_at=empty_at,
    )


def test_the_most_urgent_task_comes_first() -> None:
    cleaning = Cleaning(counted_from=NOW, visits_since=9)
    tasks = open_tasks(
        "Park",
        [
            needs("later", low=True, empty_at=NOW + 5 * HOUR),
            needs("fine"),
            needs("sooner", low=True, empty_at=NOW + 2 * HOUR),
            needs("empty", empty=True, low=True, fault="paper_out"),
            needs("jammed", fault="jam"),
            needs("low", low=True),
        ],
        cleaning,
        CleaningRule(visits=5),
        NOW,
    )
    assert [(task.kind, task.name) for task in tasks] == [
        (TaskKind.LOOK_AFTER, "jammed"),
        (TaskKind.REFILL, "empty"),
        (TaskKind.REFILL, "sooner"),
        (TaskKind.REFILL, "later"),
        (TaskKind.REFILL, "low"),
        (TaskKind.CLEAN, "Park"),
    ]
    assert tasks[1].due == NOW


def test_nothing_to_do_is_an_empty_list() -> None:
    assert not open_tasks(
        "Park", [needs("fine")], Cleaning(counted_from=NOW), CleaningRule(), NOW
    )
