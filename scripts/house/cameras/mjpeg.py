"""A usual HTTP camera: /video is its stream of JPEG pictures, /snapshot.jpg the current one."""

import asyncio
from collections import deque
from contextlib import suppress
from enum import StrEnum
import random
from typing import Final, Self

from aiohttp import ClientConnectionError, encode_basic_auth, web

from .scene import Scene

VIDEO: Final = "/video"
STILL: Final = "/snapshot.jpg"
BOUNDARY: Final = b"--picture"
HUGE_BYTES: Final = 50_000_000
GARBAGE: Final = bytes(range(256)) * 80
# The time from one held picture to the next.
HELD_PAUSE_S: Final = 0.005
# The part of a picture that is sent before a connection stalls.
STALL_BYTES: Final = 5000


class MjpegFault(StrEnum):
    """How an HTTP camera can misbehave, from the next picture on."""

    NO_PICTURE = "no_picture"
    """It answers, and no picture ever comes."""
    STALL = "stall"
    """It stops in the middle of a picture."""
    NO_LENGTH = "no_length"
    """Its parts have no Content-Length; that is allowed."""
    HUGE = "huge"
    """A picture of 50 MB."""
    WRONG_TYPE = "wrong_type"
    """A page in place of pictures."""
    GARBAGE = "garbage"
    """No JPEG in the parts that say so."""
    REDIRECT = "redirect"
    """It sends the reader to another host."""
    UNAUTHORIZED = "unauthorized"
    """It wants a password that nobody has."""
    CLOSE = "close"
    """It hangs up."""


class MjpegCamera:
    """One camera on a port of 127.0.0.1 for as long as it is open."""

    def __init__(
        self,
        scene: Scene,
        *,
        frame_rate: float = 20,
        quality: int | range = 85,
        user: str | None = None,
        password: str = "",
        held: int = 0,
    ) -> None:
        """Show a scene with this many pictures a second; with a user, to those who log in (Basic).

        A range of qualities: it changes them, to send as many bytes for each picture.
        As many drivers do, it can hold some pictures: those that it took when others were sent.
        """
        self.scene = scene
        self.frame_rate = frame_rate
        self.fault: MjpegFault | None = None
        self.sent: list[bytes] | None = None
        """Every picture that was sent, once this is a list."""
        self.requests = 0
        """How often anything was asked for."""
        self.readers = 0
        """How many read the stream now."""
        self.first_pause_s = HELD_PAUSE_S
        """After the first picture that it held; a network may pause once."""
        self.elsewhere = f"http://127.0.0.2:9{VIDEO}"
        """Where a redirect leads."""
        self.port = 0
        self._quality = quality
        self._login = encode_basic_auth(user, password) if user else None
        self._runner: web.AppRunner | None = None
        self._held = deque[bytes](maxlen=held)

    @property
    def url(self) -> str:
        """The address of the stream."""
        return f"http://127.0.0.1:{self.port}{VIDEO}"

    @property
    def still_url(self) -> str:
        """The address of the current picture."""
        return f"http://127.0.0.1:{self.port}{STILL}"

    async def __aenter__(self) -> Self:
        """Switch the camera on."""
        application = web.Application()
        application.router.add_get(VIDEO, self._stream)
        application.router.add_get(STILL, self._still)
        runner = web.AppRunner(
            application,
            access_log=None,
            # A stream that stalls ends when its reader goes.
            handler_cancellation=True,
            shutdown_timeout=0.1,
        )
        self._runner = runner
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site.port
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch it off and disconnect its readers."""
        assert self._runner is not None
        await self._runner.cleanup()

    async def _still(self, request: web.Request) -> web.StreamResponse:
        """Answer with one picture."""
        if (answer := self._other_answer(request)) is not None:
            return answer
        if self.fault in {MjpegFault.NO_PICTURE, MjpegFault.STALL}:
            await asyncio.Event().wait()
        is_full = self._held and len(self._held) == self._held.maxlen
        held = self._held.popleft() if is_full else None
        picture = self._picture()
        return web.Response(body=held or picture, content_type="image/jpeg")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Send one picture after the other until the reader has enough."""
        if (answer := self._other_answer(request)) is not None:
            return answer
        response = web.StreamResponse(
            headers={
                "Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY[2:].decode()}",
                "Cache-Control": "no-store",
                "Connection": "close",
            }
        )
        await response.prepare(request)
        self.readers += 1
        try:
            # Every stream ends when its reader disconnects.
            with suppress(ClientConnectionError, ConnectionResetError):
                await self._send_parts(response)
        finally:
            self.readers -= 1
        if request.transport is not None:
            request.transport.abort()
        return response

    async def _send_parts(self, response: web.StreamResponse) -> None:
        """Send parts at the frame rate; return when the camera hangs up."""
        clock = asyncio.get_running_loop()
        pause_s = self.first_pause_s
        for picture in tuple(self._held):
            await response.write(self._part(picture))
            # The next picture is taken when this one has been sent.
            await asyncio.sleep(pause_s)
            pause_s = HELD_PAUSE_S
        due = clock.time()
        while self.fault is not MjpegFault.CLOSE:
            if self.fault is MjpegFault.STALL:
                await response.write(self._part(self._picture())[:STALL_BYTES])
                await asyncio.Event().wait()
            if self.fault is not MjpegFault.NO_PICTURE:
                await response.write(self._part(self._picture()))
            # A slow reader misses pictures; they are not sent later.
            due = max(due + 1 / self.frame_rate, clock.time())
            await asyncio.sleep(due - clock.time())

    def _part(self, picture: bytes) -> bytes:
        """Return a picture with the header before it and the end after it."""
        head = [BOUNDARY, b"Content-Type: image/jpeg"]
        if self.fault is not MjpegFault.NO_LENGTH:
            head.append(b"Content-Length: %d" % len(picture))
        return b"\r\n".join([*head, b"", picture, b""])

    def _picture(self) -> bytes:
        """Return what the camera sends for the current picture."""
        if self.fault is MjpegFault.GARBAGE:
            return GARBAGE
        picture = self._jpeg()
        if self.sent is not None:
            self.sent.append(picture)
        if self._held.maxlen:
            self._held.append(self._jpeg())
        return picture.ljust(HUGE_BYTES if self.fault is MjpegFault.HUGE else 0, b"\0")

    def _jpeg(self) -> bytes:
        quality = self._quality
        return self.scene.jpeg(
            random.choice(quality) if isinstance(quality, range) else quality
        )

    def _other_answer(self, request: web.Request) -> web.StreamResponse | None:
        """Return the answer to a request that gets no pictures; count every request."""
        self.requests += 1
        login = request.headers.get("Authorization")
        if self.fault is MjpegFault.UNAUTHORIZED or (
            self._login is not None and login != self._login
        ):
            challenge = {"WWW-Authenticate": 'Basic realm="camera"'}
            return web.Response(status=401, headers=challenge)
        match self.fault:
            case MjpegFault.REDIRECT:
                return web.Response(status=302, headers={"Location": self.elsewhere})
            case MjpegFault.WRONG_TYPE:
                return web.Response(text="<h1>Camera</h1>", content_type="text/html")
        return None
