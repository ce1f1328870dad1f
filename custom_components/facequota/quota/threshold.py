"""The threshold: the distance below which two templates are taken for one person.

It comes from three things: the manager's limit (the wanted FPIR), the number N of
templates in the window, and how near strangers come to this visitor's probe by the cohort
(cohort.py). Nothing has to be learnt for it, so it is the same for the first visitor and
after a restart. What was observed at this site (density.py) can only make it stricter.
docs/threshold.md has the figures and the limits of the method.
"""

from dataclasses import dataclass
import math
from typing import Final

from .cohort import Cohort, deviate, share_below
from .density import Density, nearer_here
from .gcra import finite
from .template import Vector

# `sure` is the threshold for a tenth of the limit, `doubt` the one for ten times the
# limit. Between `same` and `doubt` is the zone of doubt.
_STEP: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionThresholds:
    """The three thresholds for one probe: distances of unit vectors."""

    sure: float
    """Up to this distance it is surely the same person."""
    same: float
    """Up to this distance it is taken for the same person."""
    doubt: float
    """Up to this distance it may be the same person: paper is given."""
    is_certain: bool
    """False: the limit cannot be kept for this face, and nobody is recognised by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FpirEstimate:
    """How well the manager's limit is kept, for the sensors and the page."""

    fpir: float | None
    """New visitors now wrongly refused, as a share; None before enough was counted."""
    comparisons: int
    """Comparisons between visitors that were counted; old ones fade out."""
    visits: int
    """Visitors from whom the comparisons come."""
    is_denser: bool
    """People here come nearer to each other than measured: the threshold follows."""
    useful: bool
    """Returning visitors can be recognised at all under the limit."""


class Threshold:
    """Chooses the distance that keeps the manager's limit."""

    def __init__(self, *, cohort: Cohort, limit: float) -> None:
        """Start with the cohort alone.

        The limit is the wanted FPIR: the share of new visitors that may be taken for
        somebody else. Raises ValueError unless it is between 1e-9 and 0.5.
        """
        self._cohort = cohort
        self._density = Density()
        self.limit = limit

    @property
    def limit(self) -> float:
        """Return the wanted FPIR."""
        return self._limit

    @limit.setter
    def limit(self, limit: float) -> None:
        if not 1e-9 <= finite(limit, "limit") <= 0.5:
            raise ValueError("limit is not between 1e-9 and 0.5")
        self._limit = limit

    def distance(self, gallery_size: int) -> float:
        """Return the threshold for a typical visitor of the densest measured crowd."""
        return self._cohort.usually.distance(self._deviates(self._limit, gallery_size))

    def decide(self, probe: Vector, distances: Vector) -> DecisionThresholds:
        """Return the thresholds for this probe.

        distances are those from the probe to every template in the window. Raises
        ValueError for an invalid template.
        """
        impostors = self._cohort.impostors(probe)
        nearer = nearer_here(impostors, distances)
        # `doubt` stays as it was, so that a visitor who wants to be forgotten is found.
        sure, same, doubt = (
            impostors.distance(self._deviates(min(share, 0.5), len(distances)) + more)
            for share, more in (
                (self._limit / _STEP, nearer),
                (self._limit, nearer),
                (self._limit * _STEP, 0.0),
            )
        )
        return DecisionThresholds(
            sure=sure, same=same, doubt=doubt, is_certain=impostors.is_certain
        )

    def observe(self, probe: Vector, distances: Vector) -> None:
        """Count the distances of all others in the window to a visitor.

        Call it once for each visitor in the window, new or refused.
        """
        self._density.observe(self._cohort.impostors(probe), distances)

    def estimate(self, gallery_size: int) -> FpirEstimate:
        """Return how well the limit is kept with this many templates."""
        size = max(gallery_size, 1)
        fpir = None
        if self._density.is_known:
            used = self._deviates(self._limit, size) - self._density.seen
            fpir = -math.expm1(size * math.log1p(-share_below(used)))
        return FpirEstimate(
            fpir=fpir,
            comparisons=round(self._density.comparisons),
            visits=round(self._density.visits),
            is_denser=self._density.is_denser,
            useful=self.distance(size) >= self._cohort.useful_distance,
        )

    def _deviates(self, fpir: float, size: int) -> float:
        """Return how many standard deviations below the mean the threshold is for this FPIR.

        FPIR = 1 - (1 - FMR)^N, and in any case FPIR <= N * FMR.
        """
        share = -math.expm1(math.log1p(-fpir) / max(1, size))
        return deviate(share) + self._density.shift
