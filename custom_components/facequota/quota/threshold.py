"""The distance below which two templates are one person.

With N templates in the window a stranger has N chances to be taken for somebody, and
some people look more like others than most do. So the threshold comes from what the
manager allows (a new visitor wrongly refused at most once in so many), from N and from
how near strangers come to this very visitor, which the cohort knows beforehand. Nothing
has to be learnt for it: it is the same for the first visitor and after a restart. How
well that works, and where it does not, is in docs/threshold.md.
"""

from dataclasses import dataclass
import math
from typing import Final

from .cohort import Cohort, deviate, share_below
from .density import Density, nearer_here
from .gcra import finite
from .template import Vector

# What is sure, and what is doubtful: where a tenth, or ten times as many, would be wrong.
_STEP: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionThresholds:
    """How near a template has to be to one probe."""

    sure: float
    """Up to this distance there is no doubt that it is the same person."""
    same: float
    """Up to this distance it is taken for the same person."""
    doubt: float
    """Up to this distance it might be."""
    is_certain: bool
    """False: the limit cannot be kept for this face, which is taken for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FpirEstimate:
    """What the manager can be told about the limit."""

    fpir: float | None
    """New visitors now wrongly refused, as a share; None before enough was counted."""
    comparisons: int
    """Comparisons between people that were counted, the last ones only."""
    visits: int
    """Visitors that they come from."""
    is_denser: bool
    """People here come nearer to each other than measured: the threshold follows."""
    useful: bool
    """Returning visitors can be recognised at all under the limit."""


class Threshold:
    """Chooses the distance that keeps the manager's limit."""

    def __init__(self, *, cohort: Cohort, limit: float) -> None:
        """Start with what is known before anybody came.

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
        """Return the distance for a usual visitor of the densest crowd measured."""
        return self._cohort.usually.distance(self._deviates(self._limit, gallery_size))

    def decide(self, probe: Vector, distances: Vector) -> DecisionThresholds:
        """Return how near a template has to be to this probe.

        distances are those to everybody in the window. Raises ValueError for what is no
        template.
        """
        impostors = self._cohort.impostors(probe)
        nearer = nearer_here(impostors, distances)
        # What might be the same stays as it was: who wants to be forgotten is found.
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
        """Count how near everybody in the window is to a visitor.

        Call it once for each visitor in the window, be they new or refused.
        """
        self._density.observe(self._cohort.impostors(probe), distances)

    def estimate(self, gallery_size: int) -> FpirEstimate:
        """Return what the manager can be told with so many templates."""
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
        """Return how far below the mean a template may be for this FPIR.

        FPIR = 1 - (1 - FMR)^N, and in any case FPIR <= N * FMR.
        """
        share = -math.expm1(math.log1p(-fpir) / max(1, size))
        return deviate(share) + self._density.shift
