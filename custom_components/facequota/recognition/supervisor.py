"""The parent's control of the worker: start, send, time out, restart, give up."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
import logging

from .child import Child, WorkerError
from .engine import EngineInfo, Guidance, Region, Sighting
from .messages import MAX_PICTURE_BYTES

__all__ = ["Supervisor", "WorkerError", "WorkerState"]

_LOGGER = logging.getLogger(__name__)

START_TIMEOUT_S = 60.0
"""A Raspberry Pi reads the models from a cold card in a few seconds."""

QUICK_DEATH_S = 60.0
"""A worker that dies younger than this dies of something a restart does not cure."""

MAX_QUICK_DEATHS = 5


class WorkerState(StrEnum):
    """The states of the worker."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    picture: bytes
    near: Region | None
    timeout: float
    answer: asyncio.Future[Sighting]


class Supervisor:
    """Keeps one worker alive and gives it one picture at a time."""

    def __init__(
        self,
        *,
        command: Sequence[str],
        env: Mapping[str, str],
        on_change: Callable[[], None],
        first_pause_s: float = 1.0,
    ) -> None:
        """Prepare; `on_change` is called after every change of state.

        `first_pause_s` is the pause before the first restart; each further quick death
        doubles it.
        """
        self.state = WorkerState.STOPPED
        self.reason: str | None = None
        self.engine: EngineInfo | None = None
        self.sandbox: Mapping[str, bool] = {}
        self.pid: int | None = None
        self.restarts = 0
        self.has_seen = False
        """Whether the running process was ever given a picture."""
        self._command = list(command)
        self._env = dict(env)
        self._on_change = on_change
        self._first_pause_s = first_pause_s
        self._requests: asyncio.Queue[_Request | None] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Future[Sighting]] = set()

    @property
    def waiting(self) -> int:
        """Return how many requests wait for an answer."""
        return len(self._answers)

    async def start(self) -> None:
        """Start the worker and return when it is ready.

        Raises WorkerError, with nothing left running, when the first start fails;
        a worker that dies later is started again.
        """
        await self.stop()
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._life = asyncio.create_task(self._run(ready))
        try:
            await ready
        except BaseException as err:
            await self.stop()
            self.reason = err.reason if isinstance(err, WorkerError) else None
            raise

    async def stop(self) -> None:
        """End the worker and answer all waiting requests with an error."""
        if self._life is not None:
            life, self._life = self._life, None
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life
        self._fail_requests(WorkerError("not_running"))
        if self.state is not WorkerState.STOPPED:
            self._set_state(WorkerState.STOPPED)

    async def answered(self) -> None:
        """Wait until every request has an answer or was cancelled."""
        if self._answers:
            await asyncio.wait(self._answers)

    async def look(
        self, picture: bytes, *, timeout: float, near: Region | None = None
    ) -> Sighting:
        """Return what a picture shows, at the latest after `timeout` seconds.

        `near` is the last sighting's region. The time includes waiting for other
        pictures. Raises WorkerError.
        """
        if self.state is WorkerState.GIVEN_UP:
            raise WorkerError("given_up", self.reason or "")
        if self.state is not WorkerState.READY:
            raise WorkerError("not_running")
        if len(picture) > MAX_PICTURE_BYTES:
            return Sighting(
                guidance=Guidance.UNREADABLE_PICTURE,
                template=None,
                quality=0.0,
                face_height_px=None,
                faces=0,
                recognition_ms=0.0,
            )
        self.has_seen = True
        answer: asyncio.Future[Sighting] = asyncio.get_running_loop().create_future()
        # A caller that is cancelled at the moment of an error must not get that error,
        # too.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)
        self._requests.put_nowait(
            _Request(picture=picture, near=near, timeout=timeout, answer=answer)
        )
        try:
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError:
            raise WorkerError("timeout") from None

    async def _run(self, ready: asyncio.Future[None]) -> None:
        """Run workers one after the other; give up after MAX_QUICK_DEATHS quick deaths."""
        quick_deaths = 0
        now = asyncio.get_running_loop().time
        self._set_state(WorkerState.STARTING)
        while True:
            born = now()
            try:
                await self._run_once(ready)
            except WorkerError as err:
                death = err
            except Exception as err:
                # Whatever the error is, a new worker must look at pictures afterwards.
                _LOGGER.exception("The recognition worker ended unexpectedly")
                death = WorkerError("died", repr(err))
            self.pid = None
            self._fail_requests(death)
            if not ready.done():
                ready.set_exception(death)
                return
            quick_deaths = quick_deaths + 1 if now() - born < QUICK_DEATH_S else 1
            if quick_deaths == MAX_QUICK_DEATHS:
                _LOGGER.error("The recognition worker is given up: %s", death)
                self._set_state(WorkerState.GIVEN_UP, death.reason)
                return
            _LOGGER.warning("The recognition worker ended and restarts: %s", death)
            self.restarts += 1
            self._set_state(WorkerState.RESTARTING, death.reason)
            await asyncio.sleep(self._first_pause_s * 2 ** (quick_deaths - 1))

    async def _run_once(self, ready: asyncio.Future[None]) -> None:
        """Start a worker and feed it; raises WorkerError when the worker has ended."""
        child = await Child.launch(self._command, self._env, timeout=START_TIMEOUT_S)
        watching = asyncio.create_task(child.gone())
        watching.add_done_callback(lambda _: self._requests.put_nowait(None))
        try:
            self.engine = child.hello.engine
            self.sandbox = child.hello.sandbox
            self.pid = child.pid
            if self.restarts:
                _LOGGER.info("The recognition worker is back")
            self._set_state(WorkerState.READY)
            if not ready.done():
                ready.set_result(None)
            await self._feed(child, watching)
        finally:
            try:
                await child.end()
            finally:
                await watching

    async def _feed(self, child: Child, watching: asyncio.Task[None]) -> None:
        """Hand over one picture after the other; raises WorkerError."""
        while True:
            request = await self._requests.get()
            if watching.done():
                if request is not None:
                    self._requests.put_nowait(request)
                raise child.death()
            if request is None or request.answer.done():
                # It only reports the end of an earlier child, or its caller was
                # cancelled.
                continue
            try:
                async with asyncio.timeout(request.timeout):
                    sighting = await child.look(request.picture, request.near)
            except BaseException as err:
                if isinstance(err, TimeoutError):
                    err = WorkerError("timeout", "no answer in time")
                # After a cancellation, stop() answers this request with the others.
                self._requests.put_nowait(request)
                raise err from None
            if request.answer.done():
                sighting.overwrite()
            else:
                request.answer.set_result(sighting)
            # Otherwise the last picture and template would stay in memory until the
            # next ones.
            del request, sighting

    def _fail_requests(self, error: WorkerError) -> None:
        """Answer all waiting requests with an error."""
        while not self._requests.empty():
            request = self._requests.get_nowait()
            if request is not None and not request.answer.done():
                request.answer.set_exception(WorkerError(error.reason, error.detail))

    def _set_state(self, state: WorkerState, reason: str | None = None) -> None:
        """Change the state and call the listener."""
        self.state = state
        self.reason = reason
        if state is not WorkerState.READY:
            self.pid = None
            self.has_seen = False
        try:
            self._on_change()
        except Exception:
            # A listener that fails must not end the worker.
            _LOGGER.exception("A change of the recognition worker could not be told")
