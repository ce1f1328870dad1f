"""The interface of an engine, and the result of one frame.

Imports nothing native but numpy: Home Assistant's process reads these types too.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Guidance(StrEnum):
    """Why a frame is not usable, as advice to the visitor."""

    NO_FACE = "no_face"
    CLOSER = "closer"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    HOLD_STILL = "hold_still"
    LOOK_HERE = "look_here"
    ONE_AT_A_TIME = "one_at_a_time"
    UNREADABLE_PICTURE = "unreadable_picture"


class Unreadable(StrEnum):
    """Why a picture cannot be read: its format, or what is wrong with it."""

    EMPTY = "empty"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    TEXT = "text"
    AVIF = "avif"
    BMP = "bmp"
    GIF = "gif"
    H264 = "h264"
    HEIF = "heif"
    JPEG_2000 = "jpeg_2000"
    MP4 = "mp4"
    TIFF = "tiff"
    WEBP = "webp"
    UNKNOWN_FORMAT = "unknown_format"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of a picture, whatever its size: 0 is top and left, 1 bottom and right."""

    top: float
    left: float
    bottom: float
    right: float


type Eyes = tuple[float, float, float, float]
"""x and y of the eye left in the picture, x and y of the right one: 0 is left and top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The mean brightness across one direction of a face, from one side to the other."""

    step: int
    """Pixels of the picture from one value to the next."""

    begin: int
    """The first value's place in the picture, in steps."""

    values: NDArray[np.uint16]
    """In 256ths of a grey level."""


type Lines = tuple[Line, Line]
"""Along the columns, and along the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one frame showed: a template, or guidance in its place, never both."""

    guidance: Guidance | None
    """None: the frame is usable and there is a template."""

    template: NDArray[np.float32] | None
    """Shape (dimension,); compared by Euclidean distance."""

    quality: float
    """0..1, to put the best frame first; 0 without a face."""

    face_height_px: float | None
    """Height of the visitor's face in the picture as it was sent."""

    faces: int
    """How many faces were found."""

    recognition_ms: float
    """Time the child spent on this frame."""

    eyes: Eyes | None = None
    """Where the visitor's eyes are: finer than any detector's box."""

    live: float | None = None
    """0..1, how much the face looks like a person and not like a picture of one.

    None: nobody looked, or it cannot be told from this frame.
    """

    region: Region | None = None
    """Where the face of a usable frame is, to look there first in the next one."""

    squares: frozenset[int] = frozenset()
    """Digests of its pixels (squares.py): the same ones again are the same picture."""

    lines: Lines | None = None
    """Its brightness along two lines (stillness.py): they show whether it moved."""

    unreadable: Unreadable | None = None
    """Why the picture could not be read, with Guidance.UNREADABLE_PICTURE only."""

    @property
    def eyes_at(self) -> float | None:
        """Return how far down in the picture the eyes are, from 0 (top) to 1 (bottom)."""
        return None if self.eyes is None else (self.eyes[1] + self.eyes[3]) / 2

    def overwrite(self) -> None:
        """Overwrite template and lines in memory; freed memory alone would keep them."""
        if self.template is not None:
            self.template.fill(0)
        for line in self.lines or ():
            line.values.fill(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """The engine of a worker. Templates of different engines are never compared."""

    name: str
    version: str
    dimension: int
    metric: str
    """Always "euclidean": engines with a cosine metric return unit vectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face in a picture: where it is and where it looks."""

    top: float
    left: float
    bottom: float
    right: float
    """Edges in pixels of the picture; they may lie outside of it."""

    points: NDArray[np.float32]
    """Shape (5, 2), x and y in pixels of the picture; which points is the engine's."""

    eyes_and_nose: NDArray[np.float32]
    """Shape (3, 2): the eye left in the picture, the eye right in it, the nose."""

    is_clear: bool = True
    """False: it has no template to be trusted; it lies on its side or is half hidden."""

    @property
    def height(self) -> float:
        """Return the face's height in pixels, from brow to chin."""
        return self.bottom - self.top


class FaceEngine(Protocol):
    """Finds faces and computes their templates. Loaded in the child only."""

    @property
    def info(self) -> EngineInfo:
        """Return which engine this is."""

    def faces(
        self, picture: NDArray[np.uint8], near: Region | None = None
    ) -> list[Face]:
        """Return the faces of a picture, nearest (largest) first.

        `picture` is RGB with shape (height, width, 3). A face that is nearly as near as
        the first must be found too: the caller does not choose between the two. With
        `near`, the place where one person was alone a moment ago, it is enough to look
        there.
        """

    def template(self, picture: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
        """Return the template of one face, shape (info.dimension,)."""


class AttackDetector(Protocol):
    """Distinguishes a person from a picture of one. Loaded in the child only."""

    def live(self, picture: NDArray[np.uint8], face: Face) -> float | None:
        """Return 0..1, near 1 for a person; None if it cannot be decided."""
