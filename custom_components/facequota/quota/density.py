"""Whether the visitors here are more alike than any measured crowd.

A wrong refusal cannot be seen, but its cause can: strangers who are nearer to each other
than the cohort's laws say. Density counts the strangers at distances that the laws expect
of one in a hundred to one in a thousand. Nearer ones are not counted: they may be the
visitor's own template of a missed visit, or somebody who comes again and again. When far
more are counted than expected, the threshold becomes stricter; with other people it moves
back. It is never looser than the cohort says.

nearer_here does the same for one visitor at one look, and stores nothing: if more
people in the window are near than chance explains, the laws do not hold for this face.
"""

import math
from typing import Final

import numpy as np

from .cohort import Impostors, deviate
from .template import Vector

# About so many of the last visitors count.
_MEMORY_VISITS: Final = 100.0
_KEEP: Final = 1 - 1 / _MEMORY_VISITS
_NEAR, _NEARER = 1e-2, 1e-3
_EXPECTED: Final = _NEAR - _NEARER
# A prior: as if so many visitors, as near as expected, had been counted already.
_ASSUMED_VISITS: Final = 10.0
# One visitor counts for at most this share, so that a single visitor does not decide.
_MAX_SHARE: Final = 0.25
# Up to this share of near strangers may be chance, or a family: the threshold stays.
_TOLERATED: Final = 0.02
# A smaller shift (in standard deviations) may be chance, and is not reported.
_WORTH_TELLING: Final = 0.4
# At these shares of strangers those in the window are counted for one visitor.
_SHARES: Final = (0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4)
# Not counted: a visitor's own template of a missed visit, and a relative's.
_FAMILY: Final = 2
# Standard deviations above the mean that chance exceeds once in twenty visitors.
_CHANCE: Final = 1.64


def nearer_here(impostors: Impostors, distances: Vector) -> float:
    """Return by how many standard deviations people here are nearer than the laws say.

    distances are those of one visitor to everybody. The least mean with which chance
    would bring as many near once in twenty visits is that of a Poisson variable, by
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
    """The mean share of near strangers among the last visitors; it identifies nobody."""

    def __init__(self) -> None:
        """Start without counted visitors."""
        self.visits = 0.0
        self.comparisons = 0.0
        self._sum = 0.0

    @property
    def is_known(self) -> bool:
        """Return whether enough visitors were counted to say anything."""
        return self.visits >= _ASSUMED_VISITS

    @property
    def seen(self) -> float:
        """Return by how many standard deviations strangers are nearer than the laws say."""
        return deviate(_NEAR) - deviate(self._share)

    @property
    def is_denser(self) -> bool:
        """Return whether people are nearer to each other than chance explains."""
        return self.shift > _WORTH_TELLING

    @property
    def shift(self) -> float:
        """Return by how many standard deviations the threshold is to be stricter."""
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
