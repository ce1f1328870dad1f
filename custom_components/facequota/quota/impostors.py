"""What is learnt about strangers: how near two different people come to each other.

Nearly every distance seen at a site is one between different people. Their low end
says how often a stranger would be taken for somebody. Kept of all that is a histogram
that forgets: no template, no distance of a person, nothing that can be led back.
"""

from functools import lru_cache
import math
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .priors import EnginePrior, Normal

_NORMAL: Final = NormalDist()
# A crowd is remembered for about this many new visitors, and by a second histogram for
# so few that a change of crowd is noticed soon.
MEMORY_VISITS: Final = 250.0
RECENT_VISITS: Final = 30.0
# With fewer templates than this nothing is learnt from a visitor.
SMALLEST_CROWD: Final = 6
_BINS: Final = 512
# The fit's lower quantile, in shares of one template: where the nearest of the believed
# distances lie. Lower, and visitors enrolled twice would decide; higher, and the dense
# part of a mixed crowd would go unseen.
_LOW_QUANTILE: Final = 1.5
# Before this many visitors there is no fit at all.
_FIRST_FIT_VISITS: Final = 10.0


@lru_cache(maxsize=1024)
def expected_nearness(size: int, first: int = 2, last: int = 4) -> float:
    """Return how far below the mean the neighbours lie, in spreads of a normal law.

    The neighbours are the second to fourth lowest of so many, or first to last. Blom's
    approximation (Statistical Estimates and Transformed Beta-Variables, 1958).
    """
    ranks = range(first, last + 1)
    places = (_NORMAL.inv_cdf((rank - 0.375) / (size + 0.25)) for rank in ranks)
    return sum(places) / len(ranks)


class Impostors:
    """A histogram of strangers' scores that forgets, and the normal law of its tail."""

    def __init__(self, prior: EnginePrior, memory_visits: float) -> None:
        """Start with nothing seen; remember about so many visitors."""
        self._prior = prior
        self._keep = 1 - 1 / memory_visits
        top = float(2.0**prior.power)
        self._low, self._width = -0.5 * top, 2.0 * top / _BINS
        # Weight by score: of what was seen, and of what is only known to lie below.
        self._seen = np.zeros(_BINS)
        self._below = np.zeros(_BINS)
        self.visits = 0.0
        self.comparisons = 0.0
        self._one_in_crowd = 0.0
        self._place = prior.crowd.mean
        self.fit: Normal | None = None

    def usual(self, size: int) -> float:
        """Return the usual mean score of the neighbours among so many templates."""
        spread = (self.fit or self._prior.crowd).spread
        return self._place + spread * expected_nearness(size)

    def observe(
        self, scores: NDArray[np.float64], *, nearness: float, weight: float
    ) -> None:
        """Learn from a new visitor's scores, the lowest first.

        nearness is the mean of the neighbours, and weight how much of what is unusual
        about it is taken off the scores.

        The nearest of them is not believed: it may be the visitor's own template of an
        earlier visit that was not recognised. It counts only as lying below the next.
        Every visitor has the same weight, however many templates there were.
        """
        size = len(scores)
        self._seen *= self._keep
        self._below *= self._keep
        self.visits = self.visits * self._keep + 1
        self.comparisons = self.comparisons * self._keep + size
        self._one_in_crowd += (1 / size - self._one_in_crowd) / self.visits
        unusual = nearness - self.usual(size)
        self._place += unusual / self.visits
        believed = scores[1:] - weight * unusual
        # Each neighbour is measured by the others and the next one.
        believed[:3] -= weight * (scores[4] - scores[1:4]) / 3
        bins = ((believed - self._low) / self._width).astype(np.int64)
        np.clip(bins, 0, _BINS - 1, out=bins)
        self._seen += np.bincount(bins, minlength=_BINS) / size
        self._below[bins.min()] += 1 / size
        if self.visits >= _FIRST_FIT_VISITS:
            self.fit = self._fitted()

    def caution(self) -> float:
        """Return how many spreads to stay away from the fit."""
        return self._prior.caution / math.sqrt(self.visits)

    def _shares(self) -> NDArray[np.float64]:
        """Return the share of strangers under each bin's lower edge, and 1 at the end.

        The estimator of Kaplan and Meier (1958), run from the top: what is known only
        to lie below a score counts among what may lie lower, as long as it may.
        """
        may = np.cumsum(self._seen + self._below)
        stays = 1 - np.divide(self._seen, may, out=np.zeros(_BINS), where=may > 0)
        shares = np.ones(_BINS + 1)
        shares[:-1] = np.cumprod(stays[::-1])[::-1]
        return shares

    def _fitted(self) -> Normal:
        """Return the normal law through two low quantiles.

        The lower quantile is as low as the data reaches, and not so low that a few
        visitors who were enrolled twice decide about it. Of a crowd made of several,
        whose scores are no normal law, it takes the low end; spreads beyond what any
        single crowd had are cut, as they come from the mixture.
        """
        usual = self._prior.crowd.spread
        shares = self._shares()
        low = max(0.01, _LOW_QUANTILE * self._one_in_crowd)
        high = max(0.25, low + 0.25)
        at_low, at_high = self._quantile(shares, low), self._quantile(shares, high)
        depth = _NORMAL.inv_cdf(low)
        spread = (at_high - at_low) / (_NORMAL.inv_cdf(high) - depth)
        spread = min(max(spread, 0.8 * usual), 1.4 * usual)
        mean = at_low - spread * depth
        return Normal(
            mean=min(max(mean, usual), self._prior.sparsest_mean), spread=spread
        )

    def _quantile(self, shares: NDArray[np.float64], share: float) -> float:
        upper = max(1, int(np.searchsorted(shares, share)))
        below, above = shares[upper - 1], shares[upper]
        part = (share - below) / (above - below) if above > below else 1.0
        return self._low + self._width * (upper - 1 + min(1.0, max(0.0, float(part))))
