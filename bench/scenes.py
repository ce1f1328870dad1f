"""The people who come to the sites at which the threshold is measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations
from typing import Final, Protocol

import numpy as np

from .crowds import CHILDREN, Crowds, Person, drawn
from .pictures import Light
from .site_visits import Act

SIZES: Final = (1, 2, 4, 10, 20, 50, 100)
CHANGES: Final = (5, 10, 20, 50)
VISITS: Final = 150
_TENTH: Final = 9
_FAMILY: Final = 4
_CLASS: Final = 20
# The number of sites that share one quota, each with another crowd.
_PARK: Final = 2000
_PARKS_CROWDS: Final = 4


class Draw(Protocol):
    """The people of one run of a scene."""

    def __call__(self, rng: np.random.Generator) -> list[Act]:
        """Return the acts, with a split of the people of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Some acts at a site whose window holds so many people."""

    name: str
    size: int
    acts: Draw


def split(
    people: Sequence[Person], rng: np.random.Generator
) -> tuple[list[Person], list[Person]]:
    """Return two thirds as visitors and the others as strangers."""
    order = rng.permutation(len(people))
    cut = len(people) * 2 // 3
    return [people[i] for i in order[:cut]], [people[i] for i in order[cut:]]


def scenes(by_light: Mapping[Light, Crowds]) -> Iterator[Scene]:
    """Yield every scene for which there are people."""
    day = by_light[Light.DAY]
    for name, crowd in day.items():
        yield from alone(name, crowd)
    adults: Crowds = {name: day[name] for name in ("lfw", "east_asian") if name in day}
    everybody: Crowds = {**adults, CHILDREN: day.get(CHILDREN, [])}
    for (first, one), (then, other) in permutations(everybody.items(), 2):
        if first in adults:
            yield from mixed(first, one, then, other)
        yield from changes(f"{first}, then {then}", one, other)
    for name, crowd in adults.items():
        yield from special(name, crowd, day)
    for light, crowds in by_light.items():
        if light is Light.DAY:
            continue
        for name in adults:
            yield from alone(f"{name}, {light}", crowds[name], (20, 50))
            yield from mixed(name, day[name], light, crowds[name])
    if adults:
        yield from drawn_like("drawn", max(adults.values(), key=len))
    if len(day) >= _PARKS_CROWDS:
        largest = sorted(day.items(), key=lambda one: -len(one[1]))[:_PARKS_CROWDS]
        yield Scene(name="a whole park", size=_PARK, acts=partial(_park, dict(largest)))


def alone(
    name: str, crowd: Sequence[Person], sizes: Sequence[int] = SIZES
) -> Iterator[Scene]:
    """Yield scenes with one crowd only, with windows that it can fill."""
    for size in sizes:
        if len(crowd) * 2 // 3 > size + 1:
            yield Scene(name=name, size=size, acts=partial(_alone, crowd, 0.3))


def mixed(
    name: str, crowd: Sequence[Person], kind: str, few: Sequence[Person]
) -> Iterator[Scene]:
    """Yield scenes with a crowd in which one in ten is of another kind."""
    for size in (10, 20, 50):
        if len(crowd) * 2 // 3 > size + 1 and few:
            yield Scene(
                name=f"{name}, one in ten {kind}",
                size=size,
                acts=partial(_mixed, crowd, kind, few),
            )


def changes(
    name: str, first: Sequence[Person], then: Sequence[Person]
) -> Iterator[Scene]:
    """Yield scenes in which another crowd follows, as from a bus."""
    for size in CHANGES:
        if min(len(first), len(then)) * 2 // 3 > size // 2:
            yield Scene(name=name, size=size, acts=partial(_in_turn, first, then))


def drawn_like(name: str, crowd: Sequence[Person]) -> Iterator[Scene]:
    """Yield people who do not exist, like a crowd, as many as a full window takes."""
    for size in (200, 1000):
        yield Scene(name=name, size=size, acts=partial(_drawn, crowd, size))


def special(name: str, crowd: Sequence[Person], day: Crowds) -> Iterator[Scene]:
    """Yield scenes in which earlier visitors affect a crowd."""
    for returns in (0.0, 0.7):
        yield Scene(
            name=f"{name}, {returns:.0%} returns",
            size=20,
            acts=partial(_alone, crowd, returns),
        )
    for who, people, visits in (("three staff", 3, 100), ("ten regulars", 10, 400)):
        yield Scene(
            name=f"{name} after {who}",
            size=20,
            acts=partial(_after, crowd, people, visits),
        )
    yield Scene(
        name=f"{name} after look-alikes", size=20, acts=partial(_after_family, crowd)
    )
    if day.get(CHILDREN):
        yield Scene(
            name=f"{name} after a school class",
            size=20,
            acts=partial(_after_class, crowd, day[CHILDREN]),
        )


def _alone(
    crowd: Sequence[Person], returns: float, rng: np.random.Generator
) -> list[Act]:
    visitors, strangers = split(crowd, rng)
    return [Act(visitors=visitors, strangers=strangers, visits=VISITS, returns=returns)]


def _mixed(
    crowd: Sequence[Person],
    kind: str,
    few: Sequence[Person],
    rng: np.random.Generator,
) -> list[Act]:
    """Return a crowd with a few of a kind, who may be the same people in another light."""
    names = np.array(sorted({person.name for person in (*crowd, *few)}))
    visiting = set(rng.permutation(names)[: len(names) * 2 // 3])
    others = [replace(person, crowd=kind) for person in few]
    guests = [person for person in others if person.name in visiting]
    guests = guests[: max(1, len(crowd) * 2 // 3 // _TENTH)]
    twice = {person.name for person in guests}
    visitors = [one for one in crowd if one.name in visiting and one.name not in twice]
    return [
        Act(
            visitors=[*visitors, *guests],
            strangers=[one for one in (*crowd, *others) if one.name not in visiting],
            visits=VISITS,
        )
    ]


def _in_turn(
    first: Sequence[Person], then: Sequence[Person], rng: np.random.Generator
) -> list[Act]:
    before, _ = split(first, rng)
    visitors, strangers = split(then, rng)
    return [
        Act(visitors=before, visits=60),
        Act(visitors=visitors, strangers=strangers, visits=60),
    ]


def _after(
    crowd: Sequence[Person], people: int, visits: int, rng: np.random.Generator
) -> list[Act]:
    """Return some people who come again and again, and then the whole crowd."""
    visitors, strangers = split(crowd, rng)
    several = sorted(visitors, key=lambda one: -len(one.templates))[: 3 * people]
    chosen = [several[i] for i in rng.permutation(len(several))[:people]]
    return [
        Act(visitors=chosen, visits=visits, returns=0.9),
        Act(visitors=visitors, strangers=strangers, visits=60),
    ]


def _after_family(crowd: Sequence[Person], rng: np.random.Generator) -> list[Act]:
    """Return the people who look most like one of the crowd, and then the whole crowd."""
    visitors, strangers = split(crowd, rng)
    faces = np.stack([person.fused(slice(None)) for person in visitors])
    alike = faces @ faces.T
    np.fill_diagonal(alike, -1)
    one = int(np.sort(alike, axis=1)[:, -_FAMILY + 1 :].sum(axis=1).argmax())
    family = [one, *np.argsort(-alike[one])[: _FAMILY - 1]]
    return [
        Act(visitors=[visitors[i] for i in family], visits=60, returns=0.9),
        Act(visitors=visitors, strangers=strangers, visits=60),
    ]


def _after_class(
    crowd: Sequence[Person], children: Sequence[Person], rng: np.random.Generator
) -> list[Act]:
    visitors, strangers = split(crowd, rng)
    order = rng.permutation(len(children))[:_CLASS]
    return [
        Act(visitors=[children[i] for i in order], visits=2 * _CLASS, returns=0.5),
        Act(visitors=visitors, strangers=strangers, visits=60),
    ]


def _drawn(like: Sequence[Person], size: int, rng: np.random.Generator) -> list[Act]:
    """Return people who do not exist, as many as a full window takes."""
    people = drawn(like, size + 200, rng)
    visitors, strangers = people[: size + 100], people[size + 100 :]
    return [
        Act(visitors=visitors, visits=size, returns=0.0),
        Act(visitors=visitors, strangers=strangers, visits=10, returns=0.0),
    ]


def _park(crowds: Crowds, rng: np.random.Generator) -> list[Act]:
    """Return equally many people like each crowd, and then some of every crowd to look up."""
    each = _PARK // len(crowds)
    acts, real, last = [], [], []
    for name, crowd in crowds.items():
        visitors, strangers = split(crowd, rng)
        people = [
            replace(one, name=f"{name} {one.name}")
            for one in drawn(visitors, each + 10, rng)
        ]
        acts.append(Act(visitors=people, visits=each, returns=0.0))
        last += people
        real += strangers
    return [*acts, Act(visitors=last, strangers=real, visits=10, returns=0.0)]
