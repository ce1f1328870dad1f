"""The interface of every kind of camera: pictures, and when each was begun at the earliest."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import StrEnum
import math
from typing import Final, Protocol

from custom_components.facequota.recognition.messages import MAX_PICTURE_BYTES

__all__ = ["MAX_PICTURE_BYTES", "UNKNOWN_AGE", "CameraError", "Kind", "Picture"]

UNKNOWN_AGE: Final = -math.inf

MIN_INTERVAL_S: Final = 0.05
"""A camera that is asked for each picture is asked no more often than this."""


class Kind(StrEnum):
    """The kinds of camera. Each has its own way to tell that a picture is new."""

    ESPHOME = "esphome"
    MJPEG = "mjpeg"
    STILL = "still"
    STREAM = "stream"
    FILE = "file"
    OTHER = "other"


class CameraError(Exception):
    """The camera gives no picture. The error's text never contains an address or a password."""


class RefusedError(CameraError):
    """The camera wants a password that FaceQuota does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One encoded picture as the camera sent it."""

    content: bytes = field(repr=False)

    begun_after: float
    """The camera began it at this moment of the event loop's clock or later.

    UNKNOWN_AGE: it may have lain ready for any time.
    """

    is_of_video: bool = False
    """Its encoder gives a scene that does not change other pixels from time to time."""


class Source(Protocol):
    """How one kind of camera gives pictures."""

    @property
    def kind(self) -> Kind:
        """Return which kind this is."""

    def pictures(self) -> AsyncGenerator[Picture]:
        """Open the camera and give every picture that comes; close it at the end.

        Also those of unknown age: the caller leaves them out. Raises CameraError, and
        any exception of another integration's code.
        """


def format_of(content: bytes) -> str:
    """Return the name of an encoded picture's format, by its first bytes."""
    # A page may begin with an empty line.
    content = content[:_MAX_MAGIC].lstrip(b" \t\r\n")
    for name, at, magic in _FORMATS:
        if content[at : at + len(magic)].lower() == magic.lower():
            return name
    return "?"


_MAX_MAGIC: Final = 64
_FORMATS: Final = (
    ("JPEG", 0, b"\xff\xd8"),
    ("PNG", 0, b"\x89PNG"),
    ("GIF", 0, b"GIF8"),
    ("WebP", 8, b"WEBP"),
    ("AVIF", 4, b"ftypavif"),
    ("HEIC", 4, b"ftyphei"),
    ("HEIC", 4, b"ftypmif1"),
    ("MP4", 4, b"ftyp"),
    ("JPEG 2000", 4, b"jP  "),
    ("JPEG 2000", 0, b"\xff\x4f\xff\x51"),
    ("H.264 / H.265", 0, b"\0\0\0\1"),
    ("H.264 / H.265", 0, b"\0\0\1"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("BMP", 0, b"BM"),
    ("SVG", 0, b"<svg"),
    ("HTML", 0, b"<!doctype"),
    ("HTML", 0, b"<html"),
    ("XML", 0, b"<?xml"),
    ("JSON", 0, b"{"),
)
