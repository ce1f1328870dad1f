"""When the pictures of a stream were begun, by their time stamps."""

import math
from typing import Final

MAX_DRIFT: Final = 2e-4
"""How much slower a camera's clock may run than ours: four times a bad quartz."""

MIN_PACED: Final = 2
"""So many packets in a row must have been waited for before a delay can be told."""

PACED: Final = 0.5
"""Part of the time between two pictures that the second was waited for at least."""


class StreamClock:
    """Tells a stream's time stamps in our own monotonic seconds.

    The delay of a packet is its arrival less its time stamp. The smallest one so far is
    what the way takes when nothing is kept on it; a packet that took longer was begun
    earlier than its arrival makes believe. What a camera, a server or a playlist had
    ready when the stream was opened comes faster than it was taken, and so tells
    nothing of the delay: until packets have been waited for, no age is known. What the
    camera itself needs from light to packet (0.1 to 0.3 s) is not seen from outside.
    """

    def __init__(self) -> None:
        """Begin with an unknown delay."""
        self._begin()

    def _begin(self) -> None:
        self._delay = math.inf
        self._paced = 0
        self._arrival = self._stamp = math.nan

    def packet(self, arrival: float, stamp: float | None) -> None:
        """Take note of a packet, in the order of decoding; seconds of both clocks."""
        if stamp is None or stamp < self._stamp:
            # No time stamps, or a camera that began anew.
            self._begin()
        if stamp is None:
            return
        waited, step = arrival - self._arrival, stamp - self._stamp
        if self._paced < MIN_PACED and not math.isnan(step):
            self._paced = self._paced + 1 if waited >= PACED * step else 0
        if not math.isnan(waited):
            self._delay += MAX_DRIFT * waited
        self._delay = min(self._delay, arrival - stamp)
        self._arrival, self._stamp = arrival, stamp

    def begun_after(self, stamp: float | None) -> float:
        """Return when a picture with this time stamp was begun; -inf when unknown."""
        if stamp is None or self._paced < MIN_PACED:
            return -math.inf
        return stamp + self._delay
