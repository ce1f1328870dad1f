"""The expected result of a visit in the demo, compared with the real one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .dispenser import Dispenser
from .visit_watch import VisitEnd

PORTION_CM: Final = 60.0
# The firmware counts half centimetres, and paper coasts a little.
MEASURE_CM: Final = 2.0
# A time that was shown may move, as the last portion was a little longer or shorter than asked.
MOMENT_S: Final = 2.5
type Wrong = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The expected end of a visit; None is not compared."""

    outcome: str
    lane: str
    cm: float
    reason: str | None = None
    next_portion: datetime | None = None

    def wrong(self, told: VisitEnd) -> Wrong:
        """Return what is not as expected, None when all is."""
        for name in ("outcome", "lane", "reason"):
            wanted, got = getattr(self, name), getattr(told, name)
            if wanted is not None and wanted != got:
                return f"{name} {got} instead of {wanted}"
        if abs(told.cm - self.cm) > MEASURE_CM:
            return f"{told.cm:.1f} cm instead of {self.cm:.0f}"
        if self.next_portion is None:
            return None
        if told.next_portion is None:
            return "no next portion was told"
        late = (told.next_portion - self.next_portion).total_seconds()
        return f"next portion {late:+.0f} s off" if abs(late) > MOMENT_S else None


def granted(told: VisitEnd, window_s: float) -> Expected:
    """Return the expected end of this visit with a whole allowance."""
    return Expected(
        outcome="granted",
        lane="face",
        cm=PORTION_CM,
        next_portion=told.decided + timedelta(seconds=window_s),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """A visit that has taken place; paid_cm where the charge differs from the length shown."""

    name: str
    dispenser: Dispenser
    told: VisitEnd
    paid_cm: float | None = None


def answered(answer: dict[str, object]) -> VisitEnd:
    """Return the response of FaceQuota's action as the end of a visit."""
    following = answer.get("next_portion")
    cm = answer.get("cm")
    now = datetime.now(UTC)
    return VisitEnd(
        time=now,
        requested=now,
        decided=now,
        outcome=str(answer["outcome"]),
        lane=str(answer["lane"]),
        cm=float(cm) if isinstance(cm, int | float) else 0.0,
        next_portion=datetime.fromisoformat(str(following)) if following else None,
        reason=None,
        decided_ms=None,
        motor_on_ms=None,
        event_ms=None,
        recognition_ms=None,
    )
