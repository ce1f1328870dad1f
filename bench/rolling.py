"""Visits to one site, played through the real book, and what came of them.

People arrive, some come back within the window, the oldest are forgotten. Now and then
everybody of a second group, who never visit, is looked up: whoever of them is taken
for a visitor is a new person wrongly refused (FPIR). Visitors in the window are looked
up with another picture: whoever is not recognised is missed (FNIR).
"""

from collections.abc import Sequence
from dataclasses import dataclass
import math
from typing import Final

import numpy as np

from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.priors import EnginePrior
from custom_components.facequota.quota.threshold import Threshold

from .crowds import Person, unit
from .looks import Outcome, Phase

RETURNS: Final = 0.3
LEARNING_VISITS: Final = 200
_LOOKS: Final = 24
_PAUSE_S: Final = 10.0
_PORTION_CM: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People of one crowd: those who visit and those who are only looked up."""

    visitors: Sequence[Person]
    strangers: Sequence[Person]


def split(people: Sequence[Person], rng: np.random.Generator) -> Group:
    """Return two thirds as visitors and the rest as strangers, nobody as both."""
    order = rng.permutation(len(people))
    cut = len(people) * 2 // 3
    return Group(
        visitors=[people[i] for i in order[:cut]],
        strangers=[people[i] for i in order[cut:]],
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    person: Person
    picture: int
    gone_at: float


class Site:
    """A book with visitors in it."""

    def __init__(
        self, *, size: int, limit: float, prior: EnginePrior, run: int, seed: int
    ) -> None:
        """Open with nobody in the window, which holds so many people."""
        self._window_s = size * _PAUSE_S
        self._rng = np.random.default_rng([seed, run])
        self._run = run
        self.now = 0.0
        self._visits = 0
        self._window: list[_Entry] = []
        self._owner: dict[str, Person] = {}
        self.book = Book(
            rule=Rule(allowance_cm=_PORTION_CM, window_s=self._window_s),
            threshold=Threshold(prior=prior, limit=limit),
            dimension=128,
        )

    def visit(self, visitors: Sequence[Person]) -> None:
        """Let somebody come: three in ten come back, if anybody has another picture."""
        self._visits += 1
        self._window = [e for e in self._window if e.gone_at > self.now]
        here = {entry.person.name for entry in self._window}
        ours = {person.name for person in visitors}
        back = [
            entry.person
            for entry in self._window
            if len(entry.person.templates) > 1 and entry.person.name in ours
        ]
        if back and self._rng.random() < RETURNS:
            person = back[self._rng.integers(len(back))]
        else:
            away = [person for person in visitors if person.name not in here]
            person = away[self._rng.integers(len(away))]
        picture = int(self._rng.integers(len(person.templates)))
        answer = self.book.request(person.templates[picture], _PORTION_CM, self.now)
        if isinstance(answer, Reservation):
            self.book.settle(answer, _PORTION_CM, self.now)
            assert answer.visitor is not None
            self._owner[answer.visitor] = person
            self._window.append(_Entry(person, picture, self.now + self._window_s))
            self.now += _PAUSE_S

    def look(self, group: Group, phase: Phase) -> None:
        """Look everybody up who can be looked up now."""
        kept = [entry for entry in self._window if entry.gone_at > self.now]
        raw = np.stack([e.person.templates[e.picture] for e in kept])
        gallery = unit(raw)
        ours = {person.name for person in group.visitors}
        strangers = [(None, person) for person in group.strangers]
        returns = [(e, e.person) for e in kept if e.person.name in ours]
        for entry, person in (*strangers, *returns):
            # Nobody comes back with a picture that is in the window already.
            seen = [e.picture for e in kept if e.person is person]
            pictures = [n for n in range(len(person.templates)) if n not in seen]
            if not pictures:
                continue
            probe = person.templates[pictures[self._rng.integers(len(pictures))]]
            found = self._owner.get(self.book.identify(probe).visitor or "")
            near = np.linalg.norm(gallery - unit(probe[None]), axis=1)
            nearest = kept[int(near.argmin())].person
            lost = entry is not None and nearest is not person
            looks = phase.strangers if entry is None else phase.returns
            looks.people.append(person.name)
            looks.run.append(self._run)
            looks.visit.append(self._visits)
            looks.wrong.append(found is not (None if entry is None else person))
            looks.distance.append(math.inf if lost else float(near.min()))
            looks.engine_distance.append(
                math.inf if lost else float(np.linalg.norm(raw - probe, axis=1).min())
            )


def play(
    groups: Sequence[Group],
    *,
    size: int,
    limit: float,
    prior: EnginePrior,
    visits: int,
    run: int,
    seed: int,
) -> Outcome:
    """Return what comes of so many visits of each group, one group after the other.

    The first visits of each are those in which its distances are learnt.
    """
    site = Site(size=size, limit=limit, prior=prior, run=run, seed=seed)
    outcome = Outcome()
    for group in groups:
        for number in range(1, visits + 1):
            site.visit(group.visitors)
            if number % (visits // _LOOKS) == 0:
                learnt = number > LEARNING_VISITS
                site.look(group, outcome.learnt if learnt else outcome.learning)
    return outcome
