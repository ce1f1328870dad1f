"""Results of lookups: shares of wrong ones and their intervals."""

from dataclasses import dataclass, field
import math

import numpy as np
from numpy.typing import NDArray

from .crowds import Person


@dataclass(slots=True)
class Lookups:
    """Results of lookups; one entry for each lookup, in every list."""

    people: list[str] = field(default_factory=list)
    crowds: list[str] = field(default_factory=list)
    run: list[int] = field(default_factory=list)
    """Which run of the site: who is in its window is the same luck for all its looks."""
    visit: list[int] = field(default_factory=list)
    """After how many visits since the people changed."""
    wrong: list[bool] = field(default_factory=list)
    """Refused though new, or missed though known."""
    uncertain: list[bool] = field(default_factory=list)
    """Sent to the open lane, because the limit cannot be kept for such a face."""

    def tell(
        self,
        person: Person,
        *,
        run: int,
        wrong: bool,
        visit: int = 0,
        uncertain: bool = False,
    ) -> None:
        """Add a lookup."""
        self.people.append(person.name)
        self.crowds.append(person.crowd)
        self.run.append(run)
        self.visit.append(visit)
        self.wrong.append(wrong)
        self.uncertain.append(uncertain)

    def extend(self, other: Lookups) -> None:
        """Add other lookups."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))

    def only(self, *, crowd: str, until: int) -> Lookups:
        """Return the lookups at a crowd's people in the first visits."""
        chosen = [
            number
            for number, visit in enumerate(self.visit)
            if self.crowds[number] == crowd and visit <= until
        ]
        return Lookups(
            *([getattr(self, name)[one] for one in chosen] for name in self.__slots__)
        )


def interval(looks: Lookups) -> tuple[float, float, float]:
    """Return the share of wrong lookups and its 95 % interval.

    Lookups at one person, and those of one run, are not independent trials. The
    variance between people and that between runs give the number of trials that all of
    them are worth (Cameron, Gelbach and Miller, "Robust inference with multiway
    clustering", 2011), which goes into Wilson's interval. Without any wrong look that
    number is the number of people.
    """
    if not looks.wrong:
        return math.nan, 0.0, 1.0
    share, trials = _trials(looks)
    return share, *wilson(share, trials)


def _trials(looks: Lookups) -> tuple[float, float]:
    """Return the share of wrong looks, and how many independent trials they are worth."""
    wrong = np.array(looks.wrong, np.float64)
    share = float(wrong.mean())
    trials = float(len(set(looks.people)))
    if 0 < share < 1:
        variance = standard_error(looks, wrong) ** 2
        trials = min(float(len(wrong)), share * (1 - share) / max(variance, 1e-12))
    return share, trials


def standard_error(looks: Lookups, values: NDArray[np.float64]) -> float:
    """Return the standard error of the values' mean, clustered by person and run."""
    person = np.unique(looks.people, return_inverse=True)[1]
    run = np.array(looks.run)
    excess = values - values.mean()
    by_person, by_run, by_both = (
        float((np.bincount(cluster, weights=excess) ** 2).sum())
        for cluster in (person, run, person * (run.max() + 1) + run)
    )
    return math.sqrt(max(by_person, by_run, by_person + by_run - by_both)) / len(excess)


def is_above(looks: Lookups, limit: float) -> bool:
    """Return if the share of wrong lookups is above the limit by more than chance.

    That so many or more are wrong would happen in less than one of 40 cases at the
    limit, in as many independent trials as interval() counts (exact binomial test;
    Wilson's interval is too short where hardly anything goes wrong).
    """
    share, trials = _trials(looks)
    count, wrong = round(trials), round(share * trials)
    fewer = sum(
        math.comb(count, one) * limit**one * (1 - limit) ** (count - one)
        for one in range(wrong)
    )
    return 1 - fewer < 0.025


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share of so many trials."""
    z = 1.959964
    middle = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    scale = 1 + z * z / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
