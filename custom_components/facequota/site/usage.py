"""Whether paper is taken unusually often, by the number of portions alone."""

from collections import deque
from math import exp
from typing import Final

# A person who empties a roll takes a portion every few seconds for some minutes.
SPAN_S: Final = 600.0
# So many portions or fewer are never unusual, however quiet the place usually is.
MIN_PORTIONS: Final = 10
# By chance alone about once in ten years of ten-minute spans.
CHANCE: Final = 1e-6
# The usual rate follows the last day or so: 144 spans of ten minutes.
FOLLOWED_SPANS: Final = 144.0
# At first a busy place is assumed; and no place is assumed to be so quiet that a family
# raises the alarm.
FIRST_MEAN: Final = 10.0
MIN_MEAN: Final = 2.0


class UsageRate:
    """Portions of the last ten minutes against what is usual at this dispenser."""

    def __init__(self, now: float) -> None:
        """Begin as for a busy dispenser; `now` in monotonic seconds."""
        self._recent: deque[float] = deque()
        self._mean = FIRST_MEAN
        self._span_began = now
        self._in_span = 0

    def portion(self, now: float) -> None:
        """Count a portion."""
        self._follow(now)
        self._recent.append(now)
        self._in_span += 1

    def is_unusual(self, now: float) -> bool:
        """Return if the portions are too many for chance at the usual rate."""
        self._follow(now)
        while self._recent and self._recent[0] <= now - SPAN_S:
            self._recent.popleft()
        count = len(self._recent)
        return count >= MIN_PORTIONS and at_least(count, self._mean) < CHANCE

    def _follow(self, now: float) -> None:
        """Move the usual rate towards the spans that have ended."""
        while now >= self._span_began + SPAN_S:
            self._mean += (self._in_span - self._mean) / FOLLOWED_SPANS
            self._mean = max(MIN_MEAN, self._mean)
            self._in_span = 0
            self._span_began += SPAN_S


def at_least(count: int, mean: float) -> float:
    """Return the chance of at least `count` events of a Poisson law with this mean."""
    term = below = exp(-mean)
    for k in range(1, count):
        term *= mean / k
        below += term
    return max(0.0, 1.0 - below)
