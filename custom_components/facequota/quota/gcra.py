"""The quota's arithmetic: GCRA in centimetres of paper.

The generic cell rate algorithm (ITU-T I.371, annex A, "virtual scheduling") keeps one
number per account: its theoretical arrival time (TAT), the moment at which the
allowance is whole again. Everything else follows from it.
"""

from dataclasses import dataclass
import math
from typing import Final

# A tolerance: because of a rounding error no portion that fits the allowance exactly
# may be refused, and no visitor may be remembered longer.
TOLERANCE_S: Final = 1e-3


def finite(value: float, name: str) -> float:
    """Return the value as a float; raise ValueError unless it is a finite number."""
    if not math.isfinite(value):
        raise ValueError(f"{name} is not a finite number")
    return float(value)


def centimetres(cm: float) -> float:
    """Return a length; raise ValueError unless it is finite and not negative."""
    if finite(cm, "cm") < 0:
        raise ValueError("cm is negative")
    return float(cm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How much paper a person may have, and how fast the allowance fills up again.

    Raises ValueError when a number is not finite or not positive.
    """

    allowance_cm: float
    """What a person may have at once."""
    window_s: float
    """The time in which an empty allowance becomes whole."""

    def __post_init__(self) -> None:
        """Refuse numbers that are not finite or not positive."""
        for name in ("allowance_cm", "window_s"):
            if finite(getattr(self, name), name) <= 0:
                raise ValueError(f"{name} is not positive")
        if not 0 < self.allowance_cm / self.window_s < math.inf:
            raise ValueError("allowance_cm and window_s are too far apart")

    def time_for(self, cm: float) -> float:
        """Return the seconds in which this many centimetres fill up again."""
        return centimetres(cm) * self.window_s / self.allowance_cm

    def is_whole(self, tat: float, now: float) -> bool:
        """Return whether the whole allowance is there: its TAT has passed."""
        return tat - now <= TOLERANCE_S

    def owed_cm(self, tat: float, now: float) -> float:
        """Return the centimetres that are missing for a whole allowance."""
        return max(0.0, tat - now) * self.allowance_cm / self.window_s

    def available_cm(self, tat: float, now: float) -> float:
        """Return the centimetres that are available now."""
        return max(0.0, self.allowance_cm - self.owed_cm(tat, now))

    def next_at(self, tat: float, cm: float, now: float) -> float:
        """Return when this many centimetres are available; now if they are already.

        Raises ValueError when they are more than the allowance.
        """
        if centimetres(cm) > self.allowance_cm:
            raise ValueError("cm is more than the allowance")
        at = tat + self.time_for(cm) - self.window_s
        return at if at - now > TOLERANCE_S else now

    def charge(self, tat: float, cm: float, now: float) -> float:
        """Return the TAT after this many centimetres were taken."""
        return max(tat, now) + self.time_for(cm)

    def refund(self, tat: float, cm: float) -> float:
        """Return the TAT after this many centimetres were given back."""
        return tat - self.time_for(cm)
