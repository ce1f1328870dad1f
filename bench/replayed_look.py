"""Looks of a visit (visit/capture.py) at pictures that were taken before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import math
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.cameras.camera import Camera
from custom_components.facequota.cameras.places import EarlierPlaces
from custom_components.facequota.cameras.source import Picture
from custom_components.facequota.quota.book import Book
from custom_components.facequota.recognition.engine import Sighting
from custom_components.facequota.recognition.fuse import fuse
from custom_components.facequota.visit.capture import look
from custom_components.facequota.visit.frames import Likeness
from custom_components.facequota.visit.recogniser import Recogniser

type Templates = NDArray[np.float32]


def sighting(template: Templates) -> Sighting:
    """Return a usable frame with a template of its own, as looking overwrites it."""
    return Sighting(
        guidance=None,
        template=template.copy(),
        quality=1.0,
        face_height_px=None,
        faces=1,
        recognition_ms=0.0,
    )


class _Pictures:
    """A camera and a worker that show the pictures of one person, one after the other."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._shown = 0
        self.places = EarlierPlaces()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        yield self

    # Only the decision is measured here, not the camera: pictures of a
    # sequence are farther apart in time than the frames of a visit.
    is_file = True
    likeness = Likeness(same_picture=0.0, same_person=math.inf)

    def counts(self, picture: Picture) -> bool:
        return picture.begun_after > 0

    async def next(self, *, enough: bool) -> Picture | None:
        if self._shown == len(self._templates):
            return None
        self._shown += 1
        return Picture(content=bytes([self._shown]), begun_after=self._shown)

    async def look(self, frame: bytes, **_: object) -> Sighting:
        return sighting(self._templates[frame[0] - 1])


def until_sure(book: Book, templates: Templates) -> tuple[Templates, int]:
    """Return the probe that a visit decides by, and how many frames it took."""
    shown = _Pictures(templates)
    probe = asyncio.run(
        look(
            cast(Camera, shown),
            cast(Recogniser, shown),
            book.identify,
            on_guidance=lambda guidance: None,
        )
    )
    assert probe.template is not None
    return probe.template, probe.frames


def first(templates: Templates, frames: int) -> Templates:
    """Return the first frames fused."""
    fused = fuse([sighting(template) for template in templates[:frames]])
    assert fused is not None
    return fused
