"""Damages frames on purpose, as cameras and cables do; and covers faces, as people do."""

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from custom_components.facequota.recognition.engine import Face

GREY: Final = (128, 128, 128)
GREEN: Final = (0, 135, 0)
BLOCK: Final = 16

type Pixels = NDArray[np.uint8]
type Damage = Callable[[Pixels, Face], Pixels]


def tilted(pixels: Pixels, face: Face, degrees: float) -> Pixels:
    """Return a picture turned around its face."""
    middle = ((face.left + face.right) / 2, (face.top + face.bottom) / 2)
    image = Image.fromarray(pixels)
    return np.asarray(
        image.rotate(
            degrees, Image.Resampling.BICUBIC, center=middle, fillcolor=(120, 110, 100)
        )
    )


def combed(pixels: Pixels, face: Face, part: float) -> Pixels:
    """Return an interlaced frame of a face that moves by a part of its height."""
    frame = pixels.copy()
    step = max(1, round(part * face.height))
    frame[1::2] = np.roll(pixels, step, axis=1)[1::2]
    return frame


def covered(
    pixels: Pixels,
    face: Face,
    part: float,
    colour: tuple[int, int, int] | None = None,
) -> Pixels:
    """Return a frame of which a part of the face, and all beyond, was lost.

    Without a colour the last good line is drawn out to the bottom.
    """
    frame = pixels.copy()
    line = round(face.bottom - part * face.height)
    frame[line:] = frame[line - 1] if colour is None else colour
    return frame


def half_gone(pixels: Pixels, face: Face, part: float) -> Pixels:
    """Return a frame of which a part of the face, and all to its left, is grey."""
    frame = pixels.copy()
    frame[:, : round(face.left + part * (face.right - face.left))] = GREY
    return frame


def slipped(pixels: Pixels, face: Face, part: float) -> Pixels:
    """Return a frame whose lower half moved to the side: bytes were lost."""
    frame = pixels.copy()
    line = round((face.top + face.bottom) / 2)
    frame[line:] = np.roll(frame[line:], round(part * face.height), axis=1)
    return frame


def displaced(pixels: Pixels, face: Face, share: float) -> Pixels:
    """Return a frame with blocks out of place: packets of a video stream were lost."""
    frame = pixels.copy()
    rng = np.random.default_rng(1)
    reach = round(0.1 * face.height)
    height, width = (size - BLOCK for size in pixels.shape[:2])
    for y in range(0, height + 1, BLOCK):
        for x in range(0, width + 1, BLOCK):
            if rng.random() < share:
                down, across = rng.integers(-reach, reach + 1, 2)
                top, left = np.clip((y + down, x + across), 0, (height, width))
                frame[y : y + BLOCK, x : x + BLOCK] = pixels[
                    top : top + BLOCK, left : left + BLOCK
                ]
    return frame


def tinted(pixels: Pixels, _: Face, cb: int, cr: int) -> Pixels:
    """Return a frame whose colours are wrong."""
    planes = np.array(Image.fromarray(pixels).convert("YCbCr"), np.int16)
    planes[..., 1] += cb
    planes[..., 2] += cr
    image = Image.fromarray(planes.clip(0, 255).astype(np.uint8), "YCbCr")
    return np.asarray(image.convert("RGB"))


def lit(pixels: Pixels, _: Face, part: float) -> Pixels:
    """Return a frame with less or more light."""
    return (pixels * np.float32(part)).clip(0, 255).astype(np.uint8)


def packed(pixels: Pixels, _: Face, quality: int) -> Pixels:
    """Return a frame as a JPEG of little quality."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def grainy(pixels: Pixels, _: Face, deviation: float) -> Pixels:
    """Return a frame with noise."""
    noise = np.random.default_rng(1).normal(0, deviation, pixels.shape)
    return (pixels + noise).clip(0, 255).astype(np.uint8)


def in_sunglasses(pixels: Pixels, face: Face, colour: tuple[int, int, int]) -> Pixels:
    """Return a frame in which the face wears dark glasses."""
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    left, right, _ = face.eyes_and_nose
    along = right - left
    down = np.array((-along[1], along[0]))
    for eye in (left, right):
        outline = [
            tuple(
                eye + 0.42 * along * np.cos(angle) + down * (0.03 + 0.3 * np.sin(angle))
            )
            for angle in np.linspace(0, 2 * np.pi, 24)
        ]
        draw.polygon(outline, fill=colour)
    width = max(1, round(0.08 * float(np.linalg.norm(along))))
    draw.line([tuple(left), tuple(right)], fill=colour, width=width)
    return np.asarray(image)


DAMAGES: Final[Mapping[str, Damage]] = {
    "as it is": lambda pixels, face: pixels,
    **{f"tilted by {d}°": partial(tilted, degrees=d) for d in (10, 20, 30, 45, 60)},
    **{f"combed by {p:.0%}": partial(combed, part=p) for p in (0.01, 0.02, 0.04, 0.08)},
    "lower quarter grey": partial(covered, part=0.25, colour=GREY),
    "lower half grey": partial(covered, part=0.5, colour=GREY),
    "lower half green": partial(covered, part=0.5, colour=GREEN),
    "left third grey": partial(half_gone, part=0.33),
    "drawn out from two thirds": partial(covered, part=0.33),
    "slipped by 10%": partial(slipped, part=0.1),
    "a fifth of the blocks displaced": partial(displaced, share=0.2),
    "half of the blocks displaced": partial(displaced, share=0.5),
    "purple": partial(tinted, cb=30, cr=30),
    "green": partial(tinted, cb=-40, cr=-40),
    "red for blue": lambda pixels, face: pixels[..., ::-1].copy(),
    "without colours": lambda pixels, face: np.repeat(
        pixels.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2
    ),
    "a third of the light": partial(lit, part=0.33),
    "half as much light again": partial(lit, part=1.5),
    "JPEG quality 20": partial(packed, quality=20),
    "JPEG quality 10": partial(packed, quality=10),
    "noise of 20": partial(grainy, deviation=20),
    "black sunglasses": partial(in_sunglasses, colour=(15, 15, 18)),
    "brown sunglasses": partial(in_sunglasses, colour=(70, 50, 40)),
}
