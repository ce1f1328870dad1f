"""How many frames a visit needs: one, two, three, or as many as it takes to be sure.

    .venv/bin/python -m bench.frames [--faces FOLDER] [--engine NAME] [--runs 6]
    … --json --check

Everybody of whom there are five pictures or more comes to a site whose window is full
of others, has paper by two frames, and comes back with the other pictures. The frames
of "until sure" go through the same code as a visitor's (probe.py). Nobody who comes
back was learnt from before. Needs photographs: portraits of four people are too few.

--check fails where looking until sure misses more returns than one frame does, takes
as long as three, or refuses more new visitors than the manager's limit.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
import json
from pathlib import Path
import sys
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.cameras.frames import Camera
from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.priors import PRIORS
from custom_components.facequota.recognition.engine import Sighting
from custom_components.facequota.recognition.fuse import fuse
from custom_components.facequota.visit.capture import (
    FRAMES_OF_SOMEBODY_NEW,
    MOST_FRAMES,
    look,
)
from custom_components.facequota.visit.recogniser import Recogniser

from .crowds import FACES, Person, load
from .looks import Looks, interval
from .rolling import Site

SCENES: Final = (("east_asian", 0.001), ("lfw", 0.001), ("lfw", 0.01))
PICTURES: Final = FRAMES_OF_SOMEBODY_NEW + MOST_FRAMES
WINDOW: Final = 49
VISITS: Final = 400
DRAWS: Final = 4
PORTION_CM: Final = 60.0
_SEED: Final = 20_261_123

type Templates = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Shares, each with the ends of its 95 % interval."""

    crowd: str
    limit: float
    people: int
    missed_by_frames: list[tuple[float, float, float]]
    missed_until_sure: tuple[float, float, float]
    frames_of_a_return: float
    refused_until_sure: tuple[float, float, float]
    frames_of_somebody_new: float

    def failures(self) -> Iterator[str]:
        """Yield what is not as it has to be."""
        name = f"{self.crowd}, limit {self.limit:.1%}"
        if self.missed_until_sure[0] > self.missed_by_frames[0][0]:
            yield f"{name}: until sure misses more than one frame"
        if self.frames_of_a_return >= MOST_FRAMES:
            yield f"{name}: until sure takes as long as {MOST_FRAMES} frames"
        if self.refused_until_sure[1] > self.limit:
            yield f"{name}: FPIR {self.refused_until_sure[0]:.2%}"


def sighting(template: Templates) -> Sighting:
    """Return a usable frame with a template of its own, as looking overwrites it."""
    return Sighting(
        guidance=None,
        template=template.copy(),
        quality=1.0,
        face_height_px=None,
        faces=1,
        recognition_ms=0.0,
    )


class _Pictures:
    """A camera and a worker that show somebody's pictures, one after the other."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._shown = 0

    async def frame(self, _timeout_s: float) -> bytes:
        self._shown += 1
        return bytes([self._shown])

    async def look(self, frame: bytes, **_: object) -> Sighting:
        return sighting(self._templates[frame[0] - 1])


def until_sure(book: Book, templates: Templates) -> tuple[Templates, int]:
    """Return the probe that a visit decides by, and how many frames it took."""
    shown = _Pictures(templates)
    probe = asyncio.run(
        look(
            cast(Camera, shown),
            cast(Recogniser, shown),
            book.identify,
            on_guidance=lambda guidance: None,
        )
    )
    assert probe.template is not None
    return probe.template, probe.frames


def first(templates: Templates, frames: int) -> Templates:
    """Return the first frames fused."""
    fused = fuse([sighting(template) for template in templates[:frames]])
    assert fused is not None
    return fused


@dataclass(slots=True)
class _Counts:
    """What came of everybody's visits, with 1 to MOST_FRAMES frames and until sure."""

    missed: list[Looks] = field(
        default_factory=lambda: [Looks() for _ in range(MOST_FRAMES)]
    )
    missed_until_sure: Looks = field(default_factory=Looks)
    refused_until_sure: Looks = field(default_factory=Looks)
    frames: list[int] = field(default_factory=list)
    frames_of_new: list[int] = field(default_factory=list)


def _tell(looks: Looks, person: Person, run: int, *, wrong: bool) -> None:
    looks.people.append(person.name)
    looks.run.append(run)
    looks.wrong.append(wrong)


def _come(book: Book, now: float, person: Person, order: NDArray[np.int64]) -> str:
    """Let somebody have paper by two frames; return who they are in the book."""
    before = person.templates[order[:FRAMES_OF_SOMEBODY_NEW]]
    answer = book.request(first(before, FRAMES_OF_SOMEBODY_NEW), PORTION_CM, now)
    if not isinstance(answer, Reservation) or answer.visitor is None:
        return ""
    book.settle(answer, PORTION_CM, now)
    return answer.visitor


def measure(
    crowd: str, people: Sequence[Person], limit: float, engine: str, runs: int
) -> Row:
    """Return what comes of everybody who has enough pictures, over several sites."""
    back = [person for person in people if len(person.templates) >= PICTURES]
    others = [person for person in people if len(person.templates) < PICTURES]
    counts = _Counts()
    for run in range(runs):
        site = Site(size=WINDOW, limit=limit, prior=PRIORS[engine], run=run, seed=_SEED)
        for _ in range(VISITS):
            site.visit(others)
        rng = np.random.default_rng([_SEED, run])
        for person in [one for one in back for _ in range(DRAWS)]:
            book = deepcopy(site.book)
            order = rng.permutation(len(person.templates))
            again = person.templates[order[FRAMES_OF_SOMEBODY_NEW:PICTURES]]
            probe, frames = until_sure(book, again)
            wrong = book.identify(probe).visitor is not None
            _tell(counts.refused_until_sure, person, run, wrong=wrong)
            counts.frames_of_new.append(frames)
            name = _come(book, site.now, person, order)
            for number, looks in enumerate(counts.missed, start=1):
                found = book.identify(first(again, number)).visitor
                _tell(looks, person, run, wrong=found != name)
            probe, frames = until_sure(book, again)
            wrong = book.identify(probe).visitor != name
            _tell(counts.missed_until_sure, person, run, wrong=wrong)
            counts.frames.append(frames)
    return Row(
        crowd=crowd,
        limit=limit,
        people=len(back),
        missed_by_frames=[interval(looks) for looks in counts.missed],
        missed_until_sure=interval(counts.missed_until_sure),
        frames_of_a_return=float(np.mean(counts.frames)),
        refused_until_sure=interval(counts.refused_until_sure),
        frames_of_somebody_new=float(np.mean(counts.frames_of_new)),
    )


def table(rows: Sequence[Row]) -> str:
    """Return the rows for a person to read."""
    lines = [
        f"{'crowd':12}{'limit':>7}{'people':>8} | returns missed with"
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
            f"{row.crowd:12}{row.limit:7.1%}{row.people:8} | {'':18}{fixed}{sure:>26}"
            f"{row.frames_of_a_return:8.2f} |{refused:>28}{row.frames_of_somebody_new:8.2f}"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=Path, default=FACES)
    parser.add_argument("--engine", choices=sorted(PRIORS), default="face_recognition")
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.faces.is_dir():
        print(f"no {options.faces}: this needs photographs", file=sys.stderr)
        return 0
    crowds = load(options.faces, options.engine)
    rows = [
        measure(crowd, crowds[crowd], limit, options.engine, options.runs)
        for crowd, limit in SCENES
        if crowd in crowds
    ]
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print(table(rows))
    failures = [failure for row in rows for failure in row.failures()]
    print("\n".join(failures) or "as it has to be", file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
