"""A day in a park: 16 gates, a crowd that comes back, and everything that breaks."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import Refusal, Undecided
from scripts.park.proxy import Proxy
from scripts.park.server import QuotaServer
from tests.contract.gates import Gate, now

GATES: Final = 16
PEOPLE: Final = 300
RULE: Final = Rule(allowance_cm=60, window_s=8.0)
PORTION_CM: Final = 60.0
DAY_VISITS: Final = 4_000
AT_ONCE: Final = 4
# Some 60 visits a second: four times what 100 restrooms see in their fullest hour.
PAUSE_S: Final = 0.1
MAX_SKEW_S: Final = 5.0
# What a visitor is told is rounded up to whole seconds, and clocks meet in a message.
CLOSE_S: Final = 0.25
# After a failure is over: until everybody is in step again, and paper of then is whole.
SETTLED_S: Final = 12.0
BREAK_EVERY_S: Final = 4.0
LOOK_EVERY_S: Final = 0.05


class Day:
    """One simulated day, and what was found wrong with it."""

    def __init__(self, server: QuotaServer, visits: int) -> None:
        """Draw the crowd."""
        self._server = server
        self._visits = visits
        self._draw = Random(7)
        people = np.random.default_rng(7).normal(size=(PEOPLE, 128))
        people /= np.linalg.norm(people, axis=1, keepdims=True)
        self._people: NDArray[np.float32] = people.astype(np.float32)
        self._proxies: list[Proxy] = []
        self._gates: list[Gate] = []
        self._told: dict[int, float] = {}
        self._tats: dict[int, float] = defaultdict(float)
        self._busy: set[int] = set()
        self._broken = 0
        self._whole_since = 0.0
        self._outage_at: dict[int, float] = {}
        self.figures: dict[str, float] = defaultdict(float)

    async def spend(self) -> dict[str, float]:
        """Let the day pass; return its figures."""
        for key in (
            "refused_earlier_than_told",
            "double_grants_while_all_was_well",
            "worst_balance_cm",
            "kept_longest_after_tat_s",
        ):
            self.figures[key] = 0.0
        for number in range(GATES):
            proxy = Proxy(self._server.port)
            await proxy.start()
            self._proxies.append(proxy)
            self._gates.append(await self._open(number))
        self._whole_since = now()
        breaking = asyncio.create_task(self._break())
        expiring = asyncio.create_task(self._expire())
        crowd = [asyncio.create_task(self._crowd()) for _ in range(AT_ONCE)]
        await asyncio.gather(*crowd)
        breaking.cancel()
        await asyncio.gather(breaking, return_exceptions=True)
        await self._end()
        expiring.cancel()
        await asyncio.gather(expiring, return_exceptions=True)
        for gate, proxy in zip(self._gates, self._proxies, strict=True):
            self.figures["double_grants_found_out"] += gate.book.status.double_grants
            await gate.kill()
            await proxy.stop()
        return dict(self.figures)

    async def _open(self, number: int) -> Gate:
        skew = self._draw.uniform(-MAX_SKEW_S, MAX_SKEW_S)
        gate = Gate(
            self._proxies[number].port, rule=RULE, name=f"gate {number}", skew_s=skew
        )
        await gate.open()
        return gate

    async def _crowd(self) -> None:
        """One visitor after the other, somebody at some gate."""
        while self._visits > 0:
            self._visits -= 1
            person = self._draw.randrange(PEOPLE)
            if person not in self._busy:
                self._busy.add(person)
                await self._visit(person, self._draw.choice(self._gates))
                self._busy.discard(person)
            await asyncio.sleep(self._draw.uniform(0, PAUSE_S))

    async def _visit(self, person: int, gate: Gate) -> None:
        came, skew = now(), gate.now() - now()
        told = self._told.get(person, 0.0)
        well = self._well()
        try:
            answer = await gate.book.reserve(
                self._people[person], PORTION_CM, gate.now()
            )
        except Undecided:
            self.figures["open_lane"] += 1
            return
        answered = now()
        self.figures["visits"] += 1
        if isinstance(answer, Refusal):
            self.figures["refused"] += 1
            self.figures["refused_earlier_than_told"] += came >= told + CLOSE_S
            self._told[person] = max(told, answer.next_portion_at - skew)
            return
        self.figures["granted"] += 1
        if came < told - CLOSE_S:
            well = well and self._well() and came - RULE.window_s > self._whole_since
            self.figures["double_grants_while_all_was_well"] += well
            self.figures["double_grants"] += 1
        await asyncio.sleep(self._draw.uniform(0, 0.02))
        cm = self._draw.choice((PORTION_CM, PORTION_CM, 30.0, 0.0))
        if gate not in self._gates:
            # It was killed with the reservation open: two minutes in the visitor's favour
            # later it lapses, and until then nobody is told anything.
            self._told[person] = now() + RULE.window_s
            return
        settlement = gate.book.settle(answer, cm, gate.now())
        # At the latest: it was charged between the question and the answer.
        self._tats[person] = max(self._tats[person], answered) + RULE.time_for(cm)
        at = await gate.book.next_portion_at(answer, settlement) - skew
        # Who had a portion twice was told twice, and the later time wins.
        self._told[person] = max(told, at) if came < told - CLOSE_S else at

    def _well(self) -> bool:
        return not self._broken and now() - self._whole_since > SETTLED_S

    async def _break(self) -> None:
        """Break one thing after the other, and mend it."""
        while True:
            await asyncio.sleep(self._draw.uniform(0.5, BREAK_EVERY_S))
            number = self._draw.randrange(GATES)
            kind = self._draw.choice(("cut", "freeze", "kill", "server"))
            self.figures[f"{kind}s"] += 1
            self._broken += 1
            try:
                await self._break_one(kind, number)
            finally:
                self._broken -= 1
                self._whole_since = now()
            if self._draw.random() < 0.2:
                await asyncio.sleep(SETTLED_S + RULE.window_s)

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
            await self._gates[number].kill()
            self._gates[number] = await self._open(number)
        else:
            self._server.kill()
            await asyncio.sleep(pause)
            await asyncio.to_thread(self._server.start)
        for gate in list(self._gates):
            await gate.connected()

    async def _expire(self) -> None:
        """Do what each instance's own timer does, and look who is still there.

        Where all of the day stood still because the machine had other work, nobody could
        be forgotten meanwhile; that is told by itself.
        """
        looked = now()
        while True:
            stood_still = max(0.0, now() - looked - LOOK_EVERY_S)
            longest = self.figures["bench_stood_still_s"]
            self.figures["bench_stood_still_s"] = max(longest, stood_still)
            looked = now()
            for gate in self._gates:
                if not gate.book.status.connected:
                    # Whatever the reason: it decides alone, and may give twice.
                    self._whole_since = now()
                at = gate.book.next_expiry()
                if at is not None:
                    late = gate.now() - at - stood_still
                    kept = self.figures["kept_longest_after_tat_s"]
                    self.figures["kept_longest_after_tat_s"] = max(kept, late)
                gate.book.expire(gate.now())
            await asyncio.sleep(LOOK_EVERY_S)

    async def _end(self) -> None:
        """Compare what everybody owes by what came out with what the gates say."""
        for gate in self._gates:
            await gate.connected()
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                while any(gate.book.status.waiting for gate in self._gates):
                    await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        at = now()
        for person, face in enumerate(self._people):
            for gate in self._gates:
                name = gate.book.identify(face).visitor
                standing = gate.replica.standing(name) if name else None
                if standing is None or standing.reservations:
                    continue
                more_s = standing.tat - (gate.now() - now()) - self._tats[person]
                if self._tats[person] > at:
                    cm = more_s * RULE.allowance_cm / RULE.window_s
                    worst = self.figures["worst_balance_cm"]
                    self.figures["worst_balance_cm"] = max(worst, cm)
