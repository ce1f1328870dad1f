"""A gate of the bench's day: an instance with its timers, as Home Assistant runs them."""

import asyncio
from types import SimpleNamespace
from typing import Any

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.visit.visitors import Visitors
from tests.contract.gates import Gate


class _Loop:
    """The event loop, with a wrong clock."""

    def __init__(self, skew_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._skew_s = skew_s

    def time(self) -> float:
        """Return the time of this instance's clock."""
        return self._loop.time() + self._skew_s

    def call_at(self, when: float, call: Any) -> asyncio.TimerHandle:
        """Call something at a moment of that clock."""
        return self._loop.call_at(when - self._skew_s, call)


class DayGate(Gate):
    """One instance, its visitors and their timers; it can be killed."""

    def __init__(self, port: int, *, rule: Rule, name: str, skew_s: float) -> None:
        """Begin without visitors; skew_s is the error of its clock."""
        hass: Any = SimpleNamespace(loop=_Loop(skew_s))
        self.skew_s = skew_s
        super().__init__(port, rule=rule, name=name, skew_s=skew_s)
        self.visitors = Visitors(hass, lambda: self.replica)
        self.visitors.share(self.book)
        self._alive = True

    def changed(self) -> None:
        """Follow what other instances changed, as Home Assistant's site does."""
        self.visitors.follow()

    def is_alive(self) -> bool:
        """Return if it was not killed."""
        return self._alive

    @property
    def connected_since(self) -> float | None:
        """Return since when it has been in sync without a break; None while it is not."""
        status = self.book.status
        return status.since - self.skew_s if status.connected else None

    def kept_s(self) -> float:
        """Return for how long it has remembered a visitor after the end of their time."""
        at = self.book.next_expiry()
        return 0.0 if at is None else self.now() - at

    async def kill(self) -> None:
        """End it at once, with all its tasks."""
        self._alive = False
        await super().kill()
        self.visitors.share(None)
        self.visitors.stop()
