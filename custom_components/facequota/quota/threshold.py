"""The distance below which two templates are one person.

With N templates in the window a stranger has N chances to be taken for somebody, and in
some crowds people look more alike than in others. So the threshold comes from what the
manager allows (a new visitor wrongly refused at most once in so many), from N, from the
site's own distances and from how near this visitor lies to people in general. How well
that works, and where it does not, is in docs/threshold.md.
"""

from dataclasses import dataclass
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .gcra import finite
from .impostors import (
    MEMORY_VISITS,
    RECENT_VISITS,
    SMALLEST_CROWD,
    Impostors,
    expected_nearness,
)
from .priors import EnginePrior, Normal

# A fit to fewer visitors may make the threshold stricter, but not looser.
_TRUSTED_VISITS: Final = 50.0
# How much of a visitor's nearness to people in general is taken off, and at how many
# templates half of that: with few, the nearest ones say little about the rest.
_NEARNESS: Final = 0.6
_HALF_NEARNESS: Final = 10
# The second to fourth nearest say how near somebody is to people in general. Not the
# nearest: that is the one in question.
_NEIGHBOURS: Final = slice(1, 4)
# Nobody is equally far from everybody. Whoever seems so, in spreads of a crowd, is no
# visitor to learn from: a camera that hangs, a wall of one face, somebody feeding us.
_LEAST_VARIETY: Final = 0.25
# How far the law of relative distances is kept away from when few visitors made the
# crowd, times their number. Nothing when they are as many as are remembered.
_FEW: Final = 5.0
# Of relative distances the fourth to seventh nearest say whether a visitor is nearer to
# people than this crowd's are. Not the first three: whoever was missed before is here
# several times. Less than _USUAL says nothing.
_FURTHER: Final = (4, 7)
_USUAL: Final = 0.05
# Where the low end of a crowd's relative distances lies says how far down the law goes:
# by this power of the proportion to where it usually lies.
_LOW_END: Final = 0.05
_LOW_POWER: Final = 2
# What is sure, and what is doubtful: where a tenth, or ten times as many, would be wrong.
_STEP: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How near a template has to be to one probe."""

    sure: float
    """Up to this distance there is no doubt that it is the same person."""
    same: float
    """Up to this distance it is taken for the same person."""
    doubt: float
    """Up to this distance it might be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the manager can be told about the limit."""

    fpir: float | None
    """New visitors now wrongly refused, as a share; None before it is learnt."""
    comparisons: int
    """Comparisons between people that this is based on."""
    visits: int
    """New visitors that they come from."""
    useful: bool
    """Returning visitors can be recognised at all under the limit."""


class Threshold:
    """Chooses the distance that keeps the manager's limit."""

    def __init__(self, *, prior: EnginePrior, limit: float) -> None:
        """Start with what is known before anybody came.

        The limit is the wanted FPIR: the share of new visitors that may be taken for
        somebody else. Raises ValueError unless it is between 1e-9 and 0.5.
        """
        self._prior = prior
        self._impostors = Impostors(prior, MEMORY_VISITS)
        # Makes it stricter while people come who look more alike than those before.
        self._recent = Impostors(prior, RECENT_VISITS)
        # For distances relative to a crowd, of engines that are better for it.
        self.among = (
            None if prior.among is None else Threshold(prior=prior.among, limit=limit)
        )
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
        if self.among is not None:
            self.among.limit = limit

    def distance(self, gallery_size: int) -> float:
        """Return the distance for somebody who is as near to people as most are."""
        return self._prior.distance(self._score(self._limit, gallery_size))

    def reach(self, distances: NDArray[np.float32]) -> Reach:
        """Return how near a template has to be, given the probe's distances to all."""
        size = len(distances)
        nearness = None
        if size >= SMALLEST_CROWD:
            nearest = np.partition(distances, _NEIGHBOURS.stop)[: _NEIGHBOURS.stop]
            nearness = _nearness(np.sort(self._prior.score(nearest)))
        return self._reach(size, nearness)

    def reach_among(self, relative: NDArray[np.float32], visits: float) -> Reach:
        """Return the same for distances relative to a crowd that so many came of.

        Their law was the same in every crowd measured, but for how low it goes: what is
        learnt of that can only make it stricter. It is kept away from while few made
        the crowd, and from visitors who are nearer to all than the crowd's people:
        others may be about to come.
        """
        size = len(relative)
        off = _FEW * (1 / visits - 1 / MEMORY_VISITS)
        first, last = _FURTHER
        if size > last:
            near = np.sort(np.partition(relative, last)[:last])[first - 1 :].mean()
            law = self._prior.crowd
            usual = law.mean + law.spread * expected_nearness(size, first, last)
            weight = size / (size + _HALF_NEARNESS)
            off += weight * max(0.0, usual - _USUAL - float(near))
        return self._reach(size, None, off)

    def _reach(self, size: int, nearness: float | None, off: float = 0.0) -> Reach:
        sure, same, doubt = (
            self._prior.distance(self._score(min(share, 0.5), size, nearness) - off)
            for share in (self._limit / _STEP, self._limit, self._limit * _STEP)
        )
        return Reach(sure=sure, same=same, doubt=doubt)

    def observe(self, distances: NDArray[np.float32]) -> None:
        """Learn from a new visitor's distances to everybody in the window."""
        size = len(distances)
        if size < SMALLEST_CROWD:
            return
        if not np.isfinite(distances).all():
            raise ValueError("distances are not finite")
        scores = self._prior.score(distances)
        if scores.std() < _LEAST_VARIETY * self._prior.crowd.spread:
            return
        scores.partition(_NEIGHBOURS.stop)
        first = slice(_NEIGHBOURS.stop + 1)
        scores[first] = np.sort(scores[first])
        for impostors in (self._impostors, self._recent):
            impostors.observe(
                scores,
                nearness=_nearness(scores),
                weight=0.0 if self._prior.is_law else _weight(size),
            )

    def promise(self, gallery_size: int) -> Promise:
        """Return what the manager can be told with so many templates."""
        size = max(gallery_size, 1)
        fit = self._impostors.fit
        score = self._score(self._limit, size)
        return Promise(
            fpir=None
            if fit is None
            else -math.expm1(size * math.log1p(-self._false_matches(fit, score))),
            comparisons=round(self._impostors.comparisons),
            visits=round(self._impostors.visits),
            useful=self._prior.distance(score) >= self._prior.useful_distance,
        )

    def _false_matches(self, fit: Normal, score: float) -> float:
        """Return the share of pairs of strangers who have less than this score."""
        if not self._prior.is_law:
            return fit.share(score)
        stretch = self._stretch(fit)
        return self._prior.strict.share(score / stretch) if stretch > 0 else 1.0

    def _stretch(self, fit: Normal) -> float:
        """Return what the law's scores are to be multiplied with for this crowd."""
        usual = self._prior.crowd.quantile(_LOW_END)
        return float(max(0.0, fit.quantile(_LOW_END) / usual) ** _LOW_POWER)

    def _score(self, fpir: float, size: int, nearness: float | None = None) -> float:
        """Return the score up to which a template is the same, for this FPIR.

        FPIR = 1 - (1 - FMR)^N, and in any case FPIR ≤ N · FMR. A visitor's nearness to
        people in general moves it: adaptive T-norm, as speaker recognition calls it,
        with the gallery as the cohort. Without one the visitor is as near as most are.
        """
        strict = self._prior.strict.quantile(_share(fpir, size))
        crowd = self._prior.crowd
        if nearness is not None:
            usual = crowd.mean + crowd.spread * expected_nearness(size)
            strict += _weight(size) * (nearness - usual)
        fit = self._impostors.fit
        if fit is None:
            return strict
        if self._prior.is_law:
            return strict * min(1.0, self._stretch(fit))
        learnt = min(
            self._learnt(impostors, fpir, size, nearness)
            for impostors in (self._impostors, self._recent)
        )
        if self._impostors.visits < _TRUSTED_VISITS:
            return min(strict, learnt)
        return learnt

    def _learnt(
        self, impostors: Impostors, fpir: float, size: int, nearness: float | None
    ) -> float:
        """Return what these strangers say about it; what cannot be said is infinite.

        That holds for visitors who are compared with their neighbours.
        """
        fit = impostors.fit
        if fit is None:
            return math.inf
        learnt = fit.quantile(_share(fpir, max(size, SMALLEST_CROWD)))
        learnt -= impostors.caution() * fit.spread
        if nearness is not None:
            learnt += _weight(size) * (nearness - impostors.usual(size))
        return learnt


def _nearness(scores: NDArray[np.float64]) -> float:
    """Return the mean score of the neighbours; the lowest scores first."""
    return float(scores[_NEIGHBOURS].mean())


def _weight(size: int) -> float:
    """Return how much of what is unusual about a visitor's nearness counts."""
    return _NEARNESS * size / (size + _HALF_NEARNESS)


def _share(fpir: float, size: int) -> float:
    """Return the share of pairs that gives this FPIR among so many templates."""
    return -math.expm1(math.log1p(-fpir) / max(1, size))
