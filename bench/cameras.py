"""Each kind of camera: whose face decides, how old the pictures are, how long a visitor waits.

    .venv/bin/python -m bench.cameras [--camera KIND] [--engine ENGINE] [--condition C] [--swaps N] [--json] [--check]

Real Home Assistant, real firmware, real cameras (scripts/house/cameras). In every swap A
has paper and leaves, B stands there and asks for the first time: "running" is a camera
that works, "failing" one that shows or sends something else from the moment A leaves,
"after a pause" one that nobody has asked for two minutes. B must never be refused.
--check exits 1 when a figure is worse than it must be. Run scripts/setup before.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
import json
from pathlib import Path
import shutil
import sys
import tempfile
from typing import Final

from scripts.house.cameras.kinds import Kind
from scripts.house.home_assistant import ROOT, HouseError
from scripts.house.house import House, open_house
from scripts.house.people import portraits, stand
from scripts.house.site import Site
from scripts.house.site_setup import RULES
from scripts.house.swap import STEP_UP_S, Fault, faults_of, swap
from scripts.house.visit_watch import VisitEnd, Watch

from .swap_rows import Row, show

COMPONENT: Final = Path(__file__).parent / "pictures_seen"
ENGINES: Final = ("face_recognition", "ncnn")
PAUSE_S: Final = 120.0
CONDITIONS: Final = ("running", "failing", "after a pause")
# Of the swaps of all three conditions: how many with a camera that fails, how many after a pause.
FAILING: Final = 0.25
PAUSED: Final = 1
# Request to motor on, 95 %, in ms: by camera, by a stream that is open, and how much later
# than its next key frame by one that is not; dlib takes DLIB_MS longer.
MAX_MS: Final = {Kind.MJPEG: 250, Kind.ESPHOME: 450}
OPEN_STREAM_MS: Final = 350
STREAM_MS: Final = 500
DLIB_MS: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One kind of camera; a stream also by its key-frame interval and when it is opened."""

    kind: Kind
    key_frame_s: float = 1.0
    opened: str | None = None

    @property
    def name(self) -> str:
        """Return the name in the table."""
        if self.kind is not Kind.STREAM:
            return str(self.kind)
        return f"{self.kind} {self.key_frame_s:g} s, {self.opened}"

    def most_ms(self, engine: str) -> float | None:
        """Return the longest wait allowed, as the 95th percentile (ms)."""
        most: float | None = MAX_MS.get(self.kind)
        if self.kind is Kind.STREAM:
            most = OPEN_STREAM_MS
            if self.opened == "request":
                most = 1000 * self.key_frame_s + STREAM_MS
        slower = DLIB_MS if engine == ENGINES[0] else 0
        return None if most is None else most + slower


CASES: Final = (
    Case(kind=Kind.MJPEG),
    Case(kind=Kind.ESPHOME),
    Case(kind=Kind.STILL),
    Case(kind=Kind.STREAM, key_frame_s=1, opened="request"),
    Case(kind=Kind.STREAM, key_frame_s=4, opened="request"),
    Case(kind=Kind.STREAM, key_frame_s=4, opened="presence"),
    Case(kind=Kind.STREAM, key_frame_s=4, opened="always"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One house with one kind of camera and one engine."""

    house: House
    site: Site
    watch: Watch
    camera: str
    engine: str
    most_ms: float | None

    async def rows(self, swaps: int, condition: str | None) -> list[Row]:
        """Let the swaps take place, all in one condition or some in each."""
        failing, paused = round(swaps * FAILING), min(PAUSED, swaps)
        shares = dict(
            zip(CONDITIONS, (swaps - failing - paused, failing, paused), strict=True)
        )
        if condition is not None:
            shares = {condition: swaps}
        return [await self._row(name, count) for name, count in shares.items()]

    async def _row(self, condition: str, swaps: int) -> Row:
        """Let A and B swap places this many times, at both dispensers in turn."""
        faults: Iterator[Fault] | None = None
        if condition == "failing":
            faults = cycle(faults_of(self.site.dispensers[0].eye))
        row = Row(
            camera=self.camera,
            engine=self.engine,
            condition=condition,
            # A camera that fails answers late or never.
            most_ms=None if faults else self.most_ms,
        )
        dispensers = cycle(self.site.dispensers)
        orders = cycle([(0, 1), (1, 0)])
        people = self._people()
        for _ in range(swaps):
            a, b = (people[number] for number in next(orders))
            fault = next(faults) if faults else None
            await self._ages()
            first, second = await swap(
                self.site,
                self.watch,
                next(dispensers),
                a,
                b,
                fault=fault,
                pause_s=PAUSE_S if condition == "after a pause" else STEP_UP_S,
            )
            row.swaps += 1
            row.refused += second.outcome == "refused"
            row.open_lane += second.lane == "open"
            row.unknown += (first.outcome, first.lane) != ("granted", "face")
            if second.lane == "face" and second.motor_on_ms is not None:
                row.waits_ms.append(second.motor_on_ms)
            self._note_ages(row, second, await self._ages())
        return row

    def _people(self) -> list[Path]:
        folder = self.site.dispensers[0].pictures
        return [
            stand(one.photographs[0], folder / f"{one.name}.jpg") for one in portraits()
        ]

    async def _ages(self) -> list[dict[str, float]]:
        """Return when each picture was looked at since the last call, and its age."""
        answer = await self.house.client.service(
            "pictures_seen.take", {"root": str(ROOT)}, response=True
        )
        return [one for one in answer["pictures"] if one["age_ms"] is not None]

    def _note_ages(
        self, row: Row, told: VisitEnd, seen: Sequence[dict[str, float]]
    ) -> None:
        """Note the ages of the pictures that were looked at for this visit."""
        if told.decided_ms is None:
            return
        requested = told.decided.timestamp() - told.decided_ms / 1000
        for one in seen:
            if one["at"] >= requested:
                row.ages_ms.append(one["age_ms"])
                taken = one["at"] - one["age_ms"] / 1000
                row.older += taken < requested


async def measure(
    kinds: Sequence[Kind], engines: Sequence[str], swaps: int, condition: str | None
) -> list[Row]:
    """Build a house for each camera and engine and return what was measured."""
    return [
        row
        for case in CASES
        if case.kind in kinds
        for engine in engines
        for row in await _in_a_house(case, engine, swaps, condition)
    ]


async def _in_a_house(
    case: Case, engine: str, swaps: int, condition: str | None
) -> list[Row]:
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
    components = folder / "config/custom_components"
    components.mkdir(parents=True)
    (components / COMPONENT.name).symlink_to(COMPONENT)
    try:
        async with open_house(
            folder,
            cameras=(case.kind, case.kind),
            key_frame_s=case.key_frame_s,
            configuration=f"{COMPONENT.name}:\n",
        ) as house:
            rules = {**RULES, "portion_cm": 5, "allowance_cm": 5}
            site = await house.set_up_site(
                rules=rules, engine=engine, opened=case.opened
            )
            async with Watch.on(house.client) as watch:
                bench = Bench(
                    house=house,
                    site=site,
                    watch=watch,
                    camera=case.name,
                    engine=engine,
                    most_ms=case.most_ms(engine),
                )
                return await bench.rows(swaps, condition)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="python -m bench.cameras")
    parser.add_argument("--camera", type=Kind, choices=list(Kind), action="append")
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--condition", choices=CONDITIONS)
    parser.add_argument(
        "--swaps", type=int, default=20, help="for each camera and engine"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    parser.add_argument("--check", action="store_true", help="1 below what must be")
    arguments = parser.parse_args()
    try:
        rows = asyncio.run(
            measure(
                arguments.camera or list(Kind),
                arguments.engine or ENGINES,
                arguments.swaps,
                arguments.condition,
            )
        )
    except HouseError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    told = [row.as_json() for row in rows]
    print(json.dumps(told, indent=2) if arguments.json else show(rows))
    return 1 if arguments.check and not all(row.good for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
