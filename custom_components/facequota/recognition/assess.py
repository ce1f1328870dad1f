"""Whether a frame is good enough to tell people apart, and guidance if it is not.

The limits were set on faces of several populations so that nearly every ordinary frame
passes and a frame is rejected where its template has moved by about 0.25 (dlib), a
third of the way to a stranger. See docs/recognition.md for the measurements.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .damage import is_damaged
from .engine import Face, Guidance
from .sunglasses import hide_the_eyes

MIN_FACE_HEIGHT_PX = 64
"""Below this the engines enlarge the face by more than a half and see no detail."""

NEAR_EQUAL = 0.75
"""A second face at least this much of the first one's height stands beside it.

One step of the HOG detector's pyramid is 0.83, so one step of doubt is included.
"""

MIN_MARGIN = 0.4
"""From the eyes to the picture's edge, in eye distances: nearer, a cheek is cut off."""

MIN_MARGIN_BELOW = 0.8
"""From the nose down to the picture's edge, in eye distances: room for the mouth."""

MIN_BRIGHT_LUMINANCE = 45
"""95th percentile of the face's luminance (0..255); ordinary faces have 85 and more.

The bright end, not the mean: dark skin in good light has bright highlights and must
not be asked for more light than others.
"""

MIN_CONTRAST = 25
"""95th less 5th percentile of the face's luminance: haze, a dirty lens, glare."""

GLARE_LUMINANCE = 250
MAX_GLARE = 0.35
"""Part of the face that may be burnt out; ordinary faces have up to 0.22."""

MIN_SHARPNESS = 0.010
"""See sharpness(); ordinary faces have 0.017 and more.

A Gaussian blur of 2 % of the face's height or a smear of 8 % goes below.
"""

MAX_TURN = 0.30
"""Sideways shift of the nose from between the eyes, in eye distances.

Of people before a camera 0 to 2 % are above, of press photographs 5 %. Returns are
missed with faces turned farther.
"""

NOSE_DROP = (0.42, 1.20)
"""How far the nose lies below the eyes, in eye distances: head thrown back, bowed."""

_CHIP = 64
_MIN_VISIBLE_PX = 4
_GOOD_HEIGHT_PX = 150
_GOOD_SHARPNESS = 0.06
_GOOD_CONTRAST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The assessment of a frame."""

    guidance: Guidance | None
    quality: float
    """0..1, to compare frames of one visit."""


def assess(pixels: NDArray[np.uint8], faces: list[Face]) -> Assessment:
    """Return the assessment of a frame; `faces` nearest first, `pixels` RGB."""
    if not faces:
        return Assessment(guidance=_why_no_face(pixels), quality=0.0)
    face = faces[0]
    visible = _luminance(pixels, face)
    if visible is None:
        return Assessment(guidance=Guidance.LOOK_HERE, quality=0.0)
    chip = _chip(visible)
    dark, bright = np.percentile(chip, (5, 95))
    contrast = float(bright - dark)
    sharp = sharpness(chip)
    if len(faces) > 1 and faces[1].height >= NEAR_EQUAL * face.height:
        guidance: Guidance | None = Guidance.ONE_AT_A_TIME
    elif face.height < MIN_FACE_HEIGHT_PX:
        guidance = Guidance.CLOSER
    elif _is_cut_off(pixels, face):
        guidance = Guidance.LOOK_HERE
    elif (chip >= GLARE_LUMINANCE).mean() > MAX_GLARE:
        guidance = Guidance.LESS_LIGHT
    elif bright < MIN_BRIGHT_LUMINANCE or contrast < MIN_CONTRAST:
        guidance = Guidance.MORE_LIGHT
    elif sharp < MIN_SHARPNESS or is_damaged(pixels, visible, face):
        guidance = Guidance.HOLD_STILL
    elif not face.is_clear or is_turned(face) or hide_the_eyes(pixels, face):
        guidance = Guidance.LOOK_HERE
    else:
        guidance = None
    quality = (
        min(1.0, face.height / _GOOD_HEIGHT_PX)
        * min(1.0, sharp / _GOOD_SHARPNESS)
        * min(1.0, contrast / _GOOD_CONTRAST)
        * max(0.0, 1.0 - pose(face)[0])
    )
    return Assessment(guidance=guidance, quality=float(quality))


def sharpness(chip: NDArray[np.float32]) -> float:
    """Return the weakest fine detail among four directions, relative to all detail.

    The variance of the second difference along a direction, over the variance of the
    luminance: light and contrast cancel out, and a smear shows because it removes
    detail along one direction only. `chip` is the face's luminance, shape (64, 64).
    """
    middle = 2 * chip[1:-1, 1:-1]
    directions = (
        middle - chip[1:-1, :-2] - chip[1:-1, 2:],
        middle - chip[:-2, 1:-1] - chip[2:, 1:-1],
        middle - chip[:-2, :-2] - chip[2:, 2:],
        middle - chip[:-2, 2:] - chip[2:, :-2],
    )
    detail = min(float(difference.var()) for difference in directions)
    return detail / max(float(chip.var()), 1e-6)


def is_turned(face: Face) -> bool:
    """Return whether a face looks aside, up or down too far."""
    turn, drop = pose(face)
    return turn > MAX_TURN or not NOSE_DROP[0] <= drop <= NOSE_DROP[1]


def pose(face: Face) -> tuple[float, float]:
    """Return how far the face is turned sideways and how far its nose drops.

    Both in eye distances, measured along and across the line between the eyes, so that
    a tilted head does not count as turned.
    """
    left, right, nose = face.eyes_and_nose
    axis = right - left
    square = float(axis @ axis)
    if square == 0.0:
        return float("inf"), 0.0
    shift = nose - (left + right) / 2
    turn = abs(float(shift @ axis)) / square
    drop = float(axis[0] * shift[1] - axis[1] * shift[0]) / square
    return turn, drop


def _luminance(pixels: NDArray[np.uint8], face: Face) -> Image.Image | None:
    """Return the visible part of the face in grey, or None."""
    height, width = pixels.shape[:2]
    top, left = max(0, round(face.top)), max(0, round(face.left))
    bottom, right = min(height, round(face.bottom)), min(width, round(face.right))
    if bottom - top < _MIN_VISIBLE_PX or right - left < _MIN_VISIBLE_PX:
        return None
    # Pillow would copy a part of a picture byte by byte, which takes 5 ms with musl.
    part = np.ascontiguousarray(pixels[top:bottom, left:right])
    return Image.fromarray(part).convert("L")


def _chip(visible: Image.Image) -> NDArray[np.float32]:
    """Return a face at the size at which its detail is measured."""
    return np.asarray(visible.resize((_CHIP, _CHIP), Image.Resampling.BOX), np.float32)


def _is_cut_off(pixels: NDArray[np.uint8], face: Face) -> bool:
    """Return whether a part of the face lies outside of the picture."""
    height, width = pixels.shape[:2]
    left, right, nose = face.eyes_and_nose
    unit = float(np.linalg.norm(right - left))
    margin = min(left[0], width - right[0], left[1], right[1])
    return bool(
        margin < MIN_MARGIN * unit or height - nose[1] < MIN_MARGIN_BELOW * unit
    )


def _why_no_face(pixels: NDArray[np.uint8]) -> Guidance:
    """Return what may hide a face: darkness, glare or nothing."""
    luminance = pixels[::4, ::4].max(axis=2)
    if np.percentile(luminance, 95) < MIN_BRIGHT_LUMINANCE:
        return Guidance.MORE_LIGHT
    if (luminance >= GLARE_LUMINANCE).mean() > 0.5:
        return Guidance.LESS_LIGHT
    return Guidance.NO_FACE
