"""The figures of the lanes, and the comparison of the way without a face with the face lane.

Portions that a device gave while Home Assistant was away do not count here, since there
was no way with a face then. The totals of the dispenser include them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from custom_components.facequota.const import Lane, Outcome
from custom_components.facequota.visit.visit import VisitResult

# With fewer portions than this in either lane there is no comparison.
MIN_PORTIONS: Final = 20
# A tenth of a pulse wheel's turn: the error of measurement between equal portions.
SAME_CM: Final = 1.0
# Portions come when the motor turns; network and display jitter stay below this.
SAME_WAIT_MS: Final = 250.0


class Equality(StrEnum):
    """How the way without a face compares with the face lane."""

    TOO_FEW = "too_few"
    AS_GOOD = "as_good"
    WORSE = "worse"


@dataclass(slots=True, kw_only=True)
class LaneFigures:
    """What one lane gave: counts, centimetres in all, waits in all.

    A visitor who was not recognised has waited for the camera. That time is not a wait
    of the open lane: `waits` counts only visitors who requested this lane themselves.
    """

    granted: int = 0
    refused: int = 0
    failed: int = 0
    cm: float = 0.0
    wait_ms: float = 0.0
    waits: int = 0

    @property
    def mean_cm(self) -> float | None:
        """Return the mean length of the portions that were given whole, in cm."""
        return self.cm / self.granted if self.granted else None

    @property
    def mean_wait_ms(self) -> float | None:
        """Return the mean time from a request until the motor turns."""
        return self.wait_ms / self.waits if self.waits else None

    @property
    def refused_share(self) -> float | None:
        """Return the share of requests that were refused."""
        answered = self.granted + self.refused
        return self.refused / answered if answered else None


class Lanes:
    """The figures of every lane of a site."""

    def __init__(self, figures: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Go on from stored figures, or begin with nothing."""
        stored = figures or {}
        self._figures = {
            lane: LaneFigures(**_with_waits(stored.get(lane.value, {})))
            for lane in Lane
        }

    def __getitem__(self, lane: Lane) -> LaneFigures:
        """Return the figures of one lane."""
        return self._figures[lane]

    def record(self, visit: VisitResult) -> None:
        """Count a visit for the lane that gave or refused its paper."""
        figures = self._figures[visit.lane]
        if visit.outcome is Outcome.REFUSED:
            figures.refused += 1
        elif visit.outcome is Outcome.FAILED:
            figures.failed += 1
        else:
            figures.granted += 1
            figures.cm += visit.cm
            if visit.outcome is Outcome.GRANTED and visit.motor_on_ms is not None:
                figures.waits += 1
                figures.wait_ms += visit.motor_on_ms

    @property
    def equality(self) -> Equality:
        """Return whether the open lane gives as much, as soon, and refuses as rarely."""
        face, without = self[Lane.FACE], self[Lane.OPEN]
        if min(face.granted, without.granted) < MIN_PORTIONS:
            return Equality.TOO_FEW
        as_good = (
            (without.mean_cm or 0) >= (face.mean_cm or 0) - SAME_CM
            and (without.mean_wait_ms or 0) <= (face.mean_wait_ms or 0) + SAME_WAIT_MS
            and (without.refused_share or 0) <= (face.refused_share or 0)
        )
        return Equality.AS_GOOD if as_good else Equality.WORSE

    @property
    def compared(self) -> dict[str, float | None]:
        """Return the figures that the comparison uses, rounded for people."""
        face, without = self[Lane.FACE], self[Lane.OPEN]
        return {
            "portion_with_face_cm": _rounded(face.mean_cm),
            "portion_without_face_cm": _rounded(without.mean_cm),
            "wait_with_face_ms": _rounded(face.mean_wait_ms),
            "wait_without_face_ms": _rounded(without.mean_wait_ms),
            "refused_with_face_percent": _rounded(face.refused_share, 100),
            "refused_without_face_percent": _rounded(without.refused_share, 100),
        }

    def as_dict(self) -> dict[str, dict[str, float]]:
        """Return the figures to be stored."""
        return {lane.value: asdict(one) for lane, one in self._figures.items()}


def _with_waits(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return stored figures, also older ones without separate waits."""
    return {"waits": stored.get("granted", 0), **stored}


def _rounded(value: float | None, times: float = 1) -> float | None:
    return None if value is None else round(value * times, 1)
