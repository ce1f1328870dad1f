"""A shared quota: its speed, its size, and whether its rules hold.

    .venv/bin/python -m bench.park [--visits N] [--slower N] [--json] [--check]

A real Valkey server and real instances in one process, each with a network of its own
that can be cut. The day in the park kills instances and the server, cuts networks and
sets clocks wrong; what every visitor was told is compared with what they get.
"""

import argparse
import asyncio
import json
import secrets
import sys
import time
from typing import Any, Final

import numpy as np
from valkey.asyncio import Valkey

from custom_components.facequota.quota.protocol import Standing
from custom_components.facequota.shared_quota.functions import library, load
from custom_components.facequota.shared_quota.seal import EpochKey
from scripts.park.server import QuotaServer
from tests.contract.gates import Gate

from .park_day import DAY_VISITS, Day
from .park_size import fullest_hour
from .park_time import loop_factory, quota_server
from .park_visit import request_to_motor

MANY: Final = 10_000
ENTRIES: Final = 5
ROUNDS: Final = 200
PIPELINED: Final = 200


async def reserve_speed(server: QuotaServer) -> dict[str, float]:
    """Return reservations in a second of the server's processor, and bytes of memory."""
    client: Any = Valkey(host="127.0.0.1", port=server.port)
    await load(client)
    prefix, key = library()[0], "fq:{speed}:"
    await client.execute_command(
        "FCALL", prefix + "begin", 1, key, "e", 0, "", 60.0, 540000.0
    )
    life = await client.hget(f"{key}meta", "life")
    sealed = EpochKey("e").seal("v", np.zeros(128, np.float32), 0)
    before = await _figures(client)
    for _ in range(MANY // PIPELINED):
        pipeline = client.pipeline(transaction=False)
        for _ in range(PIPELINED):
            pipeline.execute_command(
                *("FCALL", prefix + "reserve", 1, key, "e", life, 10**9),
                *(secrets.token_hex(8), 60, secrets.token_hex(8), sealed, "", ""),
            )
        answers = await pipeline.execute()
        assert all(answer[0] == b"granted" for answer in answers)
    after = await _figures(client)
    await client.execute_command("FLUSHALL")
    await client.aclose()
    return {
        "reserved_per_core_s": MANY / (after[0] - before[0]),
        "visitors_10000_mb": (after[1] - before[1]) / 1e6,
    }


async def _figures(client: Any) -> tuple[float, float]:
    """Return the server's processor time in s and its memory in use in bytes."""
    cpu, memory = await client.info("cpu"), await client.info("memory")
    return cpu["used_cpu_user"] + cpu["used_cpu_sys"], memory["used_memory"]


async def entry_and_trips(server: QuotaServer) -> dict[str, float]:
    """Return how long a new instance needs for everybody, and one reservation takes."""
    people = np.random.default_rng(1).normal(size=(MANY, 128)).astype(np.float32)
    people /= np.linalg.norm(people, axis=1, keepdims=True)
    first = Gate(server.port)
    await first.open()
    standing = Standing(tat=first.now() + first.replica.rule.window_s)
    names = [secrets.token_hex(8) for _ in people]
    first.replica.put_all(dict.fromkeys(names, standing), people)
    # As after an outage: all visitors of this instance are sent.
    server.kill()
    server.start()
    while int(await first.raw("ZCARD", first.key("tats"))) < MANY:
        await asyncio.sleep(0.1)
    await first.connected()
    seconds = []
    for _ in range(ENTRIES):
        second = Gate(server.port)
        started = time.perf_counter()
        await second.open()
        seconds.append(time.perf_counter() - started)
        found = len(second.replica.names())
        await second.kill()
    second = Gate(server.port)
    await second.open()
    shared, alone = [], []
    for _ in range(ROUNDS):
        probe = np.random.default_rng().normal(size=128).astype(np.float32)
        started = time.perf_counter()
        await second.book.reserve(probe, 60, second.now())
        shared.append(time.perf_counter() - started)
        probe = np.random.default_rng().normal(size=128).astype(np.float32)
        started = time.perf_counter()
        first.replica.request(probe, 60, first.now())
        alone.append(time.perf_counter() - started)
    await first.kill()
    await second.kill()
    return {
        "entry_templates": found,
        "entry_s": float(np.median(seconds)),
        "entry_slowest_s": max(seconds),
        "reserve_shared_ms": float(np.median(shared)) * 1000,
        "reserve_alone_ms": float(np.median(alone)) * 1000,
    }


async def _day(visits: int, slower: float) -> dict[str, float]:
    with quota_server(slower) as server:
        return await Day(server, visits).spend()


async def _speed() -> dict[str, float]:
    """Return the figures that must be measured in real time."""
    figures: dict[str, float] = {}
    with QuotaServer() as server:
        figures |= await reserve_speed(server)
    with QuotaServer() as server:
        figures |= await entry_and_trips(server)
    with QuotaServer() as server:
        figures |= await request_to_motor(server)
    return figures


def measure(visits: int, slower: float) -> dict[str, float]:
    """Return all figures."""
    figures = asyncio.run(_speed()) | fullest_hour()
    day = _day(visits, slower)
    return figures | asyncio.run(day, loop_factory=loop_factory(slower))


MIN_FIGURES: Final = {"reserved_per_core_s": 20_000, "entry_templates": MANY}
MAX_FIGURES: Final = {
    "visitors_10000_mb": 15.0,
    "entry_s": 1.0,
    "motor_on_shared_to_local": 1.05,
    "longest_answer_s": 2.5,
    "refused_earlier_than_told": 0,
    "double_grants_while_all_was_well": 0,
    "double_grants_not_counted": 0,
    "charged_too_much_cm": 1.0,
    "charged_too_little_cm": 1.0,
    "kept_longest_after_tat_s": 1.0,
}


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=DAY_VISITS)
    parser.add_argument(
        "--slower",
        type=float,
        default=1.0,
        help="seconds for each second of the day, for machines that have other work",
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.visits, arguments.slower)
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name.replace('_', ' '):40} {value:12,.3f}")
    missed = [name for name, least in MIN_FIGURES.items() if figures[name] < least]
    missed += [name for name, most in MAX_FIGURES.items() if figures[name] > most]
    for name in missed:
        print(f"missed: {name} is {figures[name]}", file=sys.stderr)
    return int(arguments.check and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
