"""How far a face moved from one picture of a stream to the next, by its brightness along two lines.

A stream's encoder gives a frozen picture other pixels at each key frame, and templates
with them: digests of pixels (squares.py) do not find it out. But nothing in it moves. What
is compared is the mean brightness of each column and of each row of a face, in which an
encoder's errors go out; no face can be made of it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from .engine import Face, Line, Lines

MAX_LENGTH = 128
"""Values of a line; for a large face one stands for two pixels, four and so on."""

UNITS = 256
"""Of a grey level."""

MIN_LENGTH = 12
"""Values that two lines must share to be compared."""

MIN_MOVED_PX = 0.8
"""Measured through x264 (docs/cameras.md): a frozen picture seems to move by 0.18 pixels at
most, at 300 kbit/s by 0.48; somebody who sways by six pixels moves further at once."""

_TRUSTED = 0.8
"""Part of a line that is compared in the end; something else may cover the rest."""


def lines(picture: NDArray[np.uint8], face: Face) -> Lines | None:
    """Return the lines of a face from its eyes to its chin; None where there are none.

    `picture` is RGB with shape (height, width, 3).
    """
    high, wide = picture.shape[:2]
    left, top = np.maximum(face.points.min(axis=0), 0).astype(int)
    right = int(min(face.points[:, 0].max(), wide))
    bottom = int(min(face.bottom, high))
    part = picture[top:bottom, left:right].mean(axis=2)
    if not part.size:
        return None
    across, down = part.mean(axis=0), part.mean(axis=1)
    return _line(across, int(left)), _line(down, int(top))


def is_still(one: Lines | None, other: Lines | None) -> bool:
    """Return if a face is where it was, as far as can be told."""
    if one is None or other is None:
        return False
    across, down = (_moved_px(*pair) for pair in zip(one, other, strict=True))
    return math.hypot(across, down) < MIN_MOVED_PX


def _line(means: NDArray[np.float64], begin: int) -> Line:
    """Return a line on a grid that does not depend on where the face is."""
    step = 1
    while len(means) > step * MAX_LENGTH:
        step *= 2
    skipped = -begin % step
    count = (len(means) - skipped) // step
    values = means[skipped : skipped + count * step].reshape(count, step).mean(axis=1)
    return Line(
        step=step,
        begin=(begin + skipped) // step,
        values=np.round(values * UNITS).astype(np.uint16),
    )


def _moved_px(one: Line, other: Line) -> float:
    """Return by how many pixels one line lies beside the other; infinite if unknown.

    A line that moved by d changes by d times its slope. That is fitted (least squares),
    with a change of light and contrast, and again without the values that fit worst.
    """
    begin = max(one.begin, other.begin)
    end = min(one.begin + len(one.values), other.begin + len(other.values))
    if one.step != other.step or end - begin < MIN_LENGTH:
        return math.inf
    first, second = (
        line.values[begin - line.begin : end - line.begin] / UNITS
        for line in (one, other)
    )
    middle = (first + second) / 2
    slope = np.gradient(middle)
    causes = np.stack((np.ones_like(middle), middle - middle.mean(), slope), axis=1)
    change = second - first
    fitted = np.linalg.lstsq(causes, change)[0]
    errors = np.abs(change - causes @ fitted)
    trusted = errors <= np.quantile(errors, _TRUSTED)
    fitted = np.linalg.lstsq(causes[trusted], change[trusted])[0]
    return float(abs(fitted[2])) * one.step
