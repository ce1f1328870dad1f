"""Converts between the server's clock and this instance's monotonic clock.

Every answer of the server contains its time, read between the request and the answer.
The fastest answer gives the best estimate. No wall clock of an instance is used, so a
wrong one changes no account. Only the time that a visitor is told uses wall clocks: the
visitor may go to another instance, so the later of the two clocks counts.
"""

from collections import deque
from collections.abc import Callable
import time
from typing import Final

# The oldest answers are dropped: clocks drift by some 50 ppm, a millisecond in 20 s.
_KEPT: Final = 16
# Two estimates that are so far apart show that the clock was set.
SET_S: Final = 1.0
# A server whose clock is further away is not used, so no visitor is told a time from
# it.
MAX_CLOCK_DIFFERENCE_S: Final = 60.0
# How fast two clocks may drift apart: crystals of 50 ppm each.
_DRIFT: Final = 1e-4


class ServerClock:
    """Between the server's milliseconds and monotonic seconds."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        """Start without an estimate; wall is the clock of the times that visitors are told."""
        self._wall = wall
        # How far the server's clock is before that one.
        self._ahead_s = 0.0
        self._samples: deque[tuple[float, float]] = deque(maxlen=_KEPT)
        self.round_trip_s = 0.0

    def learn(self, asked: float, answered: float, server_ms: float) -> bool:
        """Take the server's time in an answer, the time of the request, and that of the arrival.

        Returns whether the server's clock was set since the last answer.
        """
        self.round_trip_s = answered - asked
        offset = (asked + answered) / 2 - server_ms / 1000
        was_set = bool(self._samples) and (
            abs(offset - self._offset()) > SET_S + self.round_trip_s
        )
        if was_set:
            # Earlier estimates do not count.
            self._samples.clear()
        self._samples.append((self.round_trip_s, offset))
        self._ahead_s = asked + self.round_trip_s - self._offset() - self._wall()
        return was_set

    def forget(self) -> None:
        """Forget all estimates: there is another server."""
        self._samples.clear()

    def monotonic(self, server_ms: float) -> float:
        """Return a moment of the server's clock in this instance's seconds."""
        return server_ms / 1000 + self._offset()

    def server_ms(self, monotonic: float) -> float:
        """Return a moment of this instance in the server's milliseconds."""
        return (monotonic - self._offset()) * 1000

    def at_every_instance(self, monotonic: float, now: float) -> float:
        """Return when a moment has come by every clock that a visitor may use.

        Later by the error of the estimate, by the drift until then, and by how far this
        instance's own clock is behind.
        """
        if not self._samples:
            return monotonic
        unknown = min(self._samples)[0] / 2 + _DRIFT * max(0.0, monotonic - now)
        ahead_s = max(0.0, self._ahead_s)
        if ahead_s > MAX_CLOCK_DIFFERENCE_S:
            ahead_s = 0.0
        return monotonic + unknown + ahead_s

    def _offset(self) -> float:
        return min(self._samples)[1] if self._samples else 0.0
