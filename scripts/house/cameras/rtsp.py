"""An RTSP camera: H.264 with a settable key-frame interval, by a real server (GStreamer's)."""

import asyncio
from contextlib import suppress
from enum import StrEnum
import fcntl
from pathlib import Path
import subprocess
import threading
import time
from typing import IO, Final, Self

from esphome.simulator.run import free_port
from scripts.house.home_assistant import HouseError

from .scene import Scene

# Debian packages GStreamer for its own Python only.
PYTHON: Final = Path("/usr/bin/python3")
SERVER: Final = Path(__file__).with_name("rtsp_server.py")
PIPE_BYTES: Final = 1 << 20
READY_WITHIN_S: Final = 30
TRIES: Final = 3
ENDS_WITHIN_S: Final = 5


class RtspFault(StrEnum):
    """How a stream can misbehave."""

    STALL = "stall"
    """No frame comes any more; the connection stays."""
    END = "end"
    """The stream ends in order."""


class RtspCamera:
    """One camera on a port of 127.0.0.1 for as long as it is open; it also runs without readers."""

    def __init__(
        self,
        scene: Scene | None = None,
        *,
        key_frame_s: float = 1.0,
        frame_rate: int = 25,
        bit_rate: int = 4000,
        port: int | None = None,
    ) -> None:
        """Show a scene (720p unless given) with so many kbit/s; with a port, under an address that was used before."""
        self.scene = scene or Scene((1280, 720))
        self.fault: RtspFault | None = None
        self.port = port or free_port()
        self._frame_rate = frame_rate
        self._bit_rate = bit_rate
        self._key_frame_every = round(key_frame_s * frame_rate)
        self._process: subprocess.Popen[bytes] | None = None
        self._feeder: threading.Thread | None = None
        self._closing = threading.Event()

    @property
    def url(self) -> str:
        """The address of the stream."""
        return f"rtsp://127.0.0.1:{self.port}/video"

    async def __aenter__(self) -> Self:
        """Switch the camera on; return when it serves. Raise HouseError where it does not."""
        # Now and then GStreamer's server never sends a frame: then another one is
        # started.
        for _ in range(TRIES - 1):
            with suppress(HouseError):
                await asyncio.to_thread(self._start)
                return self
        await asyncio.to_thread(self._start)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch it off and disconnect its readers."""
        await asyncio.to_thread(self._stop)

    def _start(self) -> None:
        command = [PYTHON, SERVER, self.port, *self.scene.size]
        command += [self._frame_rate, self._key_frame_every, self._bit_rate]
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process = self._process
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self._closing.clear()
        self._feeder = threading.Thread(target=self._feed, args=(process.stdin,))
        self._feeder.start()
        overdue = threading.Timer(READY_WITHIN_S, process.kill)
        overdue.start()
        ready = process.stdout.readline() == b"ready\n"
        overdue.cancel()
        if not ready:
            self._stop()
            said = process.stderr.read().decode(errors="replace")
            raise HouseError(f"no RTSP camera (run scripts/setup):\n{said[-2000:]}")

    def _stop(self) -> None:
        assert self._process
        assert self._feeder
        self._closing.set()
        self._process.kill()
        self._process.wait(ENDS_WITHIN_S)
        self._feeder.join(ENDS_WITHIN_S)

    def _feed(self, pipe: IO[bytes]) -> None:
        """Hand the server one frame after the other at the frame rate."""
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        due = time.monotonic()
        try:
            with pipe:
                while self.fault is not RtspFault.END:
                    if self.fault is not RtspFault.STALL:
                        pipe.write(self.scene.picture().tobytes())
                    due = max(due + 1 / self._frame_rate, time.monotonic())
                    if self._closing.wait(due - time.monotonic()):
                        return
        except BrokenPipeError:
            # The server has been ended.
            return
