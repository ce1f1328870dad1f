"""Digests of a face's pixels: they detect a frozen camera whose picture has a running clock.

Templates do not show it surely: a clock near a face moves the points that the network
finds, and so the template of a frozen picture, by up to 0.28, as far as that of a
living one. Pixels show it: no square of a living person comes twice, because a sensor's
noise changes each of them.
"""

from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .engine import Face

SIDE: Final = 8
"""Pixels of a square: a block of JPEG."""

MAX_SQUARES: Final = 64

MIN_SAME_SHARE: Final = 0.5
"""Of a frozen picture 80 % of the squares or more come again (which are a face's moves
a little with its points), of a living person none (docs/cameras.md)."""


def squares(picture: NDArray[np.uint8], face: Face) -> frozenset[int]:
    """Return digests (32 bits) of squares between the points of a face, MAX_SQUARES at most.

    `picture` is RGB with shape (height, width, 3). The squares lie on a grid of the
    picture; for a large face every second or every fourth one is used, and these are
    among those of a slightly smaller face. A square of a single colour is left out: an
    overexposed cheek is white each time.
    """
    first = np.maximum(np.ceil(face.points.min(axis=0) / SIDE), 0).astype(int)
    last = np.minimum(face.points.max(axis=0), picture.shape[1::-1]).astype(int) // SIDE
    step = 1
    while np.prod(np.maximum(last - first, 0) // step + 1) > MAX_SQUARES:
        step *= 2
    columns, rows = (
        range(-(-low // step) * step, high, step)
        for low, high in zip(first, last, strict=True)
    )
    digests = set()
    for row in rows:
        for column in columns:
            top, left = row * SIDE, column * SIDE
            square = picture[top : top + SIDE, left : left + SIDE]
            if np.ptp(square):
                place = bytes((row % 256, column % 256))
                digest = blake2b(square.tobytes(), digest_size=4, salt=place).digest()
                digests.add(int.from_bytes(digest))
    return frozenset(digests)


def is_same(one: frozenset[int], other: frozenset[int]) -> bool:
    """Return if two pictures show the same face in the same pixels."""
    most = min(len(one), len(other))
    return bool(most) and len(one & other) >= MIN_SAME_SHARE * most
