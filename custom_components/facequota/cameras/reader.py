"""The parent's side of the process that reads a camera's stream."""

import asyncio
from collections import deque
from contextlib import suppress
import ipaddress
import math
from pathlib import Path
import socket
from typing import Final

from yarl import URL

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.recognition.message_parts import ProtocolError
from custom_components.facequota.recognition.pipes import Pipes
from custom_components.facequota.recognition.private_packages import PrivatePackages
from custom_components.facequota.recognition.stream_messages import (
    HEADER_SIZE,
    REFUSED,
    Answer,
    Question,
    decode_header,
    decode_picture,
    encode,
    encode_address,
)
from homeassistant.core import HomeAssistant

from .source import CameraError, Picture, RefusedError

_START_WITHIN_S: Final = 20.0
_END_WITHIN_S: Final = 0.5
# A reader that dies at once must not be started again at every request of a look.
_MIN_LIFE_S: Final = 2.0


def stream_packages(hass: HomeAssistant, wheels_folder: str | None) -> PrivatePackages:
    """Return where the reader's packages are, or will be."""
    return PrivatePackages(
        Path(hass.config.cache_path(DOMAIN)),
        "stream",
        wheels=Path(wheels_folder) if wheels_folder else None,
    )


class StreamReader:
    """Reads one camera's stream. Requests are answered in order, also those given up."""

    def __init__(self, packages: PrivatePackages) -> None:
        """Prepare; no process runs before `start`."""
        self.packages = packages
        self._process: asyncio.subprocess.Process | None = None
        self._pipes: Pipes | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waiting: deque[asyncio.Future[Picture]] = deque()
        self._url: str | None = None
        # Closed while its name is looked up, a stream is not opened any more.
        self._wanted: str | None = None
        self._started_at = -math.inf
        self._changing = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Return the process's id while it runs."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Start the process if it does not run; raise CameraError."""
        async with self._changing:
            await self._start()

    async def open(self, url: str) -> None:
        """Let the process receive a stream, if it does not yet; raise CameraError."""
        async with self._changing:
            await self._start()
            if url == self._url:
                return
            self._wanted = url
        # Names may be looked up for long: the process can be ended meanwhile.
        address = await _with_number(url)
        async with self._changing:
            if url != self._wanted:
                raise CameraError("it is not to be open any more")
            if url != self._url:
                await self._ask(Question.OPEN, encode_address(address, {}))
                self._url = url

    async def close(self) -> None:
        """Let the process stop receiving; it keeps running."""
        async with self._changing:
            self._wanted = None
            if self._url is not None:
                self._url = None
                with suppress(CameraError):
                    await self._ask(Question.CLOSE)

    async def next(self) -> Picture:
        """Return the newest picture that was not returned yet; raises CameraError."""
        answer: asyncio.Future[Picture] = asyncio.get_running_loop().create_future()
        # A request that was cancelled is no error.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._waiting.append(answer)
        await self._ask(Question.NEXT)
        return await answer

    async def end(self) -> None:
        """End the process and release its pipes. Idempotent."""
        async with self._changing:
            await self._end()

    async def _start(self) -> None:
        clock = asyncio.get_running_loop().time
        if self._listening is not None and not self._listening.done():
            return
        await self._end()
        if clock() - self._started_at < _MIN_LIFE_S:
            raise CameraError("the reader has just ended")
        self._started_at = clock()
        pipes = self._pipes = Pipes()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.packages.run("stream_reader"),
                stdin=pipes.questions,
                stdout=pipes.answers,
                # FFmpeg's messages hold addresses with their passwords.
                stderr=asyncio.subprocess.DEVNULL,
                env=self.packages.env(),
                cwd="/",
                start_new_session=True,
            )
            pipes.let_go()
            async with asyncio.timeout(_START_WITHIN_S):
                await self._read(pipes, Answer.HELLO)
        except (OSError, EOFError, ProtocolError, TimeoutError) as err:
            await self._end()
            raise CameraError(f"no reader: {type(err).__name__}") from None
        except BaseException:
            await self._end()
            raise
        self._listening = asyncio.create_task(self._listen(pipes))

    async def _end(self) -> None:
        process, self._process = self._process, None
        pipes, self._pipes = self._pipes, None
        self._url = self._wanted = None
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])
            self._listening = None
        if pipes is not None:
            pipes.end_questions()
        if process is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_END_WITHIN_S):
                    await process.wait()
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if pipes is not None:
            pipes.close()

    async def _ask(self, question: Question, body: bytes = b"") -> None:
        if self._pipes is None or self._listening is None or self._listening.done():
            self._fail()
            raise CameraError("the reader does not run")
        try:
            await self._pipes.write(encode(question, body))
        except ConnectionError:
            raise CameraError("the reader has ended") from None

    async def _listen(self, pipes: Pipes) -> None:
        """Hand out answers until the process ends or sends no valid message."""
        try:
            while True:
                kind, body = await self._read(pipes, Answer.PICTURE, Answer.FAILED)
                self._answered(kind, body)
        except EOFError, ProtocolError:
            pass
        finally:
            self._fail()

    def _answered(self, kind: Answer, body: bytearray) -> None:
        """Hand an answer to the request that came first, if it still waits."""
        if not self._waiting:
            raise ProtocolError("an answer that nobody asked for")
        asked = self._waiting.popleft()
        if asked.done():
            return
        if kind is Answer.PICTURE:
            begun_after, content = decode_picture(body)
            asked.set_result(
                Picture(content=content, begun_after=begun_after, is_of_video=True)
            )
        else:
            why = body.decode("ascii", "replace")
            kind_of_error = RefusedError if why == REFUSED else CameraError
            asked.set_exception(kind_of_error(why))

    def _fail(self) -> None:
        while self._waiting:
            if not (asked := self._waiting.popleft()).done():
                asked.set_exception(CameraError("the reader has ended"))

    async def _read(self, pipes: Pipes, *kinds: Answer) -> tuple[Answer, bytearray]:
        """Return the next message, which has to be one of these.

        Raises EOFError and ProtocolError.
        """
        kind, length = decode_header(await pipes.read(HEADER_SIZE), Answer)
        if kind not in kinds:
            raise ProtocolError(f"an answer of kind {kind}")
        return kind, await pipes.read(length)


async def _with_number(url: str) -> str:
    """Return an address in which the host's IP address replaces its name.

    The reader may open no file, and looking up a name needs files. Raises CameraError.
    """
    try:
        address = URL(url)
    except ValueError:
        # The error's text contains a part of the address.
        raise CameraError("no address") from None
    host = address.host or ""
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return url
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    # A name that no host can have is a UnicodeError, whose text contains the name.
    except OSError, UnicodeError:
        raise CameraError("the camera's name is unknown") from None
    # Many cameras with an IPv6 address give their stream on their IPv4 address only.
    found.sort(key=lambda one: one[0] is not socket.AF_INET)
    return str(address.with_host(str(found[0][4][0])))
