"""The results of the swaps before one camera: the rows of bench.swaps and bench.cameras, and the table of bench.cameras."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import statistics
from typing import Any


@dataclass(slots=True, kw_only=True)
class Row:
    """The swaps of one camera, engine and condition."""

    camera: str
    engine: str
    condition: str
    most_ms: float | None = None
    swaps: int = 0
    refused: int = 0
    """B was refused for A's portion: none may be."""
    open_lane: int = 0
    unknown: int = 0
    """A was not recognised, so that B's visit shows nothing."""
    waits_ms: list[float] = field(default_factory=list)
    """From the request of somebody new to the turning motor."""
    ages_ms: list[float] = field(default_factory=list)
    """How old the pictures were when they were looked at."""
    older: int = 0
    """Pictures from before the request that were looked at.

    They may show that time passes; whether one decided shows in `refused`.
    """

    @property
    def p95_ms(self) -> float | None:
        """Return the 95th percentile of the waits."""
        if len(self.waits_ms) < 2:
            return None
        return statistics.quantiles(self.waits_ms, n=20, method="inclusive")[-1]

    @property
    def good(self) -> bool:
        """Return if the row is within its limits."""
        slow = self.most_ms is not None and (self.p95_ms or 0) > self.most_ms
        return not self.refused and not slow

    def add(self, other: Row) -> None:
        """Add the swaps of the same camera, engine and condition in another house."""
        self.swaps += other.swaps
        self.refused += other.refused
        self.open_lane += other.open_lane
        self.unknown += other.unknown
        self.waits_ms += other.waits_ms
        self.ages_ms += other.ages_ms
        self.older += other.older

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain values."""
        return {
            "camera": self.camera,
            "engine": self.engine,
            "condition": self.condition,
            "swaps": self.swaps,
            "refused": self.refused,
            "open_lane": self.open_lane,
            "not_comparable": self.unknown,
            "request_to_motor_ms": {
                "median": _median(self.waits_ms),
                "p95": self.p95_ms,
                "at_most": self.most_ms,
            },
            "age_ms": {
                "median": _median(self.ages_ms),
                "most": max(self.ages_ms, default=None),
            },
            "older_than_the_request": self.older,
            "good": self.good,
        }


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def show(rows: Sequence[Row]) -> str:
    """Return the table."""
    lines = [
        f"{'camera':22}{'engine':18}{'condition':15}{'swaps':>6}{'B refused':>11}{'open lane':>11}"
        f"{'motor p50':>11}{'p95':>7}{'at most':>9}{'age p50':>9}{'most':>7}{'older':>7}"
    ]
    for row in rows:
        values = (_median(row.waits_ms), row.p95_ms, row.most_ms)
        ages = (_median(row.ages_ms), max(row.ages_ms, default=None))
        waits = "".join(
            f"{_shown(value):>{width}}"
            for value, width in zip((*values, *ages), (11, 7, 9, 9, 7), strict=True)
        )
        mark = "" if row.good else "   <-"
        lines.append(
            f"{row.camera:22}{row.engine:18}{row.condition:15}{row.swaps:6}{row.refused:11}"
            f"{row.open_lane:11}{waits}{row.older:7}{mark}"
        )
    return "\n".join(lines)
