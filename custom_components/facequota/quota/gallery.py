"""The templates in the window, and the search among them.

A template is kept only under a random orthogonal transform. Distances stay the same,
so the search works on what is kept; a copy of one epoch says nothing about another
(ISO/IEC 24745 calls it renewability and unlinkability). The transform comes from the
system's random source, is never seeded, and goes whenever the last template goes.
"""

from collections.abc import Collection
import os
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float32]

_FIRST_CAPACITY: Final = 16
# Engines give templates of length 1 or little more; beyond this, float32 would lose or
# overflow the squares that distances are made of.
_LONGEST: Final = 1e3


def as_template(values: Vector, dimension: int) -> Vector:
    """Return the values as float32 of shape (dimension,).

    Raises ValueError for another shape, a NaN, an infinity or a length that no engine
    gives.
    """
    template = np.asarray(values, dtype=np.float32)
    if template.shape != (dimension,):
        raise ValueError("template has another shape than the gallery")
    # Also false for a NaN.
    if not np.abs(template).max() <= _LONGEST:
        raise ValueError("template is not finite or too long")
    return template


def _random_orthogonal(dimension: int) -> NDArray[np.float32]:
    """Return an orthogonal matrix drawn evenly from all there are (Haar measure).

    QR of a Gaussian matrix; the signs of R's diagonal have to be taken out, or the
    draw is not even (Mezzadri, "How to generate random matrices from the classical
    compact groups", 2007). The Gaussians are Box and Muller's, from system randomness.
    """
    count = dimension * dimension
    raw = np.frombuffer(os.urandom(16 * count), dtype=np.uint64).reshape(2, count)
    # The upper 53 bits, moved off zero: uniform in (0, 1].
    uniform = ((raw >> np.uint64(11)).astype(np.float64) + 1.0) * 2.0**-53
    gaussian = np.sqrt(-2.0 * np.log(uniform[0])) * np.cos(2.0 * np.pi * uniform[1])
    q, r = np.linalg.qr(gaussian.reshape(dimension, dimension))
    transform: NDArray[np.float32] = (q * np.sign(np.diagonal(r))).astype(np.float32)
    return transform


class Gallery:
    """Templates of one engine, searched by Euclidean distance.

    rows is all that is kept of them, float32 of shape (capacity, dimension): the
    protected templates first, zeros after them.
    """

    def __init__(self, dimension: int) -> None:
        """Start empty, for templates of shape (dimension,)."""
        if dimension < 1:
            raise ValueError("dimension is not positive")
        self.dimension = dimension
        self._next_key = 0
        self._begin_epoch()

    def __len__(self) -> int:
        """Return the number of templates."""
        return len(self._row_of)

    def add(self, template: Vector) -> int:
        """Keep a template; return its key, which is never used again."""
        values = as_template(template, self.dimension)
        row = len(self)
        if row == len(self.rows):
            self._grow()
        key = self._next_key
        self._next_key += 1
        self._write(row, self._protect(values))
        self._keys[row] = key
        self._row_of[key] = row
        return key

    def distances(self, probe: Vector) -> Vector:
        """Return the distance to every template, in the order of keys()."""
        values = as_template(probe, self.dimension)
        size = len(self)
        if size == 0:
            return np.empty(0, np.float32)
        hidden = self._protect(values)
        # |g - p|² = |g|² + |p|² - 2 g·p: one matrix product instead of a copy.
        squares = self.rows[:size] @ hidden
        squares *= -2.0
        squares += self._squares[:size]
        squares += hidden @ hidden
        distances: Vector = np.sqrt(np.maximum(squares, 0.0))
        return distances

    def keys(self) -> NDArray[np.int64]:
        """Return the templates' keys."""
        return self._keys[: len(self)].copy()

    def nearest(self, probe: Vector) -> tuple[int, float] | None:
        """Return key and distance of the nearest template; None when empty."""
        distances = self.distances(probe)
        if not distances.size:
            return None
        row = int(distances.argmin())
        return int(self._keys[row]), float(distances[row])

    def remove(self, keys: Collection[int]) -> None:
        """Overwrite and drop templates; raises KeyError for a key that is not there."""
        gone = np.array([self._row_of.pop(key) for key in keys], dtype=np.intp)
        if not self._row_of:
            self.clear()
            return
        size, before = len(self), len(self) + len(gone)
        # The rows stay one block: survivors from its end fill the holes.
        stays = np.ones(before, dtype=np.bool_)
        stays[gone] = False
        holes = np.flatnonzero(~stays[:size])
        movers = size + np.flatnonzero(stays[size:])
        for array in (self.rows, self._squares, self._keys):
            array[holes] = array[movers]
            array[size:before] = 0
        for row in holes:
            self._row_of[int(self._keys[row])] = int(row)

    def clear(self) -> None:
        """Overwrite and drop everything, and begin a new epoch."""
        self.rows.fill(0)
        self._squares.fill(0)
        if self._transform is not None:
            self._transform.fill(0)
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._transform: NDArray[np.float32] | None = None
        self.rows = np.zeros((_FIRST_CAPACITY, self.dimension), np.float32)
        self._squares = np.zeros(_FIRST_CAPACITY, np.float32)
        self._keys = np.zeros(_FIRST_CAPACITY, np.int64)
        self._row_of: dict[int, int] = {}

    def _protect(self, values: Vector) -> Vector:
        """Return the values under this epoch's transform."""
        if self._transform is None:
            self._transform = _random_orthogonal(self.dimension)
        return self._transform @ values

    def _write(self, row: int, hidden: Vector) -> None:
        self.rows[row] = hidden
        self._squares[row] = hidden @ hidden

    def _grow(self) -> None:
        old = self.rows
        self.rows = np.concatenate((old, np.zeros_like(old)))
        old.fill(0)
        self._squares = np.concatenate((self._squares, np.zeros_like(self._squares)))
        self._keys = np.concatenate((self._keys, np.zeros_like(self._keys)))
