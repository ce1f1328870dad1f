"""The time of a visit from the request to the turning motor, and its load on Home Assistant.

    .venv/bin/python -m bench.visit [--visits N] [--json] [--check]

Real Home Assistant, real firmware, HTTP cameras of 640×480 before which people
stand. Everybody comes twice: once as somebody new, and at once again, a step aside.
Beside the visits, the same recognition runs in Home Assistant's executor, to show what
the child process is for.
--check exits 1 when a figure is worse than it must be. Run scripts/setup demo before.
"""

import argparse
import asyncio
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
import shutil
import statistics
import sys
import tempfile
from typing import Any, Final

import psutil

from scripts.house.home_assistant import ROOT, HouseError
from scripts.house.house import House, open_house
from scripts.house.people import portraits, stand
from scripts.house.site import Site
from scripts.house.site_setup import RULES
from scripts.house.visit_watch import Watch

from .figures import Figure, add_options, report

COMPONENT: Final = Path(__file__).parent / "visit_loop"
IDLE_SECONDS: Final = 20
SETTLE_SECONDS: Final = 10
EXECUTOR_ROUNDS: Final = 25
# The firmware rests for a second after a portion; two dispensers take turns. And the
# purge, after which every visitor is new, starts another worker in the background.
STEP_UP_S: Final = 2.0
MIB: Final = 1024 * 1024


async def measure(visits: int) -> list[Figure]:
    """Build a house, let people visit, and return what was measured."""
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
    try:
        _add_component(folder / "config")
        async with open_house(folder, configuration=f"{COMPONENT.name}:\n") as house:
            process = psutil.Process(house.home_assistant.pid)
            before = process.memory_info().rss
            site = await house.set_up_site(
                rules={**RULES, "portion_cm": 5, "allowance_cm": 5}
            )
            idle = await _idle(process)
            await house.client.service("visit_loop.start")
            times = await _visits(house, site, visits)
            stall = await _longest_ms(house, "visit_loop.stop")
            after = process.memory_info().rss
            child = max(
                one.memory_info().rss for one in process.children(recursive=True)
            )
            executor = await _in_the_executor(house, site)
        return [
            Figure(name="visits", value=2 * len(times.motor), unit=""),
            Figure(
                name="request to motor on, median",
                value=statistics.median(times.motor),
                unit="ms",
            ),
            Figure(
                name="request to motor on, 95 %",
                value=statistics.quantiles(times.motor, n=20)[-1],
                unit="ms",
                at_most=500,
            ),
            Figure(
                name="two frames in the child, median",
                value=statistics.median(times.new),
                unit="ms",
            ),
            Figure(
                name="request to refusal, median",
                value=statistics.median(times.refusal),
                unit="ms",
                at_most=250,
            ),
            Figure(
                name="one frame in the child, median",
                value=statistics.median(times.back),
                unit="ms",
            ),
            Figure(
                name="longest stall of the loop", value=stall, unit="ms", at_most=15
            ),
            Figure(name="the same in the executor", value=executor, unit="ms"),
            Figure(
                name="Home Assistant grew by",
                value=(after - before) / MIB,
                unit="MiB",
                at_most=40,
            ),
            Figure(name="child", value=child / MIB, unit="MiB", at_most=150),
            *idle,
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _add_component(config: Path) -> None:
    """Add the component that measures the event loop to a house that is not started yet."""
    components = config / "custom_components"
    components.mkdir(parents=True)
    (components / COMPONENT.name).symlink_to(COMPONENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long visits took, in ms."""

    motor: list[float] = field(default_factory=list)
    """From the request of somebody new to the turning motor."""
    new: list[float] = field(default_factory=list)
    """Of that in the child."""
    refusal: list[float] = field(default_factory=list)
    """From the request of the same person again to being told when to come back."""
    back: list[float] = field(default_factory=list)
    """Of that in the child."""


async def _visits(house: House, site: Site, visits: int) -> Times:
    """Let each person come twice, and return the times."""
    times = Times()
    turns = zip(cycle(site.dispensers), cycle(_people(site)), strict=False)
    async with Watch.on(house.client) as watch:
        for _, (dispenser, pictures) in zip(range(visits // 2), turns, strict=False):
            await site.purge()
            press = partial(site.press, dispenser)
            told = []
            for picture in pictures:
                dispenser.scene.show(picture)
                await asyncio.sleep(STEP_UP_S)
                told.append(await watch.visit(dispenser, press))
            first, again = told
            outcomes = [(one.outcome, one.lane) for one in (first, again)]
            if outcomes != [("granted", "face"), ("refused", "face")]:
                raise HouseError(f"visits ended otherwise: {first}, {again}")
            assert first.motor_on_ms is not None
            assert again.decided_ms is not None
            times.motor.append(first.motor_on_ms)
            times.new.append(first.recognition_ms or 0.0)
            times.refusal.append(again.decided_ms)
            times.back.append(again.recognition_ms or 0.0)
    return times


def _people(site: Site) -> list[list[Path]]:
    """Write what the cameras show: two people, each now and a step aside, both ways."""
    folder = site.dispensers[0].pictures
    people = [
        [
            stand(
                person.photographs[0],
                folder / f"bench_{number}_{later}.jpg",
                later=later,
            )
            for later in (False, True)
        ]
        for number, person in enumerate(portraits())
    ]
    return [*people, *(pictures[::-1] for pictures in people)]


async def _longest_ms(house: House, action: str, **data: Any) -> float:
    """Return the answer of one of that component's actions, in ms."""
    answer = await house.client.service(action, data, response=True)
    longest: float = answer["longest_ms"]
    return longest


async def _in_the_executor(house: House, site: Site) -> float:
    """Return the longest stall while the executor looks at the same pictures, in ms."""
    engines = house.home_assistant.folder / ".cache/facequota"
    engine = next(one for one in engines.iterdir() if (one / "dlib").exists())
    return await _longest_ms(
        house,
        "visit_loop.recognise",
        engine=str(engine),
        product=str(ROOT / "custom_components/facequota"),
        pictures=[str(one) for pictures in _people(site)[:2] for one in pictures],
        rounds=EXECUTOR_ROUNDS,
    )


async def _idle(process: psutil.Process) -> list[Figure]:
    """Return the processor load of both processes without visitors."""
    await asyncio.sleep(SETTLE_SECONDS)
    children = process.children(recursive=True)
    for one in (process, *children):
        one.cpu_percent()
    await asyncio.sleep(IDLE_SECONDS)
    child = max((one.cpu_percent() for one in children), default=0.0)
    return [
        Figure(
            name="Home Assistant, idle",
            value=process.cpu_percent(),
            unit="%",
            at_most=1,
        ),
        Figure(name="child, idle", value=child, unit="%", at_most=1),
    ]


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="python -m bench.visit")
    parser.add_argument("--visits", type=int, default=100)
    add_options(parser)
    arguments = parser.parse_args()
    try:
        figures = asyncio.run(measure(arguments.visits))
    except HouseError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return report(figures, arguments)


if __name__ == "__main__":
    sys.exit(main())
