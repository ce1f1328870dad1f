"""The server's clock, told in this instance's monotonic time.

Every answer of the server carries its time. It was read somewhere between the question
and the answer; of all answers the one that took least tells most exactly when. No wall
clock of an instance is used, so that a wrong one changes nothing.
"""

from collections import deque
from typing import Final

# The oldest answers go: clocks drift by some 50 ppm, a millisecond in 20 s.
_KEPT: Final = 16


class ServerClock:
    """Between the server's milliseconds and monotonic seconds."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._samples: deque[tuple[float, float]] = deque(maxlen=_KEPT)
        self.round_trip_s = 0.0

    def learn(self, asked: float, answered: float, server_ms: float) -> None:
        """Take the time that an answer carried, and when it was asked for and came."""
        self.round_trip_s = answered - asked
        offset = (asked + answered) / 2 - server_ms / 1000
        # A server whose clock was set: what was learnt before says nothing any more.
        if self._samples and abs(offset - self._offset()) > 1 + self.round_trip_s:
            self._samples.clear()
        self._samples.append((self.round_trip_s, offset))

    def forget(self) -> None:
        """Know nothing: another server."""
        self._samples.clear()

    def monotonic(self, server_ms: float) -> float:
        """Return a moment of the server's clock in this instance's seconds."""
        return server_ms / 1000 + self._offset()

    def server_ms(self, monotonic: float) -> float:
        """Return a moment of this instance in the server's milliseconds."""
        return (monotonic - self._offset()) * 1000

    def _offset(self) -> float:
        return min(self._samples)[1] if self._samples else 0.0
