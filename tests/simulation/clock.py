"""An event loop on which waiting takes no time."""

import asyncio
import selectors
from typing import Any, override


class _Jump(selectors.SelectSelector):
    """A selector that lets its waiting time pass at once."""

    now = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[Any]:
        """Return what is ready; nothing is waited for."""
        if timeout is None:
            # Nobody has a timer: only another thread could go on, and there is none.
            raise RuntimeError("everybody waits for ever")
        self.now += max(0.0, timeout)
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop with a clock that jumps to the next timer."""

    def __init__(self) -> None:
        """Start at zero."""
        self._jump = _Jump()
        super().__init__(self._jump)

    @override
    def time(self) -> float:
        """Return the simulated seconds."""
        return self._jump.now
