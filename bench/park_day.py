"""A day in a park: 16 gates, a crowd that comes back, and all kinds of failures."""

import asyncio
from collections import defaultdict
from random import Random
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import Refusal, Undecided
from scripts.park.proxy import Proxy
from scripts.park.server import QuotaServer
from tests.contract.gates import now

from .park_gate import DayGate
from .park_judge import Judge, Visit

GATES: Final = 16
PEOPLE: Final = 300
RULE: Final = Rule(allowance_cm=60, window_s=8.0)
PORTION_CM: Final = 60.0
DAY_VISITS: Final = 4_000
# So many times everything is stopped, and all books are compared with the paper that
# came out.
AUDITS: Final = 10
AT_ONCE: Final = 4
# Some 60 visits a second: four times what 100 restrooms see in their fullest hour.
PAUSE_S: Final = 0.1
MAX_SKEW_S: Final = 5.0
BREAK_EVERY_S: Final = 4.0
# After some failures there is a time without failures, long enough that all open
# accounts date from it.
WELL_S: Final = 2 * RULE.window_s
LOOK_EVERY_S: Final = 0.05
IN_STEP_S: Final = 60.0


class Day:
    """One simulated day, and the errors found in it."""

    def __init__(self, server: QuotaServer, visits: int) -> None:
        """Draw the crowd."""
        self._server = server
        self._visits = visits
        self._left = 0
        self._draw = Random(7)
        people = np.random.default_rng(7).normal(size=(PEOPLE, 128))
        people /= np.linalg.norm(people, axis=1, keepdims=True)
        self._people: NDArray[np.float32] = people.astype(np.float32)
        self._proxies: list[Proxy] = []
        self._gates: list[DayGate] = []
        self._busy: set[int] = set()
        self.figures: dict[str, float] = defaultdict(float)
        self._judge = Judge(RULE, self._gates, self.figures)

    async def spend(self) -> dict[str, float]:
        """Run the day; return its figures."""
        for number in range(GATES):
            proxy = Proxy(self._server.port)
            await proxy.start()
            self._proxies.append(proxy)
            self._gates.append(await self._open(number))
        looking = asyncio.create_task(self._look())
        for audit in range(AUDITS):
            self._left = self._visits * (audit + 1) // AUDITS
            self._left -= self._visits * audit // AUDITS
            crowd = [asyncio.create_task(self._crowd()) for _ in range(AT_ONCE)]
            await asyncio.gather(self._break(), *crowd)
            await self._in_sync()
            await self._judge.audit(self._people)
            told = {name: round(value, 3) for name, value in self.figures.items()}
            print(f"audit {audit + 1} of {AUDITS}: {told}", file=sys.stderr, flush=True)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        figures = self.figures
        for gate, proxy in zip(self._gates, self._proxies, strict=True):
            figures["double_grants_counted"] += gate.book.status.double_grants
            await gate.kill()
            await proxy.stop()
        missed = figures["double_grants_to_count"] - figures["double_grants_counted"]
        figures["double_grants_not_counted"] = max(0.0, missed)
        return dict(figures)

    async def _open(self, number: int) -> DayGate:
        skew = self._draw.uniform(-MAX_SKEW_S, MAX_SKEW_S)
        port = self._proxies[number].port
        gate = DayGate(port, rule=RULE, name=f"gate {number}", skew_s=skew)
        await gate.open()
        return gate

    async def _crowd(self) -> None:
        """Send one visitor after the other to a random gate."""
        while self._left > 0:
            self._left -= 1
            person = self._draw.randrange(PEOPLE)
            if person not in self._busy:
                self._busy.add(person)
                await self._visit(person, self._draw.choice(self._gates))
                self._busy.discard(person)
            await asyncio.sleep(self._draw.uniform(0, PAUSE_S))

    async def _visit(self, person: int, gate: DayGate) -> None:
        came = now()
        try:
            answer = await gate.visitors.request(self._people[person], PORTION_CM)
        except Undecided:
            self.figures["open_lane"] += 1
            return
        visit = Visit(person=person, gate=gate, came=came, answered=now())
        if not gate.is_alive():
            # The gate was killed meanwhile: no answer, and no paper comes out.
            self._judge.nothing_told(visit)
            return
        if isinstance(answer, Refusal):
            self._judge.refused(visit, answer.next_portion_at - gate.skew_s)
            return
        self._judge.granted(visit)
        await asyncio.sleep(self._draw.uniform(0, 0.02))
        cm = self._draw.choice((PORTION_CM, PORTION_CM, 30.0, 0.0))
        if not gate.is_alive():
            # The gate was killed with an open reservation: the visitor gets no answer
            # and no paper, and the server gives the reservation back within four
            # minutes.
            self._judge.nothing_told(visit)
            return
        settlement = gate.visitors.settle(answer, cm)
        self._judge.came_out(visit, cm)
        at = await gate.visitors.next_portion_at(answer, settlement)
        self._judge.told(visit, at - gate.skew_s)

    async def _break(self) -> None:
        """Cause one failure after the other, and repair it, while visitors come."""
        while self._left > 0:
            await asyncio.sleep(self._draw.uniform(0.5, BREAK_EVERY_S))
            kind = self._draw.choice(("cut", "freeze", "kill", "server"))
            self.figures[f"{kind}s"] += 1
            await self._break_one(kind, self._draw.randrange(GATES))
            for gate in list(self._gates):
                await gate.connected()
            if self._draw.random() < 0.3:
                await asyncio.sleep(WELL_S)

    async def _break_one(self, kind: str, number: int) -> None:
        proxy = self._proxies[number]
        pause = self._draw.uniform(0.1, 2.0)
        if kind == "cut":
            await proxy.stop()
            await asyncio.sleep(pause)
            await proxy.start()
        elif kind == "freeze":
            proxy.freeze()
            await asyncio.sleep(pause)
            proxy.thaw()
        elif kind == "kill":
            gate = self._gates[number]
            self._judge.killed(gate)
            self.figures["double_grants_counted"] += gate.book.status.double_grants
            await gate.kill()
            self._gates[number] = await self._open(number)
        else:
            self._server.kill()
            await asyncio.sleep(pause)
            await asyncio.to_thread(self._server.start)

    async def _look(self) -> None:
        """Watch which visitors are still remembered, and for how long the whole bench stood still."""
        looked = now()
        while True:
            stood_still = max(0.0, now() - looked - LOOK_EVERY_S)
            looked = now()
            self._judge.most("bench_stood_still_s", stood_still)
            self._judge.look()
            for gate in self._gates:
                if gate.is_alive():
                    kept = gate.kept_s()
                    self._judge.most("kept_longest_after_tat_s", kept)
                    # The machine may suspend this whole process.
                    self._judge.most("kept_longest_while_running_s", kept - stood_still)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _in_sync(self) -> None:
        """Wait until every gate has sent all its changes and read those of the others."""
        async with asyncio.timeout(IN_STEP_S):
            for gate in self._gates:
                await gate.connected()
            while any(gate.book.status.waiting for gate in self._gates):
                await asyncio.sleep(LOOK_EVERY_S)
        await asyncio.sleep(0.5)
