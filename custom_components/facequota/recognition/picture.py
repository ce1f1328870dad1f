"""A camera's bytes become pixels. Runs in the child only: nobody vouches for the bytes."""

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

FORMATS = ("JPEG", "PNG")
"""What camera entities deliver; every further decoder is more code to attack."""

MAX_PIXELS = 4096 * 4096
"""Twice a 4K camera. A header that promises more is not decoded at all."""

MIN_SIDE = 48
"""No face of a usable size fits into less."""

WORK_LINES = 720
"""Pictures are brought down towards this many lines on their short side.

A face a sixth of them high is as large as the engines look at it, so what lies above
costs time and memory for nothing.
"""


class UnreadablePictureError(Exception):
    """These bytes are no picture that can be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Decoded pixels, upright."""

    pixels: NDArray[np.uint8]
    """Shape (height, width, 3), RGB."""

    scale: float
    """Pixels of the picture as it was sent per pixel here, 1 or more."""


def decode(data: bytes) -> Picture:
    """Return the pixels of a JPEG or PNG, turned as its EXIF says.

    Raises UnreadablePictureError on everything else.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            return _decode(image)
    except UnreadablePictureError:
        raise
    # Decoders fail in many ways on hostile bytes (OSError, SyntaxError, struct.error,
    # zlib.error, MemoryError …), and each means the same here.
    except Exception as err:
        raise UnreadablePictureError(type(err).__name__) from err


def _decode(image: ImageFile.ImageFile) -> Picture:
    """Decode a picture of which only the header was read."""
    width, height = image.size
    if width * height > MAX_PIXELS or min(width, height) < MIN_SIDE:
        raise UnreadablePictureError(f"{width} × {height} pixels")
    surplus = min(width, height) / WORK_LINES
    if surplus >= 2:
        # A JPEG is decoded at a half, a quarter or an eighth for less than the whole.
        image.draft(None, (ceil(width / surplus), ceil(height / surplus)))
    upright = _turn(_to_rgb(image))
    factor = min(upright.size) // WORK_LINES
    if factor >= 2:
        upright = upright.reduce(factor)
    return Picture(
        pixels=np.asarray(upright), scale=max(width, height) / max(upright.size)
    )


def _to_rgb(image: Image.Image) -> Image.Image:
    """Return a picture of any mode as RGB, its EXIF kept."""
    if image.mode.startswith(("I", "F")):
        # Sixteen bits a pixel: Pillow would clip them to eight, so scale.
        exif = image.getexif()
        image = Image.fromarray((np.asarray(image) / 257).clip(0, 255).astype(np.uint8))
        image.getexif().update(exif)
    return image.convert("RGB")


def _turn(image: Image.Image) -> Image.Image:
    """Return a picture turned upright; one with broken EXIF stays as it is."""
    with suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image
