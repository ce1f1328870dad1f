"""A camera's bytes become pixels. Runs in the child only: the bytes are untrusted."""

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from .engine import Unreadable
from .formats import what_it_is

FORMATS = ("JPEG", "PNG")
"""What camera entities deliver; every further decoder is more code to attack."""

MAX_PIXELS = 4096 * 4096
"""Twice a 4K camera. A header that promises more is not decoded at all."""

# Pillow's own limits are higher, and it reports a larger picture as a broken one.
Image.MAX_IMAGE_PIXELS = None

MIN_SIDE = 48
"""No face of a usable size fits into less."""

WORK_LINES = 720
"""Pictures are brought down towards this many lines on their short side.

A face a sixth of them high is as large as the engines look at it, so what lies above
costs time and memory for nothing.
"""

MAX_MISSING = 0.25
"""Part of a JPEG's lines that may be missing; assess.py sees if the face lacks some."""

_JPEG_BEGINS, _JPEG_ENDS = b"\xff\xd8", b"\xff\xd9"


class UnreadablePictureError(Exception):
    """These bytes are not a usable picture; `why` says what they are."""

    def __init__(self, why: Unreadable, detail: str) -> None:
        """Remember why."""
        super().__init__(detail)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Decoded pixels, upright."""

    pixels: NDArray[np.uint8]
    """Shape (height, width, 3), RGB."""

    scale: float
    """Pixels of the picture as it was sent per pixel here, 1 or more."""


def decode(data: bytes) -> Picture:
    """Return the pixels of a JPEG or PNG, turned as its EXIF says.

    A JPEG that ends too early is read as far as it goes; the decoder makes the rest grey.

    Raises UnreadablePictureError on everything else, and where too much is missing.
    """
    if is_cut := data.startswith(_JPEG_BEGINS) and not data.endswith(_JPEG_ENDS):
        # Some cameras never send the two bytes that mark the end.
        data += _JPEG_ENDS
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            return _decode(image, is_cut=is_cut)
    except UnreadablePictureError:
        raise
    # Decoders fail in many ways on hostile bytes (OSError, SyntaxError, struct.error,
    # zlib.error, MemoryError …), and all mean the same here.
    except UnidentifiedImageError as err:
        raise UnreadablePictureError(what_it_is(data), type(err).__name__) from err
    except Exception as err:
        raise UnreadablePictureError(Unreadable.BROKEN, type(err).__name__) from err


def _decode(image: ImageFile.ImageFile, *, is_cut: bool) -> Picture:
    """Decode a picture whose header was read."""
    width, height = image.size
    if width * height > MAX_PIXELS or min(width, height) < MIN_SIDE:
        is_large = width * height > MAX_PIXELS
        why = Unreadable.TOO_LARGE if is_large else Unreadable.TOO_SMALL
        raise UnreadablePictureError(why, f"{width} × {height} pixels")
    surplus = min(width, height) / WORK_LINES
    if surplus >= 2:
        # Decoding a JPEG at a half, a quarter or an eighth takes less time than the
        # whole.
        image.draft(None, (ceil(width / surplus), ceil(height / surplus)))
    pixels = _to_rgb(image)
    if is_cut and _missing(np.asarray(pixels)) > MAX_MISSING:
        raise UnreadablePictureError(Unreadable.BROKEN, "cut off")
    upright = _turn(pixels)
    return Picture(
        pixels=np.asarray(upright), scale=max(width, height) / max(upright.size)
    )


def _missing(pixels: NDArray[np.uint8]) -> float:
    """Return the share of lines, from the bottom, that show one and the same colour."""
    has_more = (pixels != pixels[-1, -1]).any(axis=(1, 2))
    return float(np.argmax(has_more[::-1])) / len(pixels) if has_more.any() else 1.0


def _to_rgb(image: Image.Image) -> Image.Image:
    """Return a picture of any mode as RGB, of about WORK_LINES, its EXIF kept.

    A large picture is made smaller first: the other steps then have little to do.
    """
    factor = min(image.size) // WORK_LINES
    if image.mode.startswith(("I", "F")):
        # Sixteen bits a pixel: Pillow would clip them to eight.
        info = image.info
        image = Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
        image.info = info
    elif image.mode in ("1", "P", "PA"):
        image = image.convert("RGB")
    if factor >= 2:
        image = image.reduce(factor)
    return image.convert("RGB")


def _turn(image: Image.Image) -> Image.Image:
    """Return a picture turned upright; one with broken EXIF stays as it is."""
    with suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image
