"""When the pictures of a stream were begun, by their time stamps."""

import math
from typing import Final

MAX_DRIFT: Final = 2e-4
"""How much slower a camera's clock may run than ours: four times a bad quartz."""

SETTLED_S: Final = 0.3
"""For so long packets must have been waited for before the delay can be told."""

MAX_BURST_S: Final = 0.2
"""A network may deliver this much of a stream at once."""

PACED: Final = 0.5
"""A packet was waited for when it came after this part of the time of its pictures."""

MAX_FALL_S: Final = 0.05
"""A fall of the delay that is no more than a network's jitter."""

MAX_BACK_S: Final = 1.0
"""Pictures that wait for a later one (B-frames) come by no more than this after it."""

MAX_STEP_S: Final = 0.6
"""A camera that sends fewer pictures than two a second is none for this. Farther apart
some were lost: who stood there may have gone meanwhile."""

MAX_AHEAD_S: Final = 0.5
"""A time stamp that is farther ahead of what is known is another clock's."""


class StreamClock:
    """Converts a stream's time stamps into our own monotonic seconds.

    The delay of a packet is its arrival less its time stamp. The smallest delay so far
    is the time of transport without buffering; a packet with a longer delay was begun
    earlier than its arrival suggests. Pictures that a camera or a server held ready
    when the stream was opened arrive faster than they were taken, so the delay falls.
    Until it stops falling, and packets have to be waited for, no age is known. The
    camera's own time from light to packet (0.1 to 0.3 s) cannot be seen from outside.
    """

    def __init__(self) -> None:
        """Begin with an unknown delay."""
        self._begin()

    def _begin(self) -> None:
        self._delay = math.inf
        self._arrival = self._newest = math.nan
        # The last packet that was waited for, and how many came since then.
        self._waited_arrival = self._waited = math.nan
        self._since = 0
        # The delay from which, and the time for which, packets were waited for.
        self._settled = math.nan
        self._paced_s = 0.0

    def packet(self, arrival: float, stamp: float | None) -> bool:
        """Take the time stamp and the arrival of a packet, in seconds of both clocks.

        Returns False when earlier packets belong to another time: pictures were lost,
        or the stream's clock has jumped, and the delay is unknown again.
        """
        if stamp is None:
            self._begin()
            return True
        delay = arrival - stamp
        jumped = stamp < self._newest - MAX_BACK_S or (
            self._is_known and delay < self._delay - MAX_AHEAD_S
        )
        if jumped:
            self._begin()
        if math.isnan(self._newest):
            self._newest = self._waited = stamp
            self._arrival = self._waited_arrival = arrival
            self._delay = self._settled = delay
            return not jumped
        follows = stamp <= self._newest + MAX_STEP_S
        self._delay = min(delay, self._delay + MAX_DRIFT * (arrival - self._arrival))
        self._arrival = arrival
        if not self._is_known and delay < self._settled - MAX_FALL_S:
            self._settled, self._paced_s = delay, 0.0
        if stamp > self._newest:
            self._newest = stamp
            self._pace(arrival, stamp)
        return follows

    def begun_after(self, stamp: float | None) -> float:
        """Return when a picture with this time stamp was begun; -inf when unknown."""
        if stamp is None or not self._is_known:
            return -math.inf
        return stamp + self._delay

    @property
    def _is_known(self) -> bool:
        return self._paced_s >= SETTLED_S

    def _pace(self, arrival: float, stamp: float) -> None:
        """Add up how long packets are waited for, until the delay counts as known."""
        if self._is_known:
            return
        waited, step = arrival - self._waited_arrival, stamp - self._waited
        self._since += 1
        if waited >= PACED * step:
            self._paced_s += min(waited, step)
        elif self._since > 1 and step > MAX_BURST_S:
            self._paced_s = 0.0
        else:
            return
        self._waited_arrival, self._waited, self._since = arrival, stamp, 0
