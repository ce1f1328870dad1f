"""What a crowd has in common, so that people are compared by what sets them apart.

Faces of one population lie near to each other for an engine that has seen few of them.
What they share is their mean vector and the few directions in which the site's visitors
differ most: one population from another, one light from another. Without the former and
with little of the latter, strangers of every crowd measured come equally near to each
other, relative to how near they usually come. docs/threshold.md has the figures.

All of it is in the space of the gallery's epoch and goes with it. It is no template of
anybody: sums over everybody who came, never of fewer than eight people, and not used
before eighty.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .template import Vector

type Sum = NDArray[np.float64]

# So many people are learnt from together, while all of them are in the window: what
# outlives a face is made of no fewer.
TOGETHER: Final = 8
# A crowd is remembered for about this many new visitors.
_MEMORY_VISITS: Final = 250.0
_KEEP: Final = 1 - 1 / _MEMORY_VISITS
# A mean of fewer people would still be much like each of them.
_FIRST_VISITS: Final = 80.0
# From how many on distances are averaged; before, the mean is nearly the visitor.
_FIRST_DISTANCES: Final = 10.0
# With fewer templates than this a visitor's distances say nothing about a crowd.
_SMALLEST: Final = 6
DIRECTIONS: Final = 3
# What is left of a difference in those directions.
_LEFT: Final = 0.3
# Faces near to the middle of the crowd are told apart by less. Distances count in
# proportion to the two people's distances from the middle, to the power 3/8 each.
# No crowd's usual distance is above this, whatever somebody holds before the camera.
_SPARSEST: Final = 1.35
# Whoever is far from the middle seems near to others in proportion to that. So nobody is
# taken to be nearer than their own distance says, squared, in proportion to what
# strangers of the sparsest crowd measured have between them.
_SPARSEST_SQUARE: Final = 0.3
# Nobody is nearer to the middle, so that nothing is divided by nothing.
_NEAREST: Final = 1e-4


class Crowd:
    """The mean of the visitors, their main directions, and their usual distance.

    mean: float64 of shape (dimension,). directions: float64 of shape (3, dimension),
    orthonormal as far as they are known, else zeros.
    """

    def __init__(self, dimension: int) -> None:
        """Start with nobody."""
        self.visits = 0.0
        self.mean: Sum = np.zeros(dimension)
        self.directions: Sum = np.zeros((DIRECTIONS, dimension))
        self._sums: Sum = np.zeros((DIRECTIONS, dimension))
        self._usual = 0.0
        self._averaged = 0.0

    @property
    def is_known(self) -> bool:
        """Return whether enough people came to compare them by this."""
        return self.visits >= _FIRST_VISITS and self._averaged >= _FIRST_DISTANCES

    def observe_distances(self, distances: Vector) -> None:
        """Learn what is usual from a new visitor's distances() to all others."""
        if self.visits < _FIRST_DISTANCES or len(distances) < _SMALLEST:
            return
        self._averaged = self._averaged * _KEEP + 1
        # The nearest may be the visitor's own template of an unrecognised visit.
        usual = (distances.sum() - distances.min()) / (len(distances) - 1)
        self._usual += (float(usual) - self._usual) / self._averaged

    def observe(self, template: Vector) -> None:
        """Learn from a new visitor, with others: see TOGETHER.

        The directions are those of an incremental principal component analysis that
        forgets (Weng, Zhang and Hwang, 2003): a sum for each, of every visitor's
        difference from the mean in proportion to its own part in that direction. No
        covariance is kept, nor anybody's template.
        """
        self.visits = self.visits * _KEEP + 1
        self.mean += (template - self.mean) / self.visits
        rest = template - self.mean
        for number, direction in enumerate(self.directions):
            part = float(direction @ rest) if direction.any() else 1.0
            self._sums[number] *= _KEEP
            self._sums[number] += part * rest
            known = self.directions[:number]
            own = self._sums[number] - (known @ self._sums[number]) @ known
            length = float(np.sqrt(own @ own))
            direction[:] = own / length if length > 1e-9 else 0.0
            rest -= (direction @ rest) * direction
        rest.fill(0)

    def middle_distances(self, cosines: Sum, parts: Sum) -> Vector:
        """Return the squared distances of unit vectors from the middle of the crowd.

        cosines are their products with the mean, shape (n,); parts those with the
        directions, shape (3, n). What lies in a direction counts for less.
        """
        whole = 1.0 - 2.0 * cosines + self.mean @ self.mean
        along = parts - (self.directions @ self.mean)[:, None]
        squares = whole - (1 - _LEFT**2) * (along**2).sum(axis=0)
        distances: Vector = np.maximum(squares, _NEAREST).astype(np.float32)
        return distances

    def weighed(self, template: Vector) -> tuple[Vector, float, float, Sum]:
        """Return what to multiply unit vectors with, and what to take off the product.

        That gives the product of two differences from the mean, weighed by direction.
        Also returns the template's own distance from the middle, squared; and by what
        the unit vectors' products with mean and directions, added to the product, make
        it that of the template itself, float64 of shape (4,).
        """
        rest = template - self.mean
        along = (1 - _LEFT**2) * (self.directions @ rest)
        weighed = rest - along @ self.directions
        middle = max(float(weighed @ rest), _NEAREST)
        vector, off = weighed.astype(np.float32), float(weighed @ self.mean)
        rest.fill(0)
        weighed.fill(0)
        return vector, off, middle, np.concatenate(((1.0,), along))

    def relative(self, products: Vector, middle: float, middles: Vector) -> Vector:
        """Return squared distances in proportion to the two middle_distances()."""
        squares = np.maximum(middle + middles - 2 * products, 0.0)
        # To the power 3/8 by square roots, which take a tenth of a power's time.
        quarter = np.sqrt(np.sqrt(middle * middles))
        relative: Vector = squares / (quarter * np.sqrt(quarter))
        return relative

    def scaled(self, relative: Vector, squares: Vector) -> Vector:
        """Return relative() in proportion to what usual strangers have between them.

        squares are the squared distances of unit vectors, which set a lower bound.
        """
        usual = np.float32(min(self._usual, _SPARSEST))
        scaled: Vector = np.maximum(
            relative / usual, squares / np.float32(_SPARSEST_SQUARE)
        )
        return scaled

    def clear(self) -> None:
        """Overwrite everything."""
        for array in (self.mean, self.directions, self._sums):
            array.fill(0)
