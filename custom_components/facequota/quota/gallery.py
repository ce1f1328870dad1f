"""The templates in the window, and the search among them.

A template is kept only under a random orthogonal transform. Distances stay the same,
so the search works on what is kept; a copy of one epoch says nothing about another
(ISO/IEC 24745 calls it renewability and unlinkability). The transform comes from the
system's random source, is never seeded, and goes whenever the last template goes.
"""

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .crowd import TOGETHER, Crowd
from .orthogonal import random_orthogonal

type Vector = NDArray[np.float32]

# numpy's BLAS hands a product of more than 9,216 numbers with a vector to threads
# (OpenBLAS, interface/gemv.c) and waits for them, on a busy machine a hundred times as
# long as the product takes. So it is given pieces that it works off at once.
_PIECE: Final = 8192
# Engines give templates of length 1 or little more. Outside of these bounds float32
# would lose or overflow the squares that lengths are made of.
_LENGTHS: Final = (1e-3, 1e3)


def as_template(values: Vector, dimension: int) -> Vector:
    """Return the values as float32 of shape (dimension,), brought to length 1.

    The direction is what tells people apart: on it alone both engines do so better,
    and the length, which no rotation hides, would link one epoch with another. Raises
    ValueError for another shape, a NaN, an infinity or a length that no engine gives.
    """
    template = np.asarray(values, dtype=np.float32)
    if template.shape != (dimension,):
        raise ValueError("template has another shape than the gallery")
    # Also false for a NaN.
    if not (template.max() <= _LENGTHS[1] and template.min() >= -_LENGTHS[1]):
        raise ValueError("template is not finite or too long")
    length = float(np.linalg.norm(template))
    if length < _LENGTHS[0]:
        raise ValueError("template has no direction")
    unit: Vector = template / np.float32(length)
    return unit


def _rows_in_piece(dimension: int) -> int:
    """Return how many rows of a matrix are a piece: a power of two."""
    return 1 << max(0, (_PIECE // dimension).bit_length() - 1)


def _product(matrix: NDArray[np.float32], vector: Vector) -> Vector:
    """Return matrix @ vector, for a matrix of whole pieces."""
    pieces = matrix.reshape(-1, _rows_in_piece(len(vector)), len(vector))
    product: Vector = (pieces @ vector).reshape(-1)
    return product


class Gallery:
    """Templates of one engine, searched by Euclidean distance of unit vectors.

    rows is all that is kept of them, float32 of shape (capacity, dimension): the
    protected templates first, zeros after them.
    """

    def __init__(self, dimension: int) -> None:
        """Start empty, for templates of shape (dimension,)."""
        if dimension < 1:
            raise ValueError("dimension is not positive")
        self.dimension = dimension
        self._piece = _rows_in_piece(dimension)
        self._next_key = 0
        self._begin_epoch()

    def __len__(self) -> int:
        """Return the number of templates."""
        return len(self._row_of)

    def add(self, template: Vector) -> int:
        """Keep a template; return its key, which is never used again."""
        hidden = self._protect(template)
        row = len(self)
        if row == len(self.rows):
            self._grow()
        key = self._next_key
        self._next_key += 1
        self.rows[row] = hidden
        hidden.fill(0)
        self._measure(row, row + 1)
        self._keys[row] = key
        self._row_of[key] = row
        return key

    def refresh(self, key: int, template: Vector) -> None:
        """Move a template half way to another one of the same person."""
        number = self._row_of[key]
        row = self.rows[number]
        hidden = self._protect(template)
        row += hidden
        hidden.fill(0)
        row /= np.float32(np.linalg.norm(row))
        self._measure(number, number + 1)

    def distances(self, probe: Vector) -> Vector:
        """Return the distance to every template, in the order of keys()."""
        hidden = self._protect(probe)
        # |g - p|² = 2 - 2 g·p for unit vectors: one product instead of a copy.
        cosines = self._products(hidden)
        hidden.fill(0)
        distances: Vector = np.sqrt(np.maximum(2.0 - 2.0 * cosines, 0.0))
        return distances

    def relative(self, probe: Vector) -> Vector | None:
        """Return how near every template is for this crowd; strangers are mostly at 1.

        These are squares of distances. None before enough people came in this epoch.
        """
        if not self.crowd.is_known:
            return None
        hidden = self._protect(probe)
        squares = 2.0 - 2.0 * self._products(hidden)
        relative = self.crowd.scaled(self._relative(hidden), squares)
        hidden.fill(0)
        return relative

    def learn(self) -> None:
        """Let the crowd learn from those who are new in the window, once they are enough.

        Who leaves before is not learnt from, so that nothing is kept of few people.
        """
        new = np.flatnonzero(~self._learnt[: len(self)])
        if len(new) < TOGETHER:
            return
        if self.crowd.visits:
            for row in new:
                distances = self._relative(self.rows[row])
                self.crowd.observe_distances(np.delete(distances, row))
        for row in new:
            self.crowd.observe(self.rows[row])
        self._learnt[new] = True
        self._measure(0, len(self))

    def keys(self) -> NDArray[np.int64]:
        """Return the templates' keys."""
        return self._keys[: len(self)].copy()

    def remove(self, keys: Collection[int]) -> None:
        """Overwrite and drop templates; raises KeyError for a key that is not there."""
        gone = np.array([self._row_of[key] for key in keys], dtype=np.intp)
        for key in keys:
            del self._row_of[key]
        if not self._row_of:
            self.clear()
            return
        size, before = len(self), len(self) + len(gone)
        # The rows stay one block: survivors from its end fill the holes.
        stays = np.ones(before, dtype=np.bool_)
        stays[gone] = False
        holes = np.flatnonzero(~stays[:size])
        movers = size + np.flatnonzero(stays[size:])
        for array in (self.rows, self._keys, self._middles, self._learnt):
            moved = array[movers]
            array[holes] = moved
            array[size:before] = moved[...] = 0
        for row in holes:
            self._row_of[int(self._keys[row])] = int(row)

    def clear(self) -> None:
        """Overwrite and drop everything, and begin a new epoch."""
        self.rows.fill(0)
        if self._transform is not None:
            self._transform.fill(0)
        self.crowd.clear()
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._transform: NDArray[np.float32] | None = None
        self.rows = np.zeros((self._piece, self.dimension), np.float32)
        self._keys = np.zeros(self._piece, np.int64)
        self._row_of: dict[int, int] = {}
        self.crowd = Crowd(self.dimension)
        # How far from the crowd's middle each of them is.
        self._middles = np.zeros(self._piece, np.float32)
        # Whether the crowd has learnt from them.
        self._learnt = np.zeros(self._piece, np.bool_)

    def _products(self, vector: Vector) -> Vector:
        """Return the product of every template with a vector."""
        return _product(self.rows[: self._whole_pieces(len(self))], vector)[: len(self)]

    def _measure(self, first: int, last: int) -> None:
        """Measure templates' distances from the middle of the crowd."""
        if not self.crowd.visits or first == last:
            return
        vectors = np.vstack((self.crowd.mean, self.crowd.directions))
        rows = self.rows[first : self._whole_pieces(last - first) + first]
        vectors = vectors.astype(np.float32)
        if last - first == 1:
            products = np.einsum("ij,j->i", vectors, rows[0])[:, None]
        else:
            products = np.stack([_product(rows, vector) for vector in vectors])
        cosines, *parts = products[:, : last - first]
        self._middles[first:last] = self.crowd.middle_distances(
            cosines, np.stack(parts)
        )

    def _relative(self, hidden: Vector) -> Vector:
        """Return squared distances in proportion to distances from the middle."""
        weighed, off, middle = self.crowd.weighed(hidden)
        products = self._products(weighed) - np.float32(off)
        weighed.fill(0)
        return self.crowd.relative(products, middle, self._middles[: len(self)])

    def _whole_pieces(self, rows: int) -> int:
        return -(-rows // self._piece) * self._piece

    def _protect(self, template: Vector) -> Vector:
        """Return a template under this epoch's transform, and leave no copy of it."""
        unit = as_template(template, self.dimension)
        if self._transform is None:
            rows = self._whole_pieces(self.dimension)
            self._transform = np.zeros((rows, self.dimension), np.float32)
            drawn = random_orthogonal(self.dimension)
            self._transform[: self.dimension] = drawn
            drawn.fill(0)
        hidden = _product(self._transform, unit)[: self.dimension]
        unit.fill(0)
        return hidden

    def _grow(self) -> None:
        old = self.rows
        self.rows = np.concatenate((old, np.zeros_like(old)))
        old.fill(0)
        self._keys = np.concatenate((self._keys, np.zeros_like(self._keys)))
        self._middles = np.concatenate((self._middles, np.zeros_like(self._middles)))
        self._learnt = np.concatenate((self._learnt, np.zeros_like(self._learnt)))
