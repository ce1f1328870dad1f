"""The parent's side of one worker process, from its hello to its end."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
import logging
import os
import signal
from typing import Self

from .engine import Region, Sighting
from .message_parts import REGION_SIZE, ProtocolError, encode_region
from .messages import (
    HEADER_SIZE,
    Hello,
    Kind,
    decode_header,
    decode_hello,
    decode_sighting,
    encode_header,
)
from .pipes import LastWords, Pipes

_LOGGER = logging.getLogger(__name__)

_FAREWELL_S = 0.5
_TERMINATE_TIMEOUT_S = 2.0
_KILL_TIMEOUT_S = 2.0
"""What the kernel does not end by then hangs in the kernel: nobody waits for that."""


class WorkerError(Exception):
    """The worker gave no answer.

    `reason` is one of "timeout", "died", "given_up", "protocol", "not_running", "busy"
    (too many wait) and "sigill" (the processor lacks an instruction that the engine was
    built for);
    `detail` is for the log only.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        """Remember the reason and what is known of it."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Child:
    """A running worker that has said hello."""

    def __init__(
        self, process: asyncio.subprocess.Process, pipes: Pipes, words: LastWords
    ) -> None:
        """Take over a process that was started on these pipes."""
        self._process = process
        self._pipes = pipes
        self._words = words
        self._exit = asyncio.create_task(self._follow())
        self.hello: Hello

    @classmethod
    async def launch(
        cls, command: Sequence[str], env: Mapping[str, str], *, timeout: float
    ) -> Self:
        """Start a worker and return it once its engine is loaded.

        Raises WorkerError and leaves nothing running.
        """
        try:
            child = cls(*await _start(command, env))
        except OSError as err:
            raise WorkerError("died", str(err)) from err
        try:
            async with asyncio.timeout(timeout):
                child.hello = decode_hello(await child._read(Kind.HELLO))
        except TimeoutError:
            await child.end()
            raise WorkerError("timeout", "no hello in time") from None
        except ProtocolError as err:
            await child.end()
            raise WorkerError("protocol", str(err)) from err
        except BaseException:
            await child.end()
            raise
        return child

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    async def look(self, picture: bytes, near: Region | None = None) -> Sighting:
        """Return what the worker sees in a picture, of which it looks `near` first.

        Raises WorkerError ("died", "sigill", "protocol"). After that, and after a
        cancellation in mid-answer, the worker is out of sync and must be ended.
        """
        try:
            # If the worker has died, reading the answer reports why.
            with suppress(ConnectionError):
                length = REGION_SIZE + len(picture)
                await self._pipes.write(encode_header(Kind.PICTURE, length))
                await self._pipes.write(encode_region(near))
                await self._pipes.write(picture)
            answer = await self._read(Kind.SIGHTING)
            try:
                return decode_sighting(answer, dimension=self.hello.engine.dimension)
            finally:
                # It contains a template.
                answer[:] = bytes(len(answer))
        except ProtocolError as err:
            raise WorkerError("protocol", str(err)) from err

    async def gone(self) -> None:
        """Return when the process has ended, or could not be ended."""
        await asyncio.wait([self._exit])

    async def end(self) -> None:
        """End the process for good: close its input, terminate, kill. Idempotent.

        It ends by itself when its input ends. A process that is dying already gets time
        to set its own exit status. A caller that is cancelled waits all the same, so
        that no child outlives its parent.
        """
        ending = asyncio.create_task(self._end())
        called_off = False
        while not ending.done():
            try:
                await asyncio.wait([ending])
            except asyncio.CancelledError:
                called_off = True
        if called_off:
            raise asyncio.CancelledError
        ending.result()

    async def _end(self) -> None:
        self._pipes.end_questions()
        for patience, insist in (
            (_FAREWELL_S, signal.SIGTERM),
            (_TERMINATE_TIMEOUT_S, signal.SIGKILL),
            (_KILL_TIMEOUT_S, None),
        ):
            done, _ = await asyncio.wait([self._exit], timeout=patience)
            if done:
                break
            if insist is not None:
                self._send(insist)
        else:
            _LOGGER.error("The worker %s cannot be ended, and is left", self.pid)
            self._exit.cancel()
        self._words.close()
        self._pipes.close()

    async def _follow(self) -> None:
        """Wait for the end of the process, and end processes that it may have left behind.

        The sandbox forbids it to start processes. Without the sandbox its own children may
        still hold its pipes.
        """
        await self._process.wait()
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        """Send a signal to all of the process's group."""
        with suppress(OSError):
            os.killpg(self._process.pid, number)

    async def _read(self, kind: Kind) -> bytearray:
        """Return the body of the next message."""
        try:
            header = await self._pipes.read(HEADER_SIZE)
            return await self._pipes.read(decode_header(header, expected=kind))
        except EOFError:
            await self.end()
            raise self.death() from None

    def death(self) -> WorkerError:
        """Return why the process, which has ended, did so."""
        status = self._process.returncode
        if status is None or status >= 0:
            words = f"exit status {status} {self._words.last_line()}"
            return WorkerError("died", words.rstrip())
        # Real-time signals have no name, and end a process like any other.
        names = {number.value: number.name for number in signal.Signals}
        name = names.get(-status, f"signal {-status}")
        return WorkerError("sigill" if name == "SIGILL" else "died", name)


async def _start(
    command: Sequence[str], env: Mapping[str, str]
) -> tuple[asyncio.subprocess.Process, Pipes, LastWords]:
    """Start the process on its pipes; raises OSError."""
    pipes, words = Pipes(), LastWords()
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=pipes.questions,
            stdout=pipes.answers,
            stderr=words.end,
            env=env,
            cwd="/",
            # A group of its own: an interrupt at the terminal is for the parent, and
            # the parent ends the whole group.
            start_new_session=True,
        )
    except BaseException:
        pipes.close()
        words.close()
        raise
    pipes.let_go()
    words.listen()
    return process, pipes, words
