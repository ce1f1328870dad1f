"""The busiest hour of a large park: its load on the server and on each site.

One hundred instances and 50,000 visitors an hour, each somebody new, by real instances and a
real server in slow time (park_time.py): what they use of a processor in a second of it.
"""

import asyncio
from random import Random
import time
from typing import Any, Final

import numpy as np
from valkey.asyncio import Valkey

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import Reservation
from tests.contract.gates import Gate

from .park_time import loop_factory, quota_server

RESTROOMS: Final = 100
VISITS_PER_S: Final = 50_000 / 3600
# A tenth of nine minutes, so that a tenth of the visitors is there at once.
RULE: Final = Rule(allowance_cm=60, window_s=54.0)
PORTION_CM: Final = 60.0
SECONDS: Final = 60.0
SLOWNESS: Final = 20.0


async def _hour() -> dict[str, float]:
    draw, faces = Random(3), np.random.default_rng(3)
    answers: list[float] = []
    with quota_server(SLOWNESS) as server:
        gates = [
            Gate(server.port, rule=RULE, name=f"restroom {number}")
            for number in range(RESTROOMS)
        ]
        # The first makes the key that the others ask for.
        await gates[0].open()
        await asyncio.gather(*(gate.open() for gate in gates[1:]))
        client: Any = Valkey(host="127.0.0.1", port=server.port)
        loop = asyncio.get_running_loop()
        before, mine, began = await _used(client), time.process_time(), loop.time()

        async def visit(gate: Gate) -> None:
            face = faces.normal(size=128).astype(np.float32)
            asked = loop.time()
            answer = await gate.book.reserve(face, PORTION_CM, gate.now())
            answers.append(loop.time() - asked)
            if isinstance(answer, Reservation):
                gate.book.settle(answer, PORTION_CM, gate.now())

        async with asyncio.TaskGroup() as visits:
            while loop.time() - began < SECONDS:
                visits.create_task(visit(draw.choice(gates)))
                await asyncio.sleep(draw.expovariate(VISITS_PER_S))
                for gate in gates:
                    gate.book.expire(gate.now())
        passed = loop.time() - began
        theirs, own = await _used(client) - before, time.process_time() - mine
        connected = sum(gate.book.status.connected for gate in gates)
        for gate in gates:
            await gate.kill()
        await client.aclose()
    return {
        "restrooms_connected": connected,
        "restrooms_visits": len(answers),
        "restrooms_answer_ms": float(np.median(answers)) * 1000,
        "restrooms_server_percent_of_core": 100 * theirs / passed,
        "restrooms_site_percent_of_core": 100 * own / passed / RESTROOMS,
    }


async def _used(client: Any) -> float:
    """Return the processor time that the server has used, in s."""
    told = await client.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def fullest_hour() -> dict[str, float]:
    """Return the load of one second of the busiest hour."""
    return asyncio.run(_hour(), loop_factory=loop_factory(SLOWNESS))
