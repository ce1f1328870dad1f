"""Runs both engines' worker, and tests, on several machines and prints what it found as a table.

    .venv/bin/python -m scripts.machines [--here]

Exits with 1 when an engine does not recognise where it should, or when one that cannot
run is not told so. What qemu cannot show is listed and not counted.
"""

import argparse
import asyncio
import os
from pathlib import Path
import platform
import sys
import sysconfig
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.recognition.engine import Sighting
from custom_components.facequota.recognition.environment import Engine
from custom_components.facequota.recognition.supervisor import Supervisor, WorkerError
from scripts.house.people import portrait_folder
from scripts.proof.confined import attempts, cases, escaped

from .machine import NOT_BY_QEMU, Machine, machines
from .suite import run_tests, tests_of

LOOK_S: Final = 300.0
ROUNDS: Final = 10
"""How often each picture is looked at to measure; not under qemu."""

SAME: Final = 1e-2
"""How far apart the templates of one picture may be, on two machines: two pictures of one person are 0.3 to 0.5 apart."""

type Templates = list[NDArray[np.float32]]


async def run(machine: Machine, engine: Engine, pictures: list[Path]) -> dict[str, Any]:
    """Return the results of an engine on a machine; its templates are under "seen"."""
    command, env = await asyncio.to_thread(machine.command, engine)
    worker = Supervisor(command=command, env=env, on_change=lambda: None)
    try:
        await worker.start()
        sightings: list[Sighting] = [
            await worker.look(path.read_bytes(), timeout=LOOK_S) for path in pictures
        ]
        assert worker.pid is not None
        rss = int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1])
        return await _cost(worker, pictures if not machine.is_qemu else []) | {
            "result": "recognises"
            if all(one.template is not None for one in sightings)
            else f"no template: {[one.guidance for one in sightings]}",
            "seen": [one.template for one in sightings if one.template is not None],
            "median_ms": sorted(one.recognition_ms for one in sightings)[
                len(sightings) // 2
            ],
            "rss_mb": rss * os.sysconf("SC_PAGESIZE") / 1e6,
            "sandbox": dict(worker.sandbox),
        }
    except WorkerError as err:
        return {"result": err.reason, "detail": err.detail}
    finally:
        await worker.stop()


async def _cost(worker: Supervisor, pictures: list[Path]) -> dict[str, float]:
    """Return the processor time and the page faults of a look; nothing without a picture."""
    if not pictures:
        return {}
    before = _spent(worker)
    for path in pictures * ROUNDS:
        await worker.look(path.read_bytes(), timeout=LOOK_S)
    ticks, faults = (
        now - then for now, then in zip(_spent(worker), before, strict=True)
    )
    looks = len(pictures) * ROUNDS
    return {
        "cpu_ms": 1000 * ticks / os.sysconf("SC_CLK_TCK") / looks,
        "faults": faults / looks,
    }


def _spent(worker: Supervisor) -> tuple[int, int]:
    """Return the ticks of the processor and the page faults that a worker has had."""
    # proc_pid_stat(5), after the name in brackets: minflt is field 10, utime and stime are 14 and 15.
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]), int(fields[7])


def judge(
    machine: Machine,
    engine: Engine,
    row: dict[str, Any],
    seen: Templates,
    reference: Templates | None,
) -> bool:
    """Add to a row how near its templates are to the reference's; return if it passes."""
    wanted = "sigill" if engine in machine.without else "recognises"
    passes: bool = row["result"] == wanted
    if passes and seen and reference:
        apart = max(
            float(np.linalg.norm(one - other))
            for one, other in zip(seen, reference, strict=True)
        )
        row["apart"] = apart
        passes = apart <= SAME
    facts = row.get("sandbox", {})
    if machine.is_qemu:
        row["not_shown"] = sorted(NOT_BY_QEMU & set(facts))
        facts = {k: v for k, v in facts.items() if k not in NOT_BY_QEMU}
    row["refused"] = sorted(name for name, granted in facts.items() if not granted)
    row["passes"] = passes
    return passes


async def main() -> bool:
    """Run, print, and return whether everything passed."""
    parser = argparse.ArgumentParser(prog="scripts/platforms", description=__doc__)
    parser.add_argument("--here", action="store_true")
    arguments = parser.parse_args()
    pictures = sorted(portrait_folder().glob("*/*.jpg"))[:3]
    libc = sysconfig.get_config_var("EXT_SUFFIX")
    print(
        f"this machine: {platform.machine()}, {libc}, Python {platform.python_version()}"
    )
    passed = await asyncio.to_thread(refused)
    references: dict[Engine, Templates] = {}
    for machine in machines(only_here=arguments.here):
        for engine in Engine:
            row: dict[str, Any] = {"machine": machine.name, "engine": engine.value}
            row |= await run(machine, engine, pictures)
            seen: Templates = row.pop("seen", [])
            passed &= judge(machine, engine, row, seen, references.get(engine))
            references.setdefault(engine, seen)
            print(text(row), flush=True)
        packages = await asyncio.to_thread(machine.packages, Engine.NCNN)
        for name, tests in tests_of(machine).items():
            well, told = await asyncio.to_thread(run_tests, machine, packages, tests)
            passed &= well
            print(f"{machine.name:36} tests of {name}: {told}", flush=True)
    return passed


def refused() -> bool:
    """Print the attempts that the sandbox lets through on this machine; return if there are none."""
    passed = True
    for case in cases():
        results = attempts(case)
        out = escaped(results)
        passed &= not out
        found = f"let through: {', '.join(out)}" if out else "none is let through"
        print(f"{case}: {len(results)} acts tried in the sandbox, {found}", flush=True)
    return passed


def text(row: dict[str, Any]) -> str:
    """Return a row of the table."""
    parts = [f"{row['machine']:36} {row['engine']:17} {row['result']:11}"]
    if "median_ms" in row:
        parts.append(f"{row['median_ms']:8.0f} ms {row['rss_mb']:5.0f} MB")
    if "cpu_ms" in row:
        parts.append(
            f"{row['cpu_ms']:5.1f} ms CPU and {row['faults']:.0f} page faults a look"
        )
    if "apart" in row:
        parts.append(f"templates {row['apart']:.1e} apart")
    if row["refused"]:
        parts.append(f"the kernel refuses {', '.join(row['refused'])}")
    if row.get("not_shown"):
        parts.append(f"not shown by qemu: {', '.join(row['not_shown'])}")
    return "  ".join([*parts, "" if row["passes"] else "NOT AS IT SHOULD BE"]).rstrip()


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
