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

from .crowd import DIRECTIONS, TOGETHER, Crowd
from .orthogonal import random_orthogonal
from .template import Vector, as_template

# numpy's BLAS hands a product of more than 9,216 numbers with a vector to threads
# (OpenBLAS, interface/gemv.c) and waits for them, on a busy machine a hundred times as
# long as the product takes. So it is given pieces that it works off at once.
_PIECE: Final = 8192


def _rows_in_piece(dimension: int) -> int:
    """Return how many rows of a matrix are a piece: a power of two."""
    return 1 << max(0, (_PIECE // dimension).bit_length() - 1)


def _product(matrix: NDArray[np.float32], vector: Vector) -> Vector:
    """Return matrix @ vector, for a matrix of whole pieces."""
    pieces = matrix.reshape(-1, _rows_in_piece(len(vector)), len(vector))
    product: Vector = (pieces @ vector).reshape(-1)
    return product


def _doubled[T: np.generic](array: NDArray[T]) -> NDArray[T]:
    """Return an array with as many zeros after it."""
    return np.concatenate((array, np.zeros_like(array)))


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

    def replace(self, key: int, template: Vector) -> None:
        """Keep another template under a key; raises KeyError if it is not there."""
        number = self._row_of[key]
        hidden = self._protect(template)
        self.rows[number] = hidden
        hidden.fill(0)
        self._measure(number, number + 1)

    def template(self, key: int) -> Vector:
        """Return a template without its protection, which the caller overwrites."""
        row = self.rows[self._row_of[key]]
        if self._transform is None:
            raise KeyError(key)
        # The transform is orthogonal: turned over it undoes itself.
        plain: Vector = np.einsum("ij,i->j", self._transform[: self.dimension], row)
        return plain

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
        relative, products = self._relative(hidden)
        hidden.fill(0)
        return self.crowd.scaled(relative, 2.0 - 2.0 * products)

    def learn(self) -> None:
        """Let the crowd learn from those who are new in the window, once they are enough.

        Who leaves before is not learnt from, so that nothing is kept of few people.
        """
        new = np.flatnonzero(~self._learnt[: len(self)])
        if len(new) < TOGETHER:
            return
        if self.crowd.visits:
            for row in new:
                distances, _ = self._relative(self.rows[row])
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
        for array in (self.rows, self._keys, self._shared, self._middles, self._learnt):
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
        # Their products with the crowd's mean and directions, a column each; and how far
        # from the crowd's middle each of them is.
        self._shared = np.zeros((self._piece, 1 + DIRECTIONS), np.float32, order="F")
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
        products = products[:, : last - first]
        self._shared[first:last] = products.T
        self._middles[first:last] = self.crowd.middle_distances(
            products[0], products[1:]
        )

    def _relative(self, hidden: Vector) -> tuple[Vector, Vector]:
        """Return squared distances in proportion to distances from the middle.

        And the plain products, which would take as long again if the templates had to
        be gone through once more.
        """
        weighed, off, middle, back = self.crowd.weighed(hidden)
        products = self._products(weighed)
        weighed.fill(0)
        size = len(self)
        relative = self.crowd.relative(
            products - np.float32(off), middle, self._middles[:size]
        )
        for column, factor in zip(self._shared.T, back, strict=True):
            products += np.float32(factor) * column[:size]
        return relative, products

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
        self.rows = _doubled(old)
        old.fill(0)
        self._keys = _doubled(self._keys)
        self._shared = np.asfortranarray(_doubled(self._shared))
        self._middles = _doubled(self._middles)
        self._learnt = _doubled(self._learnt)
