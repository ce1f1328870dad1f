"""The templates in the window, and the search among them.

A template is kept only under a random orthogonal transform. Distances stay the same,
so the search works on what is kept; a copy of one epoch says nothing about another
(ISO/IEC 24745 calls it renewability and unlinkability). The transform comes from the
system's random source, is never seeded, and goes whenever the last template goes.
"""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .orthogonal import random_orthogonal
from .template import Vector, as_template, as_templates

_FIRST_ROWS: Final = 64


class Gallery:
    """Templates of one engine, searched by Euclidean distance of unit vectors.

    rows is all that is kept of the templates, float32 of shape (capacity, dimension):
    first the protected templates, then zeros.
    """

    def __init__(self, dimension: int) -> None:
        """Start empty, for templates of shape (dimension,)."""
        if dimension < 1:
            raise ValueError("dimension is not positive")
        self.dimension = dimension
        self._begin_epoch()

    def __len__(self) -> int:
        """Return the number of templates."""
        return len(self.names)

    def add(self, name: str, template: Vector) -> None:
        """Keep a visitor's template; raises ValueError if there is one already."""
        self.add_all([name], np.asarray(template)[np.newaxis])

    def add_all(self, names: Sequence[str], templates: Vector) -> None:
        """Keep templates of shape (n, dimension), as add does: all of them or none."""
        units = as_templates(templates, self.dimension)
        if len({*names}) != len(units) or not self._row_of.keys().isdisjoint(names):
            raise ValueError("not one template for each name, or one is there already")
        first, size = len(self), len(self) + len(units)
        while size > len(self.rows):
            self._grow()
        np.einsum(
            "kj,ij->ki", units, self._epoch_transform(), out=self.rows[first:size]
        )
        units.fill(0)
        self.names += names
        self._row_of.update(zip(names, range(first, size), strict=True))

    def refresh(self, name: str, template: Vector) -> None:
        """Move a template half way to another one of the same person."""
        row = self.rows[self._row_of[name]]
        hidden = self._protect(template)
        row += hidden
        hidden.fill(0)
        row /= np.float32(np.linalg.norm(row))

    def replace(self, name: str, template: Vector) -> None:
        """Replace the template of a name; raises KeyError if there is none."""
        row = self.rows[self._row_of[name]]
        hidden = self._protect(template)
        row[:] = hidden
        hidden.fill(0)

    def template(self, name: str) -> Vector:
        """Return a template without its protection; the caller overwrites it."""
        row = self.rows[self._row_of[name]]
        # The transform is orthogonal: its transpose is its inverse.
        plain: Vector = np.einsum("ij,i->j", self._epoch_transform(), row)
        return plain

    def distances(self, probe: Vector) -> Vector:
        """Return the distance to every template, in the order of names."""
        hidden = self._protect(probe)
        # |g - p|² = 2 - 2 g·p for unit vectors: one product instead of a copy. By vecdot,
        # row by row: numpy's matrix product would hand it to threads.
        hidden *= -2.0
        distances: Vector = np.vecdot(self.rows[: len(self)], hidden)
        hidden.fill(0)
        distances += 2.0
        np.maximum(distances, 0.0, out=distances)
        np.sqrt(distances, out=distances)
        return distances

    def remove(self, names: Collection[str]) -> None:
        """Overwrite and drop templates; raises KeyError for a name that is not there."""
        gone = {self._row_of[name] for name in names}
        size = len(self) - len(gone)
        if not size:
            self.clear()
            return
        # The rows stay one block: survivors from its end fill the holes.
        holes = sorted(row for row in gone if row < size)
        movers = [row for row in range(size, len(self)) if row not in gone]
        moved = self.rows[movers]
        self.rows[holes] = moved
        self.rows[size : len(self)] = moved[...] = 0
        for name in names:
            del self._row_of[name]
        for hole, mover in zip(holes, movers, strict=True):
            self.names[hole] = self.names[mover]
            self._row_of[self.names[hole]] = hole
        del self.names[size:]

    def clear(self) -> None:
        """Overwrite and drop everything, and begin a new epoch."""
        self.rows.fill(0)
        if self._transform is not None:
            self._transform.fill(0)
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._transform: NDArray[np.float32] | None = None
        self.rows = np.zeros((_FIRST_ROWS, self.dimension), np.float32)
        # In the order of the rows.
        self.names: list[str] = []
        self._row_of: dict[str, int] = {}

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
        self.rows = np.concatenate((old, np.zeros_like(old)))
        old.fill(0)
