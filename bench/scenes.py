"""Who comes to the sites that the threshold is measured at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from .crowds import Crowds, Person, drawn

SIZES: Final = (10, 50, 200)
VISITS: Final = 600
CHILDREN: Final = "children"

type Draw = Callable[[np.random.Generator], list[Sequence[Person]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Crowds that come to one site, one after the other."""

    name: str
    size: int
    people: int
    """How many different people can be new: what an oracle rests on."""
    crowds: Draw
    visits: int = VISITS


def scenes(crowds: Crowds, portraits: Sequence[Person] = ()) -> Iterator[Scene]:
    """Yield every crowd alone, mixtures of the two largest, and changes of crowd.

    And people who do not exist: like the largest crowd, or around some portraits.
    """
    for name, crowd in crowds.items():
        yield from _sizes(name, len(crowd), partial(alone, crowd))
    adults = sorted(
        (name for name in crowds if name != CHILDREN),
        key=lambda name: len(crowds[name]),
    )[-2:]
    if len(adults) == 2:
        few, many = (crowds[name] for name in adults)
        both, half, tenth = " + ".join(adults), len(few), len(many) // 9
        yield from _sizes(f"half {both}", 2 * half, partial(_mixed, few, many, half))
        yield from _sizes(
            f"tenth {both}", len(many) + tenth, partial(_mixed, many, few, tenth)
        )
        for first, then in (adults, adults[::-1]):
            yield Scene(
                name=f"{first}, then {then}",
                size=50,
                people=half,
                crowds=partial(_in_turn, crowds[first], crowds[then]),
            )
    like = max(crowds.values(), key=len, default=portraits)
    for size in (200, 1_000) if crowds else (*SIZES, 1_000):
        people = 2 * size + 200
        yield Scene(
            name="portraits + drawn" if portraits else "drawn",
            size=size,
            people=people,
            crowds=partial(_drawn, like, portraits, people),
            visits=VISITS + 2 * size,
        )


def _sizes(name: str, people: int, crowds: Draw) -> Iterator[Scene]:
    for size in SIZES:
        # Two thirds visit, and one of them has to be outside of the window.
        if people * 2 // 3 > size + 1:
            yield Scene(name=name, size=size, people=people, crowds=crowds)


def alone(crowd: Sequence[Person], _: np.random.Generator) -> list[Sequence[Person]]:
    """Return a crowd as all that comes."""
    return [crowd]


def _mixed(
    crowd: Sequence[Person],
    other: Sequence[Person],
    count: int,
    rng: np.random.Generator,
) -> list[Sequence[Person]]:
    """Return a crowd with so many of another one in it."""
    return [[*crowd, *(other[i] for i in rng.permutation(len(other))[:count])]]


def _in_turn(
    first: Sequence[Person], then: Sequence[Person], _: np.random.Generator
) -> list[Sequence[Person]]:
    return [first, then]


def _drawn(
    like: Sequence[Person],
    others: Sequence[Person],
    count: int,
    rng: np.random.Generator,
) -> list[Sequence[Person]]:
    return [[*others, *drawn(like, count, rng)]]
