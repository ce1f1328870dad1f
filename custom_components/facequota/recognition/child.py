"""One worker process as its parent sees it, from its hello to its end."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
import signal
from typing import Self

from .engine import Region, Sighting
from .messages import (
    HEADER_SIZE,
    REGION_SIZE,
    Hello,
    Kind,
    ProtocolError,
    decode_header,
    decode_hello,
    decode_sighting,
    encode_header,
    encode_region,
)
from .pipes import Pipes

_FAREWELL_S = 0.5
_TERMINATE_TIMEOUT_S = 2.0
_LAST_WORDS_BYTES = 2048


class WorkerError(Exception):
    """The worker gave no answer.

    `reason` is one of "timeout", "died", "given_up", "protocol", "not_running" and
    "sigill" (the processor lacks an instruction that the engine was built for);
    `detail` is for the log only.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        """Remember the reason and what is known of it."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Child:
    """A running worker that has said hello."""

    def __init__(self, process: asyncio.subprocess.Process, pipes: Pipes) -> None:
        """Take over a process that was started on these pipes."""
        assert process.stderr
        self._process = process
        self._pipes = pipes
        self._last_words = b""
        self._listening = asyncio.create_task(self._listen(process.stderr))
        self.hello: Hello

    @classmethod
    async def launch(
        cls, command: Sequence[str], env: Mapping[str, str], *, timeout: float
    ) -> Self:
        """Start a worker and return it once its engine is loaded.

        Raises WorkerError and leaves nothing running.
        """
        try:
            process, pipes = await _start(command, env)
        except OSError as err:
            raise WorkerError("died", str(err)) from err
        child = cls(process, pipes)
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
        cancellation in mid-answer, the worker is out of step and must be ended.
        """
        try:
            # A worker that died shows in the answer: reading tells why.
            with suppress(ConnectionError):
                length = REGION_SIZE + len(picture)
                await self._pipes.write(encode_header(Kind.PICTURE, length))
                await self._pipes.write(encode_region(near))
                await self._pipes.write(picture)
            answer = await self._read(Kind.SIGHTING)
            try:
                return decode_sighting(answer, dimension=self.hello.engine.dimension)
            finally:
                # A template is in it.
                answer[:] = bytes(len(answer))
        except ProtocolError as err:
            raise WorkerError("protocol", str(err)) from err

    async def gone(self) -> None:
        """Return when the process has ended."""
        await self._process.wait()

    async def end(self) -> None:
        """End the process for good: let it go, terminate, kill. Idempotent.

        It ends by itself when its input does, and one that is dying already must be
        left the moment that it takes to leave its own exit status. Whoever is called
        off while waiting for it waits all the same: no child outlives its keeper.
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
        gone = asyncio.gather(self._listening, self._process.wait())
        for patience, insist in (
            (_FAREWELL_S, self._process.terminate),
            (_TERMINATE_TIMEOUT_S, self._process.kill),
        ):
            done, _ = await asyncio.wait([gone], timeout=patience)
            if done:
                break
            with suppress(ProcessLookupError):
                insist()
        await gone
        self._pipes.close()

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
        words = self._last_words.decode(errors="replace").strip()
        last_line = words.splitlines()[-1] if words else ""
        if status is None or status >= 0:
            return WorkerError("died", f"exit status {status} {last_line}".rstrip())
        name = signal.Signals(-status).name
        return WorkerError("sigill" if name == "SIGILL" else "died", name)

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        """Keep the last words: they explain a death."""
        while words := await stderr.read(_LAST_WORDS_BYTES):
            self._last_words = (self._last_words + words)[-_LAST_WORDS_BYTES:]


async def _start(
    command: Sequence[str], env: Mapping[str, str]
) -> tuple[asyncio.subprocess.Process, Pipes]:
    """Start the process on two pipes; raises OSError."""
    pipes = Pipes()
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=pipes.questions,
            stdout=pipes.answers,
            stderr=asyncio.subprocess.PIPE,
            env=env,
            cwd="/",
            # An interrupt at the terminal is for the parent, who ends the child.
            start_new_session=True,
        )
    except BaseException:
        pipes.close()
        raise
    pipes.let_go()
    return process, pipes
