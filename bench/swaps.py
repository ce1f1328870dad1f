"""A leaves and B asks for the first time: is B ever refused for A's portion? All kinds of camera at once.

    .venv/bin/python -m bench.swaps [--condition C] [--camera KIND] [--engine ENGINE] [--swaps N]
                                    [--pause S] [--houses N] [--json] [--check]

Real Home Assistant, real cameras (scripts/house/cameras). Each kind of camera, way of
opening it and engine has a site of its own, so that a round is one swap for each of them:
A stands there and has paper everywhere and leaves; B comes, stands there and asks. In
"running" the cameras work, in "failing" they show or send something else from the moment A
leaves, "after a pause" nobody has asked for two minutes. Houses share the rounds and work
side by side. A swap counts if A was recognised. --check exits 1 if anybody was refused or
a row has too few swaps. Run scripts/setup before.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
import contextlib
import json
from pathlib import Path
import shutil
import sys
import tempfile
from typing import Final

from scripts.house.home_assistant import ROOT, HouseError
from scripts.house.people import portraits, stand
from scripts.house.swap import STEP_UP_S, failing, faults_of

from .swap_house import Cell, Eye, SwapHouse, open_swap_house
from .swap_rows import Row

ENGINES: Final = ("face_recognition", "ncnn")
STREAMS: Final = (Eye.STREAM, Eye.FFMPEG)
WAYS: Final = ("request", "presence", "always")
"""Only a stream can be opened before the request."""

CONDITIONS: Final = ("running", "failing", "after a pause")
SWAPS: Final = 40
PAUSE_S: Final = 120.0

MAX_ROUNDS: Final = 1.5
"""So many rounds for a wanted swap: A may not be recognised in one."""

TRIES: Final = 5
"""A camera that has failed needs a moment until it shows A."""

MAX_AT_ONCE: Final = 3
"""Visits at the same moment; more would wait for each other on a small machine."""


class Rounds:
    """The rounds in one house."""

    def __init__(self, house: SwapHouse, people: Sequence[Path]) -> None:
        """Begin without visitors."""
        self._house = house
        self._people = people
        self._free = asyncio.Semaphore(MAX_AT_ONCE)
        self.rows = {
            (cell, condition): Row(
                camera=f"{cell.eye}, {cell.opened}",
                engine=cell.engine,
                condition=condition,
            )
            for cell in house.sites
            for condition in CONDITIONS
        }

    async def run(self, condition: str, swaps: int, pause_s: float) -> None:
        """Let A and B swap until every cell has so many swaps in a condition."""
        for number in range(round(swaps * MAX_ROUNDS)):
            cells = [
                cell
                for cell in self._house.sites
                if self.rows[cell, condition].swaps < swaps
            ]
            if not cells:
                return
            await self._round(cells, condition, number, pause_s)
            rows = [self.rows[cell, condition] for cell in self._house.sites]
            done = sum(row.swaps for row in rows), sum(row.refused for row in rows)
            print(
                f"{condition}, round {number + 1}: B was refused in {done[1]} of {done[0]} swaps",
                file=sys.stderr,
                flush=True,
            )

    async def _round(
        self, cells: Sequence[Cell], condition: str, number: int, pause_s: float
    ) -> None:
        a, b = self._people if number % 2 else self._people[::-1]
        await self._for_each(cells, self._forget)
        await self._step_up(a)
        known = await self._for_each(cells, self._is_known)
        await self._house.somebody_is_there(False)
        async with contextlib.AsyncExitStack() as stack:
            for camera in self._house.cameras if condition == "failing" else ():
                # Each condition in turn.
                faults = faults_of(camera)
                fault = faults[number % len(faults)]
                await stack.enter_async_context(failing(camera, fault))
            self._house.show(b)
            if condition == "after a pause":
                await asyncio.sleep(pause_s)
            await self._step_up(b)
            told = await self._for_each(cells, self._ask)
        await self._house.somebody_is_there(False)
        for cell, is_known, (outcome, lane) in zip(cells, known, told, strict=True):
            row = self.rows[cell, condition]
            row.unknown += not is_known
            if is_known:
                row.swaps += 1
                row.refused += outcome == "refused"
                row.open_lane += lane == "open"

    async def _step_up(self, person: Path) -> None:
        """Let a person come and stand there for a moment."""
        self._house.show(person)
        await self._house.somebody_is_there(True)
        await asyncio.sleep(STEP_UP_S)

    async def _forget(self, cell: Cell) -> None:
        await self._house.sites[cell].purge()

    async def _is_known(self, cell: Cell) -> bool:
        """Let A have paper; return if A was recognised."""
        for _ in range(TRIES):
            if await self._ask(cell) == ("granted", "face"):
                return True
        return False

    async def _ask(self, cell: Cell) -> tuple[str, str | None]:
        """Ask for paper; return the outcome and the lane."""
        site = self._house.sites[cell]
        async with self._free:
            answer = await site.dispense(site.dispensers[0])
        return answer["outcome"], answer.get("lane")

    async def _for_each[T](
        self, cells: Sequence[Cell], what: Callable[[Cell], Awaitable[T]]
    ) -> list[T]:
        return await asyncio.gather(*(what(cell) for cell in cells))


async def measure(arguments: argparse.Namespace) -> list[Row]:
    """Build the houses and return the results of the swaps in all of them."""
    cells = [
        Cell(eye=eye, opened=opened, engine=engine)
        for eye in arguments.camera or Eye
        for opened in (WAYS if eye in STREAMS else WAYS[:1])
        for engine in arguments.engine or ENGINES
    ]
    houses = await asyncio.gather(
        *(_in_a_house(cells, arguments) for _ in range(arguments.houses))
    )
    first, *others = houses
    for rows in others:
        for row, more in zip(first, rows, strict=True):
            row.add(more)
    return first


async def _in_a_house(
    cells: Sequence[Cell], arguments: argparse.Namespace
) -> list[Row]:
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
    people = [
        stand(one.photographs[0], folder / f"{one.name}.jpg") for one in portraits()
    ]
    conditions = arguments.condition or CONDITIONS
    try:
        async with open_swap_house(folder, cells) as house:
            rounds = Rounds(house, people)
            for condition in conditions:
                each = -(-arguments.swaps // arguments.houses)
                await rounds.run(condition, each, arguments.pause)
            return [row for (_, name), row in rounds.rows.items() if name in conditions]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def show(rows: Sequence[Row]) -> str:
    """Return the table."""
    lines = [
        f"{'camera, opened':20}{'engine':18}{'condition':15}{'swaps':>6}{'B refused':>11}"
        f"{'by face':>9}{'open lane':>11}{'A not recognised':>18}"
    ]
    lines += [
        f"{row.camera:20}{row.engine:18}{row.condition:15}{row.swaps:6}{row.refused:11}"
        f"{row.swaps - row.open_lane:9}{row.open_lane:11}{row.unknown:18}"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="python -m bench.swaps")
    parser.add_argument("--camera", type=Eye, choices=list(Eye), action="append")
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--condition", choices=CONDITIONS, action="append")
    parser.add_argument("--swaps", type=int, default=SWAPS, help="for each row")
    parser.add_argument("--pause", type=float, default=PAUSE_S, help="in seconds")
    parser.add_argument("--houses", type=int, default=1, help="side by side")
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    parser.add_argument("--check", action="store_true", help="1 below what must be")
    arguments = parser.parse_args()
    try:
        rows = asyncio.run(measure(arguments))
    except HouseError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    told = [row.as_json() for row in rows]
    print(json.dumps(told, indent=2) if arguments.json else show(rows))
    good = all(row.good and row.swaps >= arguments.swaps for row in rows)
    return 1 if arguments.check and not good else 0


if __name__ == "__main__":
    sys.exit(main())
