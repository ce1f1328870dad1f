"""Whether a site is due for cleaning, by visits and by hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from .moments import as_moment, elapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningRule:
    """After how many visits and hours cleaning is due; None: does not count."""

    visits: int | None = None
    hours: float | None = None


@dataclass(slots=True, kw_only=True)
class Cleaning:
    """Visits of today and since the last cleaning. Times are aware local datetimes."""

    counted_from: datetime
    cleaned_at: datetime | None = None
    visits_since: int = 0
    today: date | None = None
    visits_today: int = 0

    def visit(self, now: datetime, count: int = 1) -> None:
        """Count one visit or several."""
        self.follow(now)
        self.visits_since += count
        self.visits_today += count

    def follow(self, now: datetime) -> None:
        """Begin a new day at midnight."""
        if self.today != now.date():
            self.today, self.visits_today = now.date(), 0

    def cleaned(self, now: datetime) -> None:
        """Count from a cleaning again."""
        self.counted_from = self.cleaned_at = now
        self.visits_since = 0

    def due_at(self, rule: CleaningRule) -> datetime | None:
        """Return when cleaning is due by hours, None without such a rule."""
        if rule.hours is None:
            return None
        due_at = self.counted_from.astimezone(UTC) + timedelta(hours=rule.hours)
        return due_at.astimezone(self.counted_from.tzinfo)

    def is_due(self, now: datetime, rule: CleaningRule) -> bool | None:
        """Return if cleaning is due; None without a rule."""
        if rule.visits is None and rule.hours is None:
            return None
        by_visits = rule.visits is not None and self.visits_since >= rule.visits
        by_hours = rule.hours is not None and (
            elapsed(self.counted_from, now) >= timedelta(hours=rule.hours)
        )
        return by_visits or by_hours

    def as_dict(self) -> dict[str, Any]:
        """Return the state to be stored, as plain values."""
        return {
            "counted_from": self.counted_from.isoformat(),
            "cleaned_at": None
            if self.cleaned_at is None
            else self.cleaned_at.isoformat(),
            "visits_since": self.visits_since,
            "today": None if self.today is None else self.today.isoformat(),
            "visits_today": self.visits_today,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Restore the state of the last run.

        Raises KeyError, TypeError, ValueError or OverflowError for data that was never
        stored here.
        """
        today, cleaned_at = stored["today"], stored["cleaned_at"]
        return cls(
            counted_from=as_moment(stored["counted_from"]),
            cleaned_at=None if cleaned_at is None else as_moment(cleaned_at),
            visits_since=max(0, int(stored["visits_since"])),
            today=None if today is None else date.fromisoformat(today),
            visits_today=max(0, int(stored["visits_today"])),
        )
