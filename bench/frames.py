"""How many frames a visit needs: one, two, three, or as many as are needed to be sure.

    .venv/bin/python -m bench.frames [--faces FOLDER] [--engine NAME] [--runs 6]
    … --json --check

Everybody of whom there are five pictures or more comes to a site, has paper by three frames,
and comes back with up to three others: with two where there are no more. The window holds 49 others, or nobody else: a quiet
site. The frames of "until sure" go through the same code as a visitor's (visit/capture.py).
"before a camera" are sequences of a door camera and a webcam, minutes apart; LFW's pictures
of one person are years apart and say nothing about returns. The people are those who chose
nothing, and, by "everybody", all of them. Needs photographs.

--check judges the people before a camera, at a limit of 0.1 %: of their returns at most 2 %
(dlib) or 0.5 % (SFace) may be missed until sure, 12 % or 1.5 % by one frame; more fails
where it is more than chance.
"""

import argparse
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
import json
from pathlib import Path
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.visit.capture import MAX_FRAMES, MIN_PICTURES

from .crowds import Person, load
from .lookups import Lookups, interval
from .openset import ENGINES
from .pictures import FACES
from .replayed_look import first, until_sure
from .site_visits import Site

CAMERA: Final = "before a camera"
WHOLE: Final = f"{CAMERA}, everybody"
# Crowd, limit and others in the window.
SCENES: Final = (
    (CAMERA, 0.001, 49),
    (WHOLE, 0.001, 49),
    (WHOLE, 0.001, 0),
    (WHOLE, 0.01, 49),
    ("lfw", 0.001, 49),
)
# Share of returns that may be missed until sure, and by one frame.
MAX_MISSED: Final = {"face_recognition": (0.02, 0.12), "ncnn": (0.005, 0.015)}
PICTURES: Final = MAX_FRAMES + MIN_PICTURES
DRAWS: Final = 6
PORTION_CM: Final = 60.0
_SEED: Final = 20_261_123


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Shares, each with the ends of its 95 % interval."""

    crowd: str
    limit: float
    others: int
    people: int
    missed_by_frames: list[tuple[float, float, float]]
    missed_until_sure: tuple[float, float, float]
    frames_of_a_return: float
    refused_until_sure: tuple[float, float, float]
    frames_of_somebody_new: float

    def failures(self, engine: str) -> Iterator[str]:
        """Yield the results that miss their limit."""
        if CAMERA not in self.crowd or self.limit != 0.001:
            return
        for name, missed, most in zip(
            ("until sure", "one frame"),
            (self.missed_until_sure, self.missed_by_frames[0]),
            MAX_MISSED[engine],
            strict=True,
        ):
            if missed[1] > most:
                yield f"{self.crowd}, {self.others} others: {missed[0]:.2%} by {name}"


@dataclass(slots=True)
class _Counts:
    """The results of all visits, with 1 to MAX_FRAMES frames and until sure."""

    missed: list[Lookups] = field(
        default_factory=lambda: [Lookups() for _ in range(MAX_FRAMES)]
    )
    missed_until_sure: Lookups = field(default_factory=Lookups)
    refused_until_sure: Lookups = field(default_factory=Lookups)
    frames: list[int] = field(default_factory=list)
    frames_of_new: list[int] = field(default_factory=list)


def _come(book: Book, now: float, person: Person, order: NDArray[np.int64]) -> str:
    """Let a person have paper by three frames; return the visitor's id in the book."""
    before = person.templates[order[:MAX_FRAMES]]
    answer = book.request(first(before, MAX_FRAMES), PORTION_CM, now)
    if not isinstance(answer, Reservation) or answer.visitor is None:
        return ""
    book.settle(answer, PORTION_CM, now)
    return answer.visitor


def measure(
    name: str,
    back: Sequence[Person],
    others: Sequence[Person],
    limit: float,
    cohort: Cohort,
    runs: int,
) -> Row:
    """Return the results of all returns, over several sites full of other visitors."""
    counts = _Counts()
    for run in range(runs):
        site = Site(
            size=max(1, len(others)), limit=limit, cohort=cohort, run=run, seed=_SEED
        )
        for _ in others:
            site.visit(others, 0.0)
        rng = np.random.default_rng([_SEED, run])
        for person in [one for one in back for _ in range(DRAWS)]:
            book = deepcopy(site.book)
            order = rng.permutation(len(person.templates))
            again = person.templates[order[MAX_FRAMES : 2 * MAX_FRAMES]]
            probe, frames = until_sure(book, again)
            wrong = book.identify(probe).visitor is not None
            counts.refused_until_sure.tell(person, run=run, wrong=wrong)
            counts.frames_of_new.append(frames)
            visitor = _come(book, site.now, person, order)
            for number, looks in enumerate(counts.missed, start=1):
                found = book.identify(first(again, number)).visitor
                looks.tell(person, run=run, wrong=found != visitor)
            probe, frames = until_sure(book, again)
            wrong = book.identify(probe).visitor != visitor
            counts.missed_until_sure.tell(person, run=run, wrong=wrong)
            counts.frames.append(frames)
    return Row(
        crowd=name,
        limit=limit,
        others=len(others),
        people=len(back),
        missed_by_frames=[interval(looks) for looks in counts.missed],
        missed_until_sure=interval(counts.missed_until_sure),
        frames_of_a_return=float(np.mean(counts.frames)),
        refused_until_sure=interval(counts.refused_until_sure),
        frames_of_somebody_new=float(np.mean(counts.frames_of_new)),
    )


def people(
    folder: Path, engine: str, name: str, others: int
) -> tuple[list[Person], list[Person]]:
    """Return the people who come back in a scene, and others of their crowd."""
    crowd = load(folder, engine)["lfw" if name == "lfw" else "east_asian"]
    back = [one for one in crowd if len(one.templates) >= PICTURES]
    if name != WHOLE:
        back = [one for one in back if not one.chooses]
    rest = [one for one in crowd if len(one.templates) < PICTURES and not one.chooses]
    return back, rest[:others]


def table(rows: Sequence[Row]) -> str:
    """Return the rows for a person to read."""
    lines = [
        f"{'crowd':28}{'N':>4}{'limit':>7}{'people':>8} | returns missed with"
        f"{'1':>6}{'2':>7}{'3':>7}{'until sure':>26}{'frames':>8} |"
        f"{'new refused until sure':>28}{'frames':>8}"
    ]
    for row in rows:
        fixed = "".join(f"{share[0]:7.1%}" for share in row.missed_by_frames)
        sure, refused = (
            f"{share:.2%} [{low:.2%}, {high:.2%}]"
            for share, low, high in (row.missed_until_sure, row.refused_until_sure)
        )
        lines.append(
            f"{row.crowd:28}{row.others + 1:4}{row.limit:7.1%}{row.people:8} |"
            f" {'':18}{fixed}{sure:>26}"
            f"{row.frames_of_a_return:8.2f} |{refused:>28}{row.frames_of_somebody_new:8.2f}"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=Path, default=FACES)
    parser.add_argument("--engine", choices=ENGINES, default="face_recognition")
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.faces.is_dir():
        print(f"no {options.faces}: this needs photographs", file=sys.stderr)
        return 0
    cohort = Cohort.load(options.engine)
    rows = [
        measure(
            name,
            *people(options.faces, options.engine, name, others),
            limit,
            cohort,
            options.runs,
        )
        for name, limit, others in SCENES
    ]
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print(table(rows))
    failures = [failure for row in rows for failure in row.failures(options.engine)]
    print("\n".join(failures) or "as it has to be", file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
