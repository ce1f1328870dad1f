"""What a shared quota costs a visitor: the time from the request to the turning motor.

The story of a visit as it is (visit/visit.py), with stand-ins at its ends: a look that
takes as long as the quicker engine's on a fast machine, and a motor that is on at once.
A visit with a local book and one with a shared book, each with somebody new, are a pair:
what else the machine does meets both. Figures are medians over the pairs.
"""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.const import Lane
from custom_components.facequota.hardware.motor import Paper
from custom_components.facequota.options import SiteOptions
from custom_components.facequota.visit.accounts import Accounts
from custom_components.facequota.visit.probe import Probe
from custom_components.facequota.visit.visit import Request, VisitContext, visit
from custom_components.facequota.visit.visitors import Visitors
from scripts.park.server import QuotaServer
from tests.contract.gates import Gate, empty_replica

LOOK_S: Final = 0.2
PAIRS: Final = 150
PORTION_CM: Final = 60.0


class _Machine:
    """A dispenser with a new random visitor each time."""

    def __init__(self) -> None:
        self._draw = np.random.default_rng(11)

    async def look(self) -> Probe:
        """Take as long as a look, and see a new visitor."""
        await asyncio.sleep(LOOK_S)
        face: NDArray[np.float32] = self._draw.normal(size=128).astype(np.float32)
        return Probe(template=face, reason=None, recognition_ms=0.0, frames=2)

    async def dispense(self, cm: float) -> Paper:
        """Turn at once, and give the whole portion."""
        return Paper(cm=cm, on_at=asyncio.get_running_loop().time())


def _context(gate: Gate | None) -> VisitContext:
    """Return what a visit needs, with a shared book or a local one."""
    hass: Any = SimpleNamespace(loop=asyncio.get_running_loop())
    replica = gate.replica if gate else empty_replica()
    visitors = Visitors(hass, lambda: replica)
    if gate is not None:
        visitors.share(gate.book)
    machine: Any = _Machine()
    clock = hass.loop.time
    return VisitContext(
        accounts=Accounts(visitors, SiteOptions.from_entry({}), clock),
        motor=machine,
        clock=clock,
        to_date=lambda _moment: datetime.now(UTC),
        look=machine.look,
        on_step=lambda _step: None,
    )


async def request_to_motor(server: QuotaServer) -> dict[str, float]:
    """Return the median from a request to the motor with each book, and of their ratio."""
    gate = Gate(server.port)
    await gate.open()
    contexts = {"local": _context(None), "shared": _context(gate)}
    times: dict[str, list[float]] = {name: [] for name in contexts}
    for number in range(PAIRS):
        # The two take turns at being first.
        for name in sorted(contexts, reverse=bool(number % 2)):
            request = Request(lane=Lane.FACE, cm=PORTION_CM)
            done = await visit(request, contexts[name])
            assert done.motor_on_ms is not None
            assert done.lane is Lane.FACE
            times[name].append(done.motor_on_ms)
    await gate.kill()
    median = {name: float(np.median(some)) for name, some in times.items()}
    return {
        "motor_on_local_ms": median["local"],
        "motor_on_shared_ms": median["shared"],
        "motor_on_shared_to_local": float(
            np.median(np.divide(times["shared"], times["local"]))
        ),
    }
