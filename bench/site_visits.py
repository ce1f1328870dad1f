"""Visits to one site, played through the real book, and their results.

People arrive, some come back within the window, the oldest are forgotten; whoever is
refused stays out, and time goes on. Between visits people who never visit are looked up:
whoever of them is taken for a visitor is a new person wrongly refused (FPIR). Everybody is
looked at until it is sure, with up to three pictures fused, as visit/capture.py does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.threshold import Threshold
from custom_components.facequota.visit.capture import MAX_FRAMES, MIN_PICTURES

from .crowds import Person
from .lookups import Lookups
from .pictures import Vectors

DIMENSION: Final = 128
_PAUSE_S: Final = 10.0
_PORTION_CM: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """The people who come to a site for some time, and those who are looked up meanwhile."""

    visitors: Sequence[Person]
    strangers: Sequence[Person] = ()
    visits: int
    returns: float = 0.3
    """Share of the visits that are somebody's who is in the window, if anybody is."""


def until_sure(book: Book, person: Person, order: Sequence[int]) -> Vectors:
    """Return the probe by which a visit decides, from a person's pictures in this order."""
    most = min(MAX_FRAMES, len(order))
    for frames in range(min(MIN_PICTURES, most), most + 1):
        probe = person.fused(order[:frames])
        if book.identify(probe).sure:
            break
    return probe


class Site:
    """A book with visitors in it."""

    def __init__(
        self, *, size: int, limit: float, cohort: Cohort, run: int, seed: int
    ) -> None:
        """Begin with an empty window, which holds so many people."""
        self._window_s = size * _PAUSE_S
        self._rng = np.random.default_rng([seed, run])
        self._run = run
        self.now = 0.0
        self._here: dict[str, float] = {}
        self.book = Book(
            rule=Rule(allowance_cm=_PORTION_CM, window_s=self._window_s),
            threshold=Threshold(cohort=cohort, limit=limit),
            dimension=DIMENSION,
        )

    def visit(self, visitors: Sequence[Person], returns: float) -> None:
        """Let a person come: a new visitor or a returning one."""
        self._here = {name: at for name, at in self._here.items() if at > self.now}
        back = [person for person in visitors if person.name in self._here]
        away = [person for person in visitors if person.name not in self._here]
        is_back = bool(back) and (not away or self._rng.random() < returns)
        person = self._one_of(back if is_back else away)
        probe = until_sure(self.book, person, self._order(person))
        answer = self.book.request(probe, _PORTION_CM, self.now)
        if isinstance(answer, Reservation):
            self.book.settle(answer, _PORTION_CM, self.now)
            self._here[person.name] = self.now + self._window_s
        self.now += _PAUSE_S

    def look(self, strangers: Sequence[Person], visit: int) -> Lookups:
        """Look up people who were never here; nothing changes."""
        looks = Lookups()
        self.book.expire(self.now)
        for person in strangers:
            probe = until_sure(self.book, person, self._order(person))
            identity = self.book.identify(probe)
            looks.tell(
                person,
                run=self._run,
                visit=visit,
                wrong=identity.visitor is not None,
                uncertain=not identity.is_certain,
            )
        return looks

    def _one_of(self, people: Sequence[Person]) -> Person:
        return people[int(self._rng.integers(len(people)))]

    def _order(self, person: Person) -> list[int]:
        return [int(one) for one in self._rng.permutation(len(person.templates))]


def is_looked_after(visit: int) -> bool:
    """Return whether strangers are looked up after so many visits of an act.

    Each of the first ten, some of the first fifty, few later.
    """
    return visit <= 10 or (visit <= 50 and visit % 8 == 2) or visit % 50 == 0


def play(
    acts: Sequence[Act], *, size: int, limit: float, cohort: Cohort, run: int, seed: int
) -> Lookups:
    """Return the results of the acts, one after the other, for the people who are looked up."""
    site = Site(size=size, limit=limit, cohort=cohort, run=run, seed=seed)
    looks = Lookups()
    for act in acts:
        # Before the first visit of an act they are compared with the visitors of the
        # act before.
        looks.extend(site.look(act.strangers, 0))
        for number in range(1, act.visits + 1):
            site.visit(act.visitors, act.returns)
            if act.strangers and is_looked_after(number):
                looks.extend(site.look(act.strangers, number))
    return looks
