"""Whether the people who come are nearer to each other than any crowd that was measured.

A wrong refusal cannot be seen, but what leads to it can: strangers who come nearer to
each other than the cohort's laws say. Counted are those of whom one in a hundred to one
in a thousand is expected. Nearer ones are not: there a visitor's own template of a
missed visit would be, and whoever comes back again and again would count as a crowd.
When far more are seen than were expected, the threshold moves by as much as they say,
which can only make it stricter; with other people it moves back.

The same is asked of everybody in the window for one visitor alone, at once and with
nothing kept: where more of them are near than chance explains, no law holds for this face.
"""

import math
from typing import Final

import numpy as np

from .cohort import Impostors, deviate
from .template import Vector

# The last visitors count, about so many.
_MEMORY_VISITS: Final = 100.0
_KEEP: Final = 1 - 1 / _MEMORY_VISITS
_NEAR, _NEARER = 1e-2, 1e-3
_EXPECTED: Final = _NEAR - _NEARER
# As if so many had come already of whom as many are near as expected.
_ASSUMED_VISITS: Final = 10.0
# Nobody says more than this, so that one visitor is no crowd.
_MAX_SHARE: Final = 0.25
# What may be chance, or a family: as many near strangers as this are no reason to move.
_TOLERATED: Final = 0.02
# A smaller shift, in spreads, may be chance, and is not worth telling anybody.
_WORTH_TELLING: Final = 0.4
# At these shares of strangers those in the window are counted for one visitor.
_SHARES: Final = (0.3, 0.1, 0.03, 0.01)
# Not counted: a visitor's own template of a missed visit, and a sister's.
_FAMILY: Final = 2
# As many spreads above the mean lies what chance does to one visitor in a hundred.
_CHANCE: Final = 2.33


def nearer_here(impostors: Impostors, distances: Vector) -> float:
    """Return by how many spreads people in the window are nearer than the laws say.

    distances are those of one visitor to everybody. The least mean with which chance
    would bring as many near once in a hundred visits is that of a Poisson variable, by
    the approximation of Wilson and Hilferty (see cohort.py).
    """
    nearer = 0.0
    for share in _SHARES:
        near = impostors.distance(deviate(share))
        count = int(np.count_nonzero(distances <= near)) - _FAMILY
        if count <= share * len(distances):
            continue
        root = 1 - 1 / (9 * count) - _CHANCE / (3 * math.sqrt(count))
        least = count * max(0.0, root) ** 3 / len(distances)
        if least > share:
            nearer = max(nearer, deviate(share) - deviate(least))
    return nearer


class Density:
    """A mean of the last visitors' shares of near strangers: one number, nobody's."""

    def __init__(self) -> None:
        """Start with nobody counted."""
        self.visits = 0.0
        self.comparisons = 0.0
        self._sum = 0.0

    @property
    def is_known(self) -> bool:
        """Return whether enough visitors were counted to say anything."""
        return self.visits >= _ASSUMED_VISITS

    @property
    def seen(self) -> float:
        """Return by how many spreads strangers come nearer than the laws say."""
        return deviate(_NEAR) - deviate(self._share)

    @property
    def is_denser(self) -> bool:
        """Return whether people come nearer to each other than by chance."""
        return self.shift > _WORTH_TELLING

    @property
    def shift(self) -> float:
        """Return by how many spreads the threshold is to be stricter."""
        return max(0.0, deviate(_TOLERATED) - deviate(self._share))

    def observe(self, impostors: Impostors, distances: Vector) -> None:
        """Count a visitor's distances to everybody in the window."""
        size = len(distances)
        if not size or not impostors.is_certain:
            return
        near, nearer = (
            impostors.distance(deviate(share)) for share in (_NEAR, _NEARER)
        )
        count = int(np.count_nonzero((distances <= near) & (distances > nearer)))
        self.visits = self.visits * _KEEP + 1
        self.comparisons = self.comparisons * _KEEP + size
        self._sum = self._sum * _KEEP + min(_MAX_SHARE, count / size)

    @property
    def _share(self) -> float:
        """Return the share of strangers within the nearer one of the two distances."""
        near = (self._sum + _ASSUMED_VISITS * _EXPECTED) / (
            self.visits + _ASSUMED_VISITS
        )
        return near * _NEAR / _EXPECTED
