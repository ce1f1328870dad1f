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

from .orthogonal import random_orthogonal
from .template import Vector, as_template, as_templates

_FIRST_ROWS: Final = 64


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
        self._next_key = 0
        self._begin_epoch()

    def __len__(self) -> int:
        """Return the number of templates."""
        return len(self._row_of)

    def add(self, template: Vector) -> int:
        """Keep a template; return its key, which is never used again."""
        return self.add_all(np.asarray(template)[np.newaxis])[0]

    def add_all(self, templates: Vector) -> list[int]:
        """Keep the rows of (n, dimension); return a key for each."""
        units = as_templates(templates, self.dimension)
        first, size = len(self), len(self) + len(units)
        while size > len(self.rows):
            self._grow()
        np.einsum(
            "kj,ij->ki", units, self._epoch_transform(), out=self.rows[first:size]
        )
        units.fill(0)
        keys = list(range(self._next_key, self._next_key + len(units)))
        self._next_key += len(units)
        self._keys[first:size] = keys
        self._row_of.update(zip(keys, range(first, size), strict=True))
        return keys

    def refresh(self, key: int, template: Vector) -> None:
        """Move a template half way to another one of the same person."""
        row = self.rows[self._row_of[key]]
        hidden = self._protect(template)
        row += hidden
        hidden.fill(0)
        row /= np.float32(np.linalg.norm(row))

    def replace(self, key: int, template: Vector) -> None:
        """Keep another template under a key; raises KeyError if it is not there."""
        row = self.rows[self._row_of[key]]
        hidden = self._protect(template)
        row[:] = hidden
        hidden.fill(0)

    def template(self, key: int) -> Vector:
        """Return a template without its protection, which the caller overwrites."""
        row = self.rows[self._row_of[key]]
        if self._transform is None:
            raise KeyError(key)
        # The transform is orthogonal: its transpose is its inverse.
        plain: Vector = np.einsum("ij,i->j", self._transform, row)
        return plain

    def distances(self, probe: Vector) -> Vector:
        """Return the distance to every template, in the order of keys()."""
        hidden = self._protect(probe)
        # |g - p|² = 2 - 2 g·p for unit vectors: one product instead of a copy. By vecdot,
        # row by row: numpy's matrix product would hand it to threads.
        distances: Vector = np.vecdot(self.rows[: len(self)], hidden)
        hidden.fill(0)
        distances *= -2.0
        distances += 2.0
        np.maximum(distances, 0.0, out=distances)
        np.sqrt(distances, out=distances)
        return distances

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
        for array in (self.rows, self._keys):
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
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._transform: NDArray[np.float32] | None = None
        self.rows = np.zeros((_FIRST_ROWS, self.dimension), np.float32)
        self._keys = np.zeros(_FIRST_ROWS, np.int64)
        self._row_of: dict[int, int] = {}

    def _protect(self, template: Vector) -> Vector:
        """Return a template under this epoch's transform, and leave no copy of it."""
        unit = as_template(template, self.dimension)
        hidden: Vector = np.vecdot(self._epoch_transform(), unit)
        unit.fill(0)
        return hidden

    def _epoch_transform(self) -> NDArray[np.float32]:
        """Return this epoch's transform, drawn when it is first needed."""
        if self._transform is None:
            self._transform = random_orthogonal(self.dimension)
        return self._transform

    def _grow(self) -> None:
        old = self.rows
        self.rows = _doubled(old)
        old.fill(0)
        self._keys = _doubled(self._keys)
