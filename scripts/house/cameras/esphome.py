"""The camera of a simulated dispenser: what its sensor sees is a file with the current picture."""

import asyncio
from pathlib import Path
from typing import Self

from .scene import Scene


class EsphomeCamera:
    """Keeps the picture of a scene in a file, for `Simulator(camera=…)`, as long as it is open.

    The driver behind it holds one frame until it is requested:
    esphome/components/camera_simulator.
    """

    def __init__(
        self, scene: Scene, picture: Path, *, frame_rate: float = 15, quality: int = 85
    ) -> None:
        """Write to the file `picture` so many times a second."""
        self.scene = scene
        self.picture = picture
        self.frame_rate = frame_rate
        self._quality = quality
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Open the shutter."""
        self._expose()
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it; the last picture stays in the file."""
        assert self._running is not None
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        """Write a new picture at the frame rate."""
        while True:
            await asyncio.sleep(1 / self.frame_rate)
            self._expose()

    def _expose(self) -> None:
        """Write the current picture, so that no reader ever sees half of it."""
        part = self.picture.with_suffix(".part")
        part.write_bytes(self.scene.jpeg(self._quality))
        part.replace(self.picture)
