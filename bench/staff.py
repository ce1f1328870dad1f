"""The open-set measurement on people who agreed to it, at the place itself.

What scripts/calibrate runs: pictures of consenting staff, taken by the dispenser's own
camera, one folder for each person. Templates are in memory only and go with the run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.threshold import Threshold

from .crowds import Person, load
from .lookups import Lookups, interval
from .openset import run
from .outcomes import Row
from .scenes import alone
from .site_visits import DIMENSION

SIZES: Final = (2, 10, 50)
# Two thirds visit, and one of them has to be outside of the window.
MIN_PEOPLE: Final = 18
RUNS: Final = 8


class TooFewError(ValueError):
    """So few people, or so few pictures, that nothing could be said."""


def people_in(folder: Path, engine: str) -> list[Person]:
    """Return everybody in the folder whose face the engine finds.

    Raises TooFewError when that is nobody to measure with.
    """
    crowds = load(folder, engine, keep=False)
    people = [person for crowd in crowds.values() for person in crowd]
    again = sum(len(person.templates) > 1 for person in people)
    if len(people) < MIN_PEOPLE or not again:
        raise TooFewError(
            f"{len(people)} people with a face that was found, {again} of them in two"
            f" pictures or more; {MIN_PEOPLE} people are needed, most of them in two"
        )
    return people


def measure(people: Sequence[Person], engine: str, limit: float) -> Iterator[Row]:
    """Yield what comes of this limit, with as many templates as there are people for.

    limit is the share of new visitors that may be wrongly refused.
    """
    cohort = Cohort.load(engine)
    staff = [replace(person, crowd="staff") for person in people]
    for scene in alone("staff", staff, SIZES):
        yield from run(scene, limit, cohort, RUNS)


def missed(
    people: Sequence[Person], engine: str, limit: float
) -> tuple[float, float, float]:
    """Return the share of returns that are missed among the others, and its interval.

    Everybody comes by half of their pictures, and again by the other half.
    """
    cohort = Cohort.load(engine)
    looks = Lookups()
    for person in people:
        half = len(person.templates) // 2
        if not half:
            continue
        book = Book(
            rule=Rule(allowance_cm=60, window_s=600),
            threshold=Threshold(cohort=cohort, limit=limit),
            dimension=DIMENSION,
        )
        for other in people:
            pictures = slice(half) if other is person else slice(None)
            answer = book.request(other.fused(pictures), 60, 0.0)
            if other is person and isinstance(answer, Reservation):
                visitor = answer.visitor
        again = book.identify(person.fused(slice(half, None))).visitor
        looks.tell(person, run=0, wrong=again is None or again != visitor)
    return interval(looks)
