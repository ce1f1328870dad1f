"""A camera that streams over HTTP: H.264 in an MPEG transport stream, from the moment a reader connects."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import count
import os
import time
from typing import Final, Self

from aiohttp import ClientConnectionError, web
import av
from av.container import OutputContainer
from av.video.stream import VideoStream
import numpy as np

from .scene import Scene

VIDEO: Final = "/live.ts"
FRAME_RATE: Final = 20
CLOCK_HZ: Final = 1000
GARBAGE_BYTES: Final = 500_000
FAULT_AFTER_S: Final = 1.0
MODULUS_S: Final = 10_000
LAST_STAMP_S: Final = (1 << 33) / 90_000


class StreamFault(StrEnum):
    """What such a stream does once, a second after somebody connected."""

    END = "end"
    """It ends in order."""
    STALL = "stall"
    """It stops in the middle of a picture; the connection stays."""
    GARBAGE = "garbage"
    """What comes is nothing."""
    SIZE = "size"
    """Its pictures are of another size from then on."""
    CODEC = "codec"
    """They come in MPEG-4 Part 2 from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a stream is delivered to a reader, other than at the speed at which it is taken."""

    ready_s: float = 0.0
    """So much of it was taken before somebody connected, and comes first."""
    part: float = 0.0
    """In which part of the time that this took."""
    jump_s: float = 0.0
    """By how much its time stamps jump a second after somebody connected."""
    reordered: int = 0
    """How many pictures wait for a later one (B-frames)."""
    runs_over: bool = False
    """Its time stamps, which have 33 bits, begin anew a second after the first one."""


class _Muxer:
    """Frames in, bytes out."""

    def __init__(self, size: tuple[int, int], codec: str, reordered: int) -> None:
        self._bytes = bytearray()
        self._container = av.open(
            self, "w", format="mpegts", options={"flush_packets": "1"}
        )
        assert isinstance(self._container, OutputContainer)
        options = {
            "preset": "ultrafast",
            "bf": str(reordered),
            "g": str(FRAME_RATE // 2),
        }
        if not reordered:
            options["tune"] = "zerolatency"
        stream = self._container.add_stream(
            codec, rate=FRAME_RATE, options=options if codec == "libx264" else {}
        )
        assert isinstance(stream, VideoStream)
        self._stream = stream
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, CLOCK_HZ)

    def write(self, data: bytes) -> int:
        """Store what the container writes."""
        self._bytes += data
        return len(data)

    def content(self, frame: av.VideoFrame, stamp: float) -> bytes:
        """Return the bytes to send for a frame with this time stamp in s."""
        frame.pts, frame.time_base = round(stamp * CLOCK_HZ), Fraction(1, CLOCK_HZ)
        self._container.mux(self._stream.encode(frame))
        sent, self._bytes = bytes(self._bytes), bytearray()
        return sent


class TransportCamera:
    """One camera on a port for as long as it is open."""

    def __init__(
        self,
        scene: Scene,
        *,
        delivery: Delivery = Delivery(),
        fault: StreamFault | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        """Show a scene, at an address of this machine."""
        self.scene = scene
        self.delivery = delivery
        self.fault = fault
        self.readers = 0
        """How many read it now."""
        self._host = host
        self._port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address of the stream."""
        return f"http://{self._host}:{self._port}{VIDEO}"

    async def __aenter__(self) -> Self:
        """Switch the camera on."""
        application = web.Application()
        application.router.add_get(VIDEO, self._stream)
        runner = self._runner = web.AppRunner(
            application,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=0.1,
        )
        await runner.setup()
        site = web.TCPSite(runner, self._host, 0)
        await site.start()
        self._port = site.port
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch it off and disconnect its readers."""
        assert self._runner is not None
        await self._runner.cleanup()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Send until the reader has enough."""
        response = web.StreamResponse(headers={"Content-Type": "video/mp2t"})
        await response.prepare(request)
        self.readers += 1
        try:
            with suppress(ClientConnectionError, ConnectionResetError):
                await self._send(response)
        finally:
            self.readers -= 1
        return response

    async def _send(self, response: web.StreamResponse) -> None:
        """Send frames as the delivery says, and what is wrong with them."""
        how, size = self.delivery, self.scene.size
        muxer = _Muxer(size, "libx264", how.reordered)
        first = time.time() - how.ready_s

        def stamp(taken: float) -> float:
            return (
                taken - first + LAST_STAMP_S - 1 if how.runs_over else taken % MODULUS_S
            )

        # Held frames are encoded before any of them is sent: on a busy machine they
        # would otherwise arrive as slowly as they were taken.
        ready: list[bytes] = []
        most = 1 + 2 * round(how.ready_s * FRAME_RATE)
        while (
            len(ready) < most
            and (taken := first + len(ready) / FRAME_RATE) < time.time()
        ):
            ready.append(muxer.content(self._frame(taken, size), stamp(taken)))
            await asyncio.sleep(0)
        began = time.time()
        for number, content in enumerate(ready):
            due = began + number * how.part / FRAME_RATE
            await asyncio.sleep(max(0.0, due - time.time()))
            await response.write(content)
        opened_at = sent_at = time.time()
        ahead_s, fault = 0.0, None
        for number in count(len(ready)):
            taken = first + number / FRAME_RATE
            due = max(taken, sent_at + how.part / FRAME_RATE)
            await asyncio.sleep(max(0.0, due - time.time()))
            sent_at = time.time()
            is_late = taken > opened_at + FAULT_AFTER_S
            if is_late and ahead_s != how.jump_s:
                ahead_s = how.jump_s
                muxer = _Muxer(size, "libx264", how.reordered)
            if is_late and fault is None and (fault := self.fault):
                self.fault = None
                match fault:
                    case StreamFault.END:
                        return
                    case StreamFault.GARBAGE:
                        await response.write(os.urandom(GARBAGE_BYTES))
                        return
                    case StreamFault.SIZE:
                        size = (size[0] // 2, size[1] // 2)
                        muxer = _Muxer(size, "libx264", how.reordered)
                    case StreamFault.CODEC:
                        muxer = _Muxer(size, "mpeg4", 0)
            content = muxer.content(self._frame(taken, size), stamp(taken) + ahead_s)
            if fault is StreamFault.STALL:
                await response.write(content[: len(content) // 2])
                await asyncio.Event().wait()
            await response.write(content)

    def _frame(self, taken: float, size: tuple[int, int]) -> av.VideoFrame:
        """Return the frame of a moment (Unix time in s)."""
        picture = self.scene.picture(taken).resize(size)
        return av.VideoFrame.from_ndarray(np.asarray(picture))
