"""Slower time for a bench that must not depend on how fast the machine is.

All moments of the bench's instances are those of its event loop, and all moments of the
server those of its clock. With both slowed down by the same factor every limit in seconds
holds as it is, and the machine has that much more time for what happens in each of them.
"""

import asyncio
from collections.abc import Callable
import selectors
import time
from typing import Any, Final, override

from custom_components.facequota.shared_quota import clock, server as server_module
from scripts.park.clocked import ClockedServer
from scripts.park.server import QuotaServer


class _Selector(selectors.DefaultSelector):
    """Waits longer by the factor."""

    def __init__(self, slowness: float) -> None:
        super().__init__()
        self._slowness = slowness

    @override
    def select(self, timeout: float | None = None) -> list[Any]:
        longer = None if timeout is None else timeout * self._slowness
        return super().select(longer)


class SlowLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes slowly."""

    def __init__(self, slowness: float) -> None:
        """Let one second take this many seconds."""
        self._slowness: Final = slowness
        super().__init__(_Selector(slowness))

    @override
    def time(self) -> float:
        return super().time() / self._slowness


def loop_factory(slowness: float) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return the factory of the loop; None for normal time."""
    return None if slowness == 1 else lambda: SlowLoop(slowness)


def quota_server(slowness: float) -> QuotaServer:
    """Return a server with the same slow time."""
    if slowness == 1:
        return QuotaServer()
    # Its clock is soon minutes behind the wall clock of this machine, which does not
    # matter here.
    for module in (clock, server_module):
        module.MAX_CLOCK_DIFFERENCE_S = time.time()  # type: ignore[attr-defined]
    server = ClockedServer()
    server.set_clock(0, speed=1 / slowness)
    return server
