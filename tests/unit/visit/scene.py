"""A camera and a worker at once, for tests of a look: each frame shows one template, or guidance."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from itertools import repeat
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.cameras.camera import Camera, NoPicture
from custom_components.facequota.cameras.places import EarlierPlaces
from custom_components.facequota.cameras.source import Picture
from custom_components.facequota.quota.book import Book
from custom_components.facequota.recognition.engine import (
    Guidance,
    Line,
    Lines,
    Region,
    Sighting,
)
from custom_components.facequota.recognition.engines import Engine
from custom_components.facequota.visit.capture import look
from custom_components.facequota.visit.frames import LIKENESS
from custom_components.facequota.visit.probe import Probe
from custom_components.facequota.visit.recogniser import Recogniser
from tests.unit.quota.people import DIMENSION

# As a sensor's: farther than two frozen pictures are, nearer than anything else.
NOISE = 0.04
REGION = Region(top=0.25, left=0.25, bottom=0.75, right=0.75)
EYES = (0.4, 0.4, 0.6, 0.4)


def lines(moved: float) -> Lines:
    """Return the lines of a face that has moved by so many pixels."""
    values = 8000 + 6000 * np.sin((np.arange(40) - moved) / 4)
    line = Line(step=1, begin=10, values=values.astype(np.uint16))
    return line, line


STILL, MOVED = lines(0), lines(1.5)


class Scene:
    """A camera and a worker at once: each frame shows one template, or guidance."""

    def __init__(
        self,
        *seen: NDArray[np.float32] | Guidance,
        held: NDArray[np.float32] | Guidance = Guidance.NO_FACE,
    ) -> None:
        """Show these one after the other, and then nothing any more.

        Before them comes what the camera held ready.
        """
        self._frames = iter(enumerate((held, *seen)))
        self._now: NDArray[np.float32] | Guidance = Guidance.NO_FACE
        self.places = EarlierPlaces()
        self.eyes = EYES
        self.noise = NOISE
        self.squares: Iterator[frozenset[int]] = repeat(frozenset())
        self.lines: Iterator[Lines | None] = repeat(None)
        self.is_of_video = False
        self.guidance: list[Guidance] = []
        self.near: list[Region | None] = []

    why_no_picture = NoPicture.CAMERA
    is_file = False
    likeness = LIKENESS[Engine.FACE_RECOGNITION]

    def counts(self, picture: Picture) -> bool:
        """Return if a picture is new enough."""
        return picture.begun_after > 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Open the camera."""
        yield self

    async def next(self, *, enough: bool) -> Picture:
        """Return a picture that differs from the one before, until the time is over."""
        try:
            number, self._now = next(self._frames)
        except StopIteration:
            raise TimeoutError from None
        if isinstance(self._now, np.ndarray):
            # No two real frames are the same.
            self._now = self._now.copy()
            self._now[DIMENSION - 1 - number] += self.noise
        return Picture(
            content=str(number).encode(),
            begun_after=number,
            is_of_video=self.is_of_video,
        )

    async def look(
        self, picture: bytes, *, timeout: float, near: Region | None
    ) -> Sighting:
        """Return what the picture shows."""
        self.near.append(near)
        guidance = self._now if isinstance(self._now, Guidance) else None
        return Sighting(
            guidance=guidance,
            template=None if isinstance(self._now, Guidance) else self._now.copy(),
            quality=0.5,
            face_height_px=None if guidance else 150.0,
            faces=0 if guidance else 1,
            recognition_ms=1.0,
            region=None if guidance else REGION,
            eyes=None if guidance else self.eyes,
            squares=next(self.squares),
            lines=deepcopy(next(self.lines)),
        )

    async def probe(self, book: Book) -> Probe:
        """Return the probe of the visitor seen."""
        camera, recogniser = cast(Camera, self), cast(Recogniser, self)
        return await look(
            camera, recogniser, book.identify, on_guidance=self.guidance.append
        )


class EveryPictureCounts(Scene):
    """A camera that gives nothing it held ready."""

    def counts(self, picture: Picture) -> bool:
        """Return that it is new enough."""
        return True
