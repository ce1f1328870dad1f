"""How long visitors wait for recognition when many ask at once, with one worker and more.

    .venv/bin/python bench/load.py [--engine ENGINE] [--workers N] [--json] [--check]

Real workers on real frames, without Home Assistant, cameras and motors: the time from a
request to the last frame that its visitor needs. DISPENSERS dispensers serve one visitor
at a time each; everybody is somebody new, who needs two frames (docs/recognition.md).
--check exits with 1 above the figures that are promised.
"""

import argparse
import asyncio
from dataclasses import dataclass, field
from itertools import cycle
import json
from pathlib import Path
import random
import sys
from typing import Any, Final

# Run as a file: the repository is not on the path yet.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.pool import Pool, max_workers
from custom_components.facequota.recognition.supervisor import Supervisor, WorkerError
from custom_components.facequota.visit.capture import (
    LOOK_WITHIN_S,
    MAX_FRAMES,
    MIN_PICTURES,
    THIRD_WITHIN_S,
)
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

DISPENSERS: Final = 10
VISITS_PER_MINUTE: Final = 60
FRAME_S: Final = 1 / 15
"""From one picture of a camera to its next one."""

BURST: Final = 10
POISSON_S: Final = 30
BURSTS: Final = 5
P95_S: Final = {Engine.NCNN: 0.6, Engine.FACE_RECOGNITION: 1.2}
MAX_P95_S: Final = 1.0
RATES: Final = (120, 240, 480, 960, 1440)
RATE_S: Final = 10


@dataclass(kw_only=True)
class Waits:
    """The results of some visits."""

    seconds: list[float] = field(default_factory=list)
    open_lane: int = 0

    def row(self) -> dict[str, Any]:
        """Return the figures. Every visitor gets paper: without recognition by the open lane."""
        waits = sorted(self.seconds)
        p95 = waits[max(0, round(0.95 * len(waits)) - 1)] if waits else None
        return {
            "visits": len(waits),
            "p50_s": round(waits[len(waits) // 2], 3) if waits else None,
            "p95_s": None if p95 is None else round(p95, 3),
            "open_lane": self.open_lane,
        }


class Entrance:
    """Dispensers in front of a pool of workers."""

    def __init__(self, pool: Pool, frames: list[bytes]) -> None:
        """Begin without visitors."""
        self._pool = pool
        self._frames = frames
        self._dispensers = cycle([asyncio.Lock() for _ in range(DISPENSERS)])

    async def visit(self, waits: Waits) -> None:
        """Serve one visitor at the next dispenser and note how long it took."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        async with next(self._dispensers):
            deadline = loop.time() + LOOK_WITHIN_S
            try:
                last = loop.time()
                for number in range(MAX_FRAMES):
                    took, last = loop.time() - last, loop.time()
                    if number >= MIN_PICTURES and took > THIRD_WITHIN_S:
                        break
                    if number:
                        await asyncio.sleep(FRAME_S)
                    left = deadline - loop.time()
                    frame = random.choice(self._frames)
                    sighting = await self._pool.look(frame, timeout=max(0.01, left))
                    sighting.overwrite()
            except WorkerError:
                waits.open_lane += 1
        waits.seconds.append(loop.time() - asked)

    async def poisson(self, per_minute: float, seconds: float) -> Waits:
        """Let visitors come at random."""
        waits, visits = Waits(), []
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            visits.append(asyncio.create_task(self.visit(waits)))
            await asyncio.sleep(random.expovariate(per_minute / 60))
        await asyncio.gather(*visits)
        return waits

    async def bursts(self) -> Waits:
        """Let BURST visitors come in one second, repeatedly."""
        waits = Waits()
        for _ in range(BURSTS):
            visits = []
            for _ in range(BURST):
                visits.append(asyncio.create_task(self.visit(waits)))
                await asyncio.sleep(1 / BURST)
            await asyncio.gather(*visits)
            await asyncio.sleep(1)
        return waits

    async def limit(self) -> dict[str, Any]:
        """Return the highest of RATES at which p95 stays below MAX_P95_S."""
        reached = 0
        for rate in RATES:
            row = (await self.poisson(rate, RATE_S)).row()
            if row["p95_s"] is None or row["p95_s"] > MAX_P95_S or row["open_lane"]:
                return {"at_least": reached, "below": rate}
            reached = rate
        return {"at_least": reached, "below": None}


async def measure(
    root: Path, engine: Engine, most: int, frames: list[bytes]
) -> dict[str, Any]:
    """Return the figures of one engine, installed in a folder, with up to so many workers."""
    environment = EngineEnvironment(root, engine)
    environment.is_installed()

    def worker() -> Supervisor:
        return Supervisor(
            command=environment.command(),
            env=environment.env(),
            on_change=lambda: None,
        )

    pool = Pool(worker, most=most)
    await pool.start()
    try:
        entrance = Entrance(pool, frames)
        for frame in frames:
            await pool.look(frame, timeout=60)
        return {
            "engine": engine.value,
            "most_workers": most,
            "poisson": (await entrance.poisson(VISITS_PER_MINUTE, POISSON_S)).row(),
            "bursts": (await entrance.bursts()).row(),
            "visits_per_minute_within_1_s": await entrance.limit(),
            "workers": len(pool.pids),
        }
    finally:
        await pool.stop()


def failures(rows: list[dict[str, Any]]) -> list[str]:
    """Return which promises a measurement breaks, for the largest pool of an engine."""
    last = {row["engine"]: row for row in rows}
    return [
        f"{engine} {kind}: p95 {row[kind]['p95_s']} s > {P95_S[Engine(engine)]} s"
        for engine, row in last.items()
        for kind in ("poisson", "bursts")
        if row[kind]["p95_s"] > P95_S[Engine(engine)]
    ]


def main() -> None:
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", type=Engine, action="append")
    parser.add_argument("--workers", type=int, default=max(2, max_workers()))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    frames = [path.read_bytes() for path in sorted(portrait_folder().glob("*/*.jpg"))]
    root = engines()
    random.seed(1)
    rows = [
        asyncio.run(measure(root, engine, most, frames))
        for engine in arguments.engine or list(Engine)
        for most in (1, arguments.workers)
    ]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        print(
            "engine             workers  60/min p50  p95    bursts p95  open lane  within 1 s"
        )
        for row in rows:
            poisson, bursts = row["poisson"], row["bursts"]
            limit = row["visits_per_minute_within_1_s"]
            below = f" (not {limit['below']})" if limit["below"] else ""
            print(
                f"{row['engine']:18} {row['workers']:>7}  {poisson['p50_s']:>10}  "
                f"{poisson['p95_s']:<5}  {bursts['p95_s']:<10}  "
                f"{poisson['open_lane'] + bursts['open_lane']:<9}  "
                f"{limit['at_least']}/min{below}"
            )
    broken = failures(rows)
    for line in broken:
        print(line, file=sys.stderr)
    if arguments.check and broken:
        sys.exit(1)


if __name__ == "__main__":
    main()
