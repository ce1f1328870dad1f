"""The open-set measurement on people who agreed to it, at the place itself.

What scripts/calibrate runs: pictures of consenting staff, taken by the dispenser's own
camera, one folder for each person. Templates are in memory only, and are lost when the
run ends.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.threshold import Threshold
from custom_components.facequota.recognition.engine import Sighting

from .crowds import Person
from .lookups import Lookups, interval
from .openset import run
from .outcomes import Row
from .pictures import Photograph, Vectors, photographs, worker_of
from .scenes import alone
from .site_visits import DIMENSION

SIZES: Final = (2, 10, 50)
# Two thirds visit, and one of them has to be outside of the window.
MIN_PEOPLE: Final = 18
RUNS: Final = 8


class TooFewError(ValueError):
    """Too few people or pictures for a result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The templates of a folder of pictures."""

    people: list[Person]
    """Everybody with a picture that could be used."""
    not_used: dict[str, str]
    """What is wrong with each of the other pictures, by its path in the folder."""


def staff_in(folder: Path, engine: str) -> Staff:
    """Return who is in the folder, looked at as the dispenser's camera's pictures are.

    Raises TooFewError when that is nobody to measure with.
    """
    templates: dict[str, list[Vectors]] = {}
    not_used = {}
    for picture, seen in asyncio.run(_looked_at(folder, engine)):
        if seen.template is not None:
            templates.setdefault(picture.person, []).append(seen.template)
        elif seen.guidance is not None:
            name = str(picture.path.relative_to(folder))
            not_used[name] = seen.guidance.replace("_", " ")
    people = [
        Person(name=name, crowd="staff", templates=np.stack(those))
        for name, those in templates.items()
    ]
    again = sum(len(person.templates) > 1 for person in people)
    if len(people) < MIN_PEOPLE or not again:
        raise TooFewError(
            f"{len(people)} people with a picture that can be used, {again} of them with"
            f" two or more; {MIN_PEOPLE} people are needed, most of them with two.\n"
            + "".join(f"{name}: {why}\n" for name, why in not_used.items())
        )
    return Staff(people=people, not_used=not_used)


async def _looked_at(folder: Path, engine: str) -> list[tuple[Photograph, Sighting]]:
    """Return the worker's result for the unchanged bytes of each picture."""
    pictures = await asyncio.to_thread(lambda: list(photographs(folder)))
    if not pictures:
        return []
    async with worker_of(engine) as worker:
        return [
            (
                one,
                await worker.look(
                    await asyncio.to_thread(one.path.read_bytes), timeout=30
                ),
            )
            for one in pictures
        ]


def measure(people: Sequence[Person], engine: str, limit: float) -> Iterator[Row]:
    """Yield the results of this limit, with as many templates as there are people.

    limit is the share of new visitors that may be wrongly refused.
    """
    cohort = Cohort.load(engine)
    for scene in alone("staff", people, SIZES):
        yield from run(scene, limit, cohort, RUNS)


def missed(
    people: Sequence[Person], engine: str, limit: float
) -> tuple[float, float, float]:
    """Return the share of returns that are missed among the others, and its interval.

    Everybody comes with half of their pictures, and returns with the other half. A person
    who is taken for somebody else the first time has no return that could be missed.
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
            if other is not person:
                book.request(other.fused(slice(None)), 60, 0.0)
        answer = book.request(person.fused(slice(half)), 60, 0.0)
        if isinstance(answer, Reservation):
            again = book.identify(person.fused(slice(half, None))).visitor
            looks.tell(person, run=0, wrong=again is None or again != answer.visitor)
    return interval(looks)


def report(
    staff: Staff,
    rows: Sequence[Row],
    returns: tuple[float, float, float],
    limit: float,
) -> str:
    """Return the results as a text for people."""
    pictures = sum(len(person.templates) for person in staff.people)
    lines = [f"{len(staff.people)} people, {pictures} pictures of them were used."]
    if staff.not_used:
        lines.append("Not used, with what would have helped:")
        lines += [f"  {name}: {why}" for name, why in staff.not_used.items()]
    lines += [
        f"The limit: at most 1 in {1 / limit:,.0f} new visitors wrongly refused.",
        "",
        f"{'faces remembered':<18}{'new visitors wrongly refused':<32}sent to the open lane",
    ]
    lines += [
        f"{row.size:<18}{_range(row.fpir['all']):<32}{row.uncertain[0]:.1%}"
        for row in rows
    ]
    lines += [
        "",
        f"Returns not recognised, which get a second portion: {_range(returns)}",
        "",
        "In brackets is where the true figure lies, as far as so few people can tell (95 %).",
        "Sent to the open lane are people whose face is like too many others.",
        "More are wrongly refused than the limit allows: do not use recognition with this"
        " camera, place and light."
        if any("all" in row.too_high for row in rows)
        else "Nothing of this speaks against the limit. So few people cannot prove it.",
    ]
    return "\n".join(lines)


def _range(share: tuple[float, float, float]) -> str:
    middle, low, high = share
    return f"{middle:.1%} ({low:.1%} to {high:.1%})"
