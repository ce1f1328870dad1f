"""A normal law for each crowd of a cohort: fitted, and widened until its tail is a normal one's."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.cohort import Cohort, deviate

from .crowds import Person

RANK: Final = 16
FUSED: Final = 3
# The directions of fewer people would describe these people: a smaller crowd gets the
# directions of all crowds together.
ENOUGH_PEOPLE: Final = 50
# The share of the wanted false matches that may happen among the people who were left
# out.
AIM: Final = 0.7
# The median of several ways to halve people counts: in a single way, one pair of people
# who look alike could decide.
WAYS_TO_HALVE: Final = range(1, 10)
# Tails are compared at shares with at least so many pairs.
MIN_PAIRS: Final = 4
SHARES: Final = (1e-2, 3e-3, 1e-3, 4e-4)

type Numbers = NDArray[np.float64]


def _rounded(values: object) -> NDArray[np.float32]:
    """Return values as they are kept."""
    return np.asarray(values, np.float16).astype(np.float32)


class Law:
    """A normal law of templates."""

    def __init__(self, people: Numbers, like: Numbers | None = None) -> None:
        """Fit to templates of shape (n, dimension), with the shape of a covariance."""
        self.is_own = True
        self.mean = people.mean(axis=0)
        covariance = np.cov(people, rowvar=False)
        if like is not None:
            covariance = like * (np.trace(covariance) / np.trace(like))
        values, vectors = np.linalg.eigh(covariance)
        self.rest = float(values[:-RANK].mean())
        lengths = np.sqrt(np.maximum(values[-RANK:] - self.rest, 1e-9))
        main = vectors[:, -RANK:].T
        # Of a direction and its opposite, the one whose largest number is positive.
        largest = np.abs(main).argmax(axis=1)[:, None]
        main *= np.sign(np.take_along_axis(main, largest, axis=1))
        self.directions = main * lengths[:, None]

    def widen(self, factor: float) -> None:
        """Make the law's distances differ more."""
        self.directions *= factor
        self.rest *= factor**2


def templates(people: Sequence[Person]) -> Numbers:
    """Return everybody's template, of up to three pictures fused."""
    return np.array([person.fused(slice(FUSED)) for person in people], np.float64)


def laws_of(crowds: Sequence[Numbers], enough: int = ENOUGH_PEOPLE) -> list[Law]:
    """Return a law for each crowd."""
    common = np.concatenate([crowd - crowd.mean(axis=0) for crowd in crowds])
    like = np.cov(common, rowvar=False)
    return [Law(crowd, like if len(crowd) < enough else None) for crowd in crowds]


def cohort_of(laws: Sequence[Law], power: float) -> Cohort:
    """Return the laws as quota/ has them, without bounds."""
    return Cohort(
        means=_rounded([law.mean for law in laws]),
        directions=_rounded([law.directions for law in laws]),
        rest=_rounded([law.rest for law in laws]),
        own=_rounded([law.is_own for law in laws]),
        power=power,
        childlike=np.zeros(laws[0].mean.shape, np.float32),
        most_childlike=np.inf,
        usual_strangeness=np.full(2, np.inf, np.float32),
        farthest=np.inf,
        usual=np.zeros(2, np.float32),
        useful_distance=0.0,
    )


def widths(crowds: Sequence[Sequence[Person]], power: float) -> list[float]:
    """Return how much each law has to be widened so that its tail is a normal one's."""
    ways = [widths_by(way, crowds, power) for way in WAYS_TO_HALVE]
    return [round(float(factor), 3) for factor in np.median(ways, axis=0)]


def widths_by(
    way: int, crowds: Sequence[Sequence[Person]], power: float
) -> list[float]:
    """Return the same by one way to halve the people."""
    found: list[list[Numbers]] = [[] for _ in crowds]
    for side in (False, True):
        learnt, tried = (
            [
                templates([one for one in crowd if one.is_in_half(way) is those])
                for crowd in crowds
            ]
            for those in (side, not side)
        )
        laws = laws_of(learnt, ENOUGH_PEOPLE // 2)
        for law, left_out, deviates in zip(laws, tried, found, strict=True):
            cohort = cohort_of([law], power)
            squares = 2.0 - 2.0 * left_out @ left_out.T
            scores = np.maximum(squares, 1e-9) ** power
            for row, probe in enumerate(left_out):
                near = cohort.impostors(probe.astype(np.float32))
                others = np.delete(scores[row], row)
                deviates.append((near.mean - others) / near.spread)
    factors = []
    for parts in found:
        pairs = np.concatenate(parts)
        tails = [
            float(np.quantile(pairs, 1 - share)) / deviate(AIM * share)
            for share in SHARES
            if share * len(pairs) >= MIN_PAIRS
        ]
        factors.append(max(tails, default=1.0))
    return factors
