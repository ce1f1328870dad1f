"""How far a face moved from one picture of a stream to the next, by its brightness along two lines.

A stream's encoder gives a frozen picture other pixels, and so another template, at each
key frame: digests of pixels (squares.py) do not detect it. But nothing in it moves. The
mean brightness of each column and each row of a face is compared, in which an encoder's
errors cancel out; no face can be made of these values.
"""

from dataclasses import dataclass
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

MIN_MOVED_PX = 1.0
MIN_EXPLAINED = 0.6
SURELY_MOVED_PX = 3.0
"""A face moved if its movement explains so much of what changed in its lines, and the
movement times that share is so far; or if it is farther than a frozen picture ever seems to
lie. Measured through x264 (docs/cameras.md)."""

_TRUSTED = 0.8
"""Part of a line that is compared in the end; something else may cover the rest."""


@dataclass(frozen=True, slots=True)
class _Shift:
    """How one line lies beside another."""

    px: float
    """By how many pixels it is shifted."""
    unexplained: float
    """Sum of squares of what light, contrast and the shift leave."""
    change: float
    """Sum of squares of what light and contrast alone leave."""


def lines(picture: NDArray[np.uint8], face: Face) -> Lines | None:
    """Return the lines of a face from its eyes to its chin; None without them.

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
    """Return if a face is in the same place, as far as the lines show."""
    if one is None or other is None:
        return False
    across, down = (_shift(*pair) for pair in zip(one, other, strict=True))
    if across is None or down is None:
        return False
    moved = math.hypot(across.px, down.px)
    if moved >= SURELY_MOVED_PX:
        return False
    if moved < MIN_MOVED_PX:
        return True
    change = across.change + down.change
    explained = change - across.unexplained - down.unexplained
    return explained < max(MIN_EXPLAINED, MIN_MOVED_PX / moved) * change


def _line(means: NDArray[np.float64], begin: int) -> Line:
    """Return a line of at most MAX_LENGTH values."""
    step = 1
    while len(means) > step * MAX_LENGTH:
        step *= 2
    values, begin = _joined(means, begin, step)
    return Line(
        step=step, begin=begin, values=np.round(values * UNITS).astype(np.uint16)
    )


def _joined(
    values: NDArray[np.float64], begin: int, count: int
) -> tuple[NDArray[np.float64], int]:
    """Return the mean of each group of values, on a grid that does not depend on the face's place."""
    skipped = -begin % count
    length = (len(values) - skipped) // count
    joined = values[skipped : skipped + length * count].reshape(length, count)
    return joined.mean(axis=1), (begin + skipped) // count


def _shift(one: Line, other: Line) -> _Shift | None:
    """Return how one line lies beside the other; None if they cannot be compared.

    A line that moved by d changes by d times its slope. This is fitted (least squares),
    together with a change of light and contrast, and once more without the values that
    fit worst.
    """
    # A face whose size hardly changes may cross the limit at which values are joined.
    step = max(one.step, other.step)
    (first, left), (second, right) = (
        _joined(line.values / UNITS, line.begin, step // line.step)
        for line in (one, other)
    )
    begin, end = max(left, right), min(left + len(first), right + len(second))
    if end - begin < MIN_LENGTH:
        return None
    first, second = (
        first[begin - left : end - left],
        second[begin - right : end - right],
    )
    middle = (first + second) / 2
    slope = np.gradient(middle)
    causes = np.stack((np.ones_like(middle), middle - middle.mean(), slope), axis=1)
    change = second - first
    _, errors = _fit(causes, change)
    trusted = np.abs(errors) <= np.quantile(np.abs(errors), _TRUSTED)
    causes, change = causes[trusted], change[trusted]
    fitted, errors = _fit(causes, change)
    _, unmoved = _fit(causes[:, :2], change)
    return _Shift(
        px=abs(float(fitted[2])) * step,
        unexplained=float(errors @ errors),
        change=float(unmoved @ unmoved),
    )


def _fit(
    causes: NDArray[np.float64], change: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how much of each cause fits the change best, and what is left of the change."""
    fitted = np.asarray(np.linalg.lstsq(causes, change)[0], dtype=np.float64)
    return fitted, change - causes @ fitted
