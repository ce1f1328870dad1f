"""The open-set measurement on people who agreed to it, at the place itself.

What scripts/calibrate runs: pictures of consenting staff, taken by the dispenser's own
camera, one folder for each person. Templates are in memory only and go with the run.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from .crowds import Person, load
from .openset import Row, run
from .scenes import VISITS, Scene, alone

SIZES: Final = (10, 50)
# Two thirds visit, and one of them has to be outside of the window.
LEAST_PEOPLE: Final = 18
SPLITS: Final = 8


class TooFewError(ValueError):
    """So few people, or so few pictures, that nothing could be said."""


def people_in(folder: Path, engine: str) -> list[Person]:
    """Return everybody in the folder whose face the engine finds.

    Raises TooFewError when that is nobody to measure with.
    """
    crowds = load(folder, engine, least=1, keep=False)
    people = [person for crowd in crowds.values() for person in crowd]
    again = sum(len(person.templates) > 1 for person in people)
    if len(people) < LEAST_PEOPLE or not again:
        raise TooFewError(
            f"{len(people)} people with a face that was found, {again} of them in two"
            f" pictures or more; {LEAST_PEOPLE} people are needed, most of them in two"
        )
    return people


def measure(people: Sequence[Person], engine: str, limit: float) -> Iterator[Row]:
    """Yield what comes of this limit, with as many templates as there are people for.

    limit is the share of new visitors that may be wrongly refused.
    """
    for size in SIZES:
        if len(people) * 2 // 3 > size + 1:
            scene = Scene(
                name="staff",
                size=size,
                people=len(people),
                crowds=partial(alone, people),
                visits=VISITS,
            )
            yield run(scene, limit, engine, SPLITS)[0]
