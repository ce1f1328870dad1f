"""Detects faces that were damaged in transport: interlaced, or with a part missing."""

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .engine import Face

MAX_COMBING = 1.2
"""See combing(); ordinary faces have 0.9 to 1.1, also noisy and strongly packed ones.

Above it the two fields of an interlaced frame are 1 % of the face's height apart, which
moves a template by 0.15 to 0.25; at 4 % by 0.5.
"""

MAX_MISSING = 0.04
"""See missing(); ordinary faces have 0. A quarter that is grey moves a template by 0.35."""

_BESIDE, _ABOVE, _BELOW = 0.4, 0.5, 1.0
"""What must be there: beside and above the eyes, below the nose; in eye distances."""

_SAME = 1
"""By how much of 255 a line may differ from the one that it repeats."""


def is_damaged(picture: NDArray[np.uint8], visible: Image.Image, face: Face) -> bool:
    """Return whether a face has damage that no real face shows.

    `picture` is RGB with shape (height, width, 3), `visible` the face's box in grey.
    """
    combs = combing(np.asarray(visible, np.float32))
    return combs > MAX_COMBING or missing(picture, face) > MAX_MISSING


def combing(grey: NDArray[np.float32]) -> float:
    """Return how much more lines differ from the next line than from the one after it.

    An interlaced camera takes every other line a moment later: in a moving picture a
    line resembles the second next line more than the next one. The result is relative
    to the same between columns, so that noise and sharpness cancel out.
    """
    down, across = (
        _step(grey, axis, 1) / max(_step(grey, axis, 2), 1e-3) for axis in (0, 1)
    )
    return down / max(across, 1e-3)


def _step(grey: NDArray[np.float32], axis: int, lines: int) -> float:
    """Return the mean difference of lines so far apart."""
    moved = np.moveaxis(grey, axis, 0)
    return float(np.abs(moved[lines:] - moved[:-lines]).mean())


def missing(picture: NDArray[np.uint8], face: Face) -> float:
    """Return the share of a face's lines or columns that only repeat one of them.

    Over the whole width or height of the picture: where data was lost, a decoder fills
    in grey or green, or draws the last line out. A mask or a wall has an end.
    """
    left, right, nose = face.eyes_and_nose
    unit = float(np.linalg.norm(right - left))
    rows, columns = (
        slice(max(0, floor(low)), max(0, ceil(high)))
        for low, high in (
            (min(left[1], right[1]) - _ABOVE * unit, nose[1] + _BELOW * unit),
            (left[0] - _BESIDE * unit, right[0] + _BESIDE * unit),
        )
    )
    return max(
        _repeated(lines)
        for lines in (picture[rows], picture[:, columns].swapaxes(0, 1))
    )


def _repeated(lines: NDArray[np.uint8]) -> float:
    """Return the longest run of lines that each repeat the one before, as a share.

    A run: a camera that zooms by doubling its pixels repeats every other line.
    """
    if len(lines) < 2:
        return 0.0
    # One colour is enough, and green is the sharpest.
    grey = lines[..., 1].astype(np.int16)
    is_new = np.abs(np.diff(grey, axis=0)).max(axis=1) > _SAME
    ends = np.flatnonzero(np.concatenate(([True], is_new, [True])))
    return float(np.diff(ends).max() - 1) / len(lines)
