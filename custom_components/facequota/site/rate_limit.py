"""A limit on how often a person without an account may ask for something."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class RateLimit:
    """At most so many times within so many seconds."""

    most: int
    within_s: float
    _times: deque[float] = field(default_factory=deque)

    def allows(self, now: float) -> bool:
        """Return if once more is allowed, and count it; now in monotonic seconds."""
        while self._times and self._times[0] <= now - self.within_s:
            self._times.popleft()
        if len(self._times) >= self.most:
            return False
        self._times.append(now)
        return True
