"""A pool of workers for many dispensers: more workers only while a visitor has to wait."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging
import os
from pathlib import Path

from .engine import Region, Sighting
from .supervisor import Supervisor, WorkerError, WorkerState

_LOGGER = logging.getLogger(__name__)

_SMOOTHING = 0.2
"""Share of the newest look in the time that a look is expected to take."""

MAX_WORKERS = 4
"""Enough for ten dispensers whose visitors all come at once, with either engine."""


def max_workers() -> int:
    """Return how many workers a site may have: one core is left to Home Assistant."""
    return min(MAX_WORKERS, max(1, (os.process_cpu_count() or 1) - 1))


class Pool:
    """One worker that always runs, and more on demand; all are stopped together.

    Each takes some 110 MB, and each keeps a core busy while it looks.
    """

    def __init__(self, make: Callable[[], Supervisor], *, most: int) -> None:
        """Prepare; `make` returns a worker that does not run yet."""
        self.first = make()
        self._make = make
        self._most = most
        self._workers = [self.first]
        self._growing: asyncio.Task[None] | None = None
        self._look_s = 0.0

    @property
    def pids(self) -> list[int]:
        """Return the processes that run."""
        return [one.pid for one in self._workers if one.pid is not None]

    @property
    def memory_mb(self) -> int:
        """Return the memory that the processes have at this moment."""
        return sum(map(_resident_mb, self.pids))

    @property
    def ready(self) -> bool:
        """Return if a worker can look at a picture now."""
        return any(one.state is WorkerState.READY for one in self._workers)

    @property
    def has_seen(self) -> bool:
        """Return whether any running process has got a picture."""
        return any(one.has_seen for one in self._workers)

    async def start(self) -> None:
        """Start the first worker; raises WorkerError as it does."""
        await self.first.start()

    async def stop(self) -> None:
        """End all workers and leave nothing behind."""
        if self._growing is not None:
            self._growing.cancel()
            await asyncio.wait([self._growing])
        await asyncio.gather(*(one.stop() for one in self._workers))

    async def answered(self) -> None:
        """Wait until every request has an answer or was cancelled."""
        await asyncio.gather(*(one.answered() for one in self._workers))

    async def look(
        self, picture: bytes, *, timeout: float, near: Region | None = None
    ) -> Sighting:
        """Return what a picture shows, from the worker with the fewest waiting requests.

        Raises WorkerError: "busy" at once if so many requests wait that the answer
        would come after `timeout` seconds.
        """
        running = [one for one in self._workers if one.state is WorkerState.READY]
        worker = min(running or [self.first], key=lambda one: one.waiting)
        if worker.waiting:
            self._grow()
            if (worker.waiting + 1) * self._look_s > timeout:
                raise WorkerError("busy", f"{worker.waiting} pictures wait")
        sighting = await worker.look(picture, timeout=timeout, near=near)
        took = sighting.recognition_ms / 1000
        self._look_s += _SMOOTHING * (took - self._look_s) if self._look_s else took
        return sighting

    def _grow(self) -> None:
        """Begin to start one more worker, unless there are enough or one is starting."""
        is_growing = self._growing is not None and not self._growing.done()
        if len(self._workers) < self._most and not is_growing:
            self._growing = asyncio.create_task(self._add())

    async def _add(self) -> None:
        worker = self._make()
        with suppress(asyncio.CancelledError):
            try:
                await worker.start()
            except WorkerError as err:
                # Perhaps there is not enough memory: the workers that run go on.
                _LOGGER.warning("No further recognition worker starts: %s", err)
                self._most = len(self._workers)
            else:
                self._workers.append(worker)


def _resident_mb(pid: int) -> int:
    """Return the memory that a process has at this moment; 0 when it has just ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return round(pages * os.sysconf("SC_PAGESIZE") / 1e6)
