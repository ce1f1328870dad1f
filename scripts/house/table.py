"""A visit at a dispenser as one line of a table."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

COLUMNS: Final = (
    ("time", 8),
    ("dispenser", 10),
    ("visit", 34),
    ("lane", 5),
    ("outcome", 12),
    ("cm", 6),
    ("next portion", 12),
    ("motor on", 9),
    ("as expected", 11),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One visit and how it ended.

    next_portion is None when there is nothing to wait for; motor_on_ms is the time
    from the request to the turning motor, None when it did not turn; wrong says what
    was not as expected, None if everything was.
    """

    time: datetime
    dispenser: str
    visit: str
    lane: str | None
    outcome: str
    cm: float
    next_portion: datetime | None
    motor_on_ms: float | None
    wrong: str | None = None

    def as_row(self) -> str:
        """Return the line under `heading`."""
        cells = (
            f"{self.time.astimezone():%H:%M:%S}",
            self.dispenser,
            self.visit,
            self.lane or "",
            self.outcome,
            f"{self.cm:.1f}",
            f"{self.next_portion.astimezone():%H:%M:%S}" if self.next_portion else "",
            "" if self.motor_on_ms is None else f"{self.motor_on_ms:.0f} ms",
            "yes" if self.wrong is None else f"NO: {self.wrong}",
        )
        return _row(cells)

    def replaced(self, **values: Any) -> Line:
        """Return the line with other values."""
        return replace(self, **values)

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain values."""
        return {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in asdict(self).items()
        }


def heading() -> str:
    """Return the names of the columns over a rule."""
    names = _row(tuple(name for name, _ in COLUMNS))
    return f"{names}\n{'-' * len(names)}"


def _row(cells: tuple[str, ...]) -> str:
    """Return cells in columns, numbers to the right."""
    right = {"cm", "motor on"}
    return "  ".join(
        cell.rjust(width) if name in right else cell.ljust(width)
        for cell, (name, width) in zip(cells, COLUMNS, strict=True)
    ).rstrip()
