"""What looking people up gave, and what can be said of it: shares and their intervals."""

from dataclasses import dataclass, field
from itertools import compress
import math

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Looks:
    """What looking people up gave; one entry for each look, in every list."""

    people: list[str] = field(default_factory=list)
    run: list[int] = field(default_factory=list)
    """Which run of the site: its threshold is the same luck for all its looks."""
    visit: list[int] = field(default_factory=list)
    """After how many visits to the site."""
    wrong: list[bool] = field(default_factory=list)
    """Refused though new, or missed though known."""
    distance: list[float] = field(default_factory=list)
    """To the nearest template, of length 1; infinite if that is somebody else's."""
    engine_distance: list[float] = field(default_factory=list)
    """The same for templates as the engine gives them."""

    def extend(self, other: Looks) -> None:
        """Add another run's looks."""
        self.people += other.people
        self.run += other.run
        self.visit += other.visit
        self.wrong += other.wrong
        self.distance += other.distance
        self.engine_distance += other.engine_distance

    def after(self, visit: int) -> Looks:
        """Return the looks after so many visits."""
        late = [visits > visit for visits in self.visit]
        return Looks(
            people=list(compress(self.people, late)),
            run=list(compress(self.run, late)),
            visit=list(compress(self.visit, late)),
            wrong=list(compress(self.wrong, late)),
            distance=list(compress(self.distance, late)),
            engine_distance=list(compress(self.engine_distance, late)),
        )


@dataclass(slots=True)
class Phase:
    """Looks of one part of a run."""

    strangers: Looks = field(default_factory=Looks)
    returns: Looks = field(default_factory=Looks)

    def extend(self, other: Phase) -> None:
        """Add another run's looks."""
        self.strangers.extend(other.strangers)
        self.returns.extend(other.returns)

    def after(self, visit: int) -> Phase:
        """Return the looks after so many visits."""
        return Phase(
            strangers=self.strangers.after(visit), returns=self.returns.after(visit)
        )


@dataclass(slots=True)
class Outcome:
    """What came of a run: while the threshold was learnt, and after."""

    learning: Phase = field(default_factory=Phase)
    learnt: Phase = field(default_factory=Phase)

    def extend(self, other: Outcome) -> None:
        """Add another run."""
        self.learning.extend(other.learning)
        self.learnt.extend(other.learnt)


def interval(looks: Looks) -> tuple[float, float, float]:
    """Return the share of wrong looks and its 95 % interval.

    Looks at one person, and looks of one run, are no independent trials. The variance
    between people and that between runs give the number of trials that all of them
    are worth (Cameron, Gelbach and Miller, "Robust inference with multiway
    clustering", 2011), which goes into Wilson's interval. Without any wrong look that
    number is the number of people.
    """
    if not looks.wrong:
        return math.nan, 0.0, 1.0
    wrong = np.array(looks.wrong, np.float64)
    share = float(wrong.mean())
    trials = float(len(set(looks.people)))
    if 0 < share < 1:
        variance = standard_error(looks, wrong) ** 2
        trials = min(float(len(wrong)), share * (1 - share) / variance)
    return share, *wilson(share, trials)


def standard_error(looks: Looks, values: NDArray[np.float64]) -> float:
    """Return the standard error of the values' mean, clustered by person and run."""
    person = np.unique(looks.people, return_inverse=True)[1]
    run = np.array(looks.run)
    excess = values - values.mean()
    by_person, by_run, by_both = (
        float((np.bincount(cluster, weights=excess) ** 2).sum())
        for cluster in (person, run, person * (run.max() + 1) + run)
    )
    return math.sqrt(max(by_person, by_run, by_person + by_run - by_both)) / len(excess)


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share of so many trials."""
    z = 1.959964
    middle = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    scale = 1 + z * z / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def oracle(strangers: Looks, limit: float) -> float:
    """Return the largest distance that wrongly refuses no more than the limit."""
    ordered: NDArray[np.float64] = np.sort(np.array(strangers.distance))
    return float(ordered[int(limit * len(ordered))])


def judged(looks: Looks, *, wrong: NDArray[np.bool_]) -> Looks:
    """Return the looks as another rule would have judged them."""
    return Looks(
        people=looks.people,
        run=looks.run,
        visit=looks.visit,
        wrong=wrong.tolist(),
        distance=looks.distance,
        engine_distance=looks.engine_distance,
    )
