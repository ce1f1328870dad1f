"""Moments that are stored, and the time between two of them."""

from datetime import UTC, datetime, timedelta


def as_moment(text: str) -> datetime:
    """Return a stored moment; raise ValueError for one without a time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment


def elapsed(begin: datetime, end: datetime) -> timedelta:
    """Return the time that passed, also over a change of the clocks.

    Python subtracts two moments of the same time zone as their clocks show them.
    """
    return end.astimezone(UTC) - begin.astimezone(UTC)
