"""The worker as Home Assistant sees it: start, answers, memory and idle load, from outside."""

import asyncio
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.supervisor import Supervisor

IDLE_S: Final = 5.0


async def as_a_process(
    environment: EngineEnvironment, frames: list[bytes]
) -> dict[str, float]:
    """Return the worker's start, answers, memory and idle load, seen from outside."""
    worker = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    start = perf_counter()
    await worker.start()
    started = perf_counter() - start
    assert worker.pid is not None
    try:
        answers = []
        for data in frames:
            start = perf_counter()
            await worker.look(data, timeout=60)
            answers.append((perf_counter() - start) * 1000)
        memory, peak = memory_mb(worker.pid)
        before = _cpu_seconds(worker.pid)
        await asyncio.sleep(IDLE_S)
        idle = (_cpu_seconds(worker.pid) - before) / IDLE_S
    finally:
        await worker.stop()
    return {
        "start_s": round(started, 2),
        "answer_ms": round(median(answers), 1),
        "memory_mb": round(memory, 1),
        "peak_memory_mb": round(peak, 1),
        "idle_cpu": round(idle, 4),
    }


def memory_mb(pid: int) -> tuple[float, float]:
    """Return a process's resident memory now and at most, in megabytes (10⁶ bytes)."""
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").open() if ":" in line
    )
    now, most = (int(fields[name].split()[0]) for name in ("VmRSS", "VmHWM"))
    return now * 1024 / 1e6, most * 1024 / 1e6


def _cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
