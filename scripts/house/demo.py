"""The demo: a real house in which people ask for paper.

    scripts/demo [--once] [--faces DIR] [--json]

Without --once the house stays open: a page in Home Assistant, or scripts/stand, puts
people before its cameras.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import json
import math
from pathlib import Path
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
from typing import Final

from .client import PASSWORD, USER
from .complaints import complaints
from .crowd import RULES_OF_A_CROWD, Crowd
from .demo_page import ADDRESS, PAGE, PORT, open_page, people_walk_past
from .home_assistant import ROOT, HouseError
from .house import House, open_house
from .people import Person, people_in, portraits
from .site import Site
from .site_setup import ENGINE, RULES
from .table import Line, heading
from .visit_watch import Watch
from .visits import WINDOW_S, Demo

CACHE: Final = ROOT / ".cache"
WALK_WINDOW_MIN: Final = 3
NEEDED_GB: Final = 3
"""Home Assistant, the engine and the firmware's compiler, with room for the system."""

STARTED: Final = time.monotonic()


def say(text: str) -> None:
    """Print progress for a person, on standard error."""
    print(f"demo {time.monotonic() - STARTED:6.0f} s  {text}", file=sys.stderr)


async def run(arguments: argparse.Namespace) -> bool:
    """Run the demo and return if everything went as expected."""
    crowd: Path | None = arguments.faces
    people = people_in(crowd) if crowd else await asyncio.to_thread(portraits)
    if not arguments.once:
        _port_must_be_free()
    CACHE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=CACHE))
    engine = _engine_for(Path("/proc/cpuinfo").read_text())
    if engine != ENGINE:
        say(f"this processor has no AVX: the engine is {engine}")
    if (memory := _memory_gb(Path("/proc/meminfo").read_text())) < NEEDED_GB:
        say(f"this machine has {memory:.1f} GB of memory, {NEEDED_GB} GB are better")
    say("starting Home Assistant and two dispensers")
    try:
        async with open_house(folder, port=None if arguments.once else PORT) as house:
            say("setting FaceQuota up as a manager does")
            rules = (
                RULES_OF_A_CROWD if crowd else {**RULES, "window_min": WINDOW_S / 60}
            )
            site = await house.set_up_site(rules=rules, engine=engine)
            well = await _visits(house, site, people, arguments)
            if not arguments.once:
                await _stay_open(site, people)
            return well
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _visits(
    house: House, site: Site, people: list[Person], arguments: argparse.Namespace
) -> bool:
    """Let the visits take place, print them, and return if all went as expected."""
    lines: list[Line] = []
    result: dict[str, object] = {}
    if not arguments.json:
        print(heading())
    async with Watch.on(site.client) as watch:
        visits: Crowd | Demo
        if arguments.faces:
            visits = Crowd(site, watch, people)
        else:
            a, b = people
            visits = Demo(site, watch, a, b)
        async for line in visits.run():
            lines.append(line)
            if not arguments.json:
                print(line.as_row(), flush=True)
    if isinstance(visits, Crowd):
        config = house.home_assistant.folder
        await visits.measure(config / ".cache/facequota")
        result = visits.tally.as_json()
        if not arguments.json:
            print(f"\n{visits.tally.as_text()}")
    noise = complaints(house.home_assistant.log)
    for record in noise:
        print(record, file=sys.stderr)
    well = not noise and all(line.wrong is None for line in lines)
    if arguments.json:
        visits_told = [line.as_json() for line in lines]
        print(json.dumps({"as_told": well, "visits": visits_told, **result}, indent=2))
    wrong = sum(line.wrong is not None for line in lines)
    say(
        f"{len(lines)} visits, {wrong} not as expected, {len(noise)} complaints in the log"
    )
    return well


async def _stay_open(site: Site, people: list[Person]) -> None:
    """Leave the house to the person who started it."""
    await open_page(site, people)
    # Time to read the display, and to come back too early.
    await site.set_number("window", WALK_WINDOW_MIN)
    print(
        f"""
Home Assistant    {ADDRESS}/{PAGE}/people   log in as {USER}, password {PASSWORD}
who stands there  on that page, or: scripts/stand NAME [DISPENSER] [--ask]
                  {", ".join(person.name for person in people[:8])}, each also "… later"
Ctrl-C ends it."""
    )
    with contextlib.suppress(asyncio.CancelledError):
        async with people_walk_past(site):
            await asyncio.Event().wait()
    say("closing")


def _engine_for(cpuinfo: str) -> str:
    """Return the engine that a processor can run; `cpuinfo` is the kernel's /proc/cpuinfo."""
    flags = re.search(r"^flags\s*:(.*)$", cpuinfo, re.MULTILINE)
    # Only x86 has this line, and only dlib's wheel asks for AVX.
    return "ncnn" if flags and "avx" not in flags[1].split() else ENGINE


def _memory_gb(meminfo: str) -> float:
    """Return how much memory a machine has, in GB; `meminfo` is the kernel's /proc/meminfo."""
    found = re.search(r"^MemTotal:\s*(\d+) kB", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 / 1e9 if found else math.inf


def _port_must_be_free() -> None:
    """Raise HouseError when another program uses the demo's port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            raise HouseError(f"port {PORT} is taken: is a demo running?") from None


def run_until_told_to_end(
    demo: Callable[[argparse.Namespace], Awaitable[bool]],
    arguments: argparse.Namespace,
) -> int:
    """Run a demo so that SIGTERM and Ctrl-C close it in order; return the exit code."""

    async def run_it() -> bool:
        task = asyncio.ensure_future(demo(arguments))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        return await task

    try:
        return 0 if asyncio.run(run_it()) else 1
    except HouseError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except asyncio.CancelledError:
        return 130


def main() -> int:
    """Run scripts/demo."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Real Home Assistant, real firmware, real faces: people ask for paper.",
    )
    parser.add_argument("--once", action="store_true", help="end after the visits")
    parser.add_argument(
        "--faces",
        type=Path,
        metavar="DIR",
        help="a folder of photographs for each person: everybody visits and returns",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    return run_until_told_to_end(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
