"""The shared book: several instances keep one account for each visitor.

Every instance searches among the visitors in its own memory. The server decides who had
paper first, on its own clock. While the server is away an instance decides alone, with
its own memory, so that no visitor waits for a server.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.protocol import (
    Identity,
    PurgeCounts,
    Refusal,
    ReplicaOfVisitors,
    Reservation,
    Rule,
    Settlement,
)

from .clock import ServerClock
from .connection import Connection
from .copy import Copy
from .epochs import Epochs
from .outbox import Outbox
from .pairing import Pairing
from .reserving import PATIENCE_S, Reserving
from .server import Server
from .status import PurgeReceipt, Status
from .trouble import FAILURES


class SharedBook:
    """One instance's part of the shared book; implements AnyBook of quota/protocol.py."""

    def __init__(
        self,
        *,
        replica: ReplicaOfVisitors,
        server: Server,
        pairing: Pairing,
        name: str,
        now: Callable[[], float],
        on_change: Callable[[], None] = lambda: None,
        on_rule: Callable[[Rule], None] = lambda _: None,
    ) -> None:
        """Start with the visitors of the replica; run() connects."""
        self._now = now
        self._on_rule = on_rule
        self._clock = ServerClock()
        self._copy = Copy(replica, self._clock, now)
        self._epochs = Epochs(pairing, name)
        self._connection = Connection(
            server=server,
            quota=pairing.quota,
            epochs=self._epochs,
            copy=self._copy,
            now=now,
            on_change=on_change,
            on_rule=self._rule_from_elsewhere,
        )
        self._outbox = Outbox(self._connection, self._epochs, self._copy, now)
        self._reserving = Reserving(self._connection, self._outbox, self._copy, now)
        # Visitors who had paper here before join the shared quota.
        for known in replica.names():
            self._copy.charge_alone(known, now())

    @property
    def replica(self) -> ReplicaOfVisitors:
        """Return this instance's part of the book."""
        return self._copy.replica

    def start_over(self, replica: ReplicaOfVisitors) -> None:
        """Use a new empty book in memory after a purge that failed."""
        self._copy.replica = replica
        self._outbox.purge()

    async def leave(self, *, for_good: bool) -> None:
        """Send what is waiting, and leave the quota; the key is overwritten here.

        With for_good the other instances get a new key, and everybody is forgotten.
        """
        with suppress(*FAILURES):
            await self._connection.leave(for_good=for_good)
        self._copy.use(None)

    async def run(self) -> None:
        """Stay connected, and reconnect after every failure, until cancelled."""
        await self._connection.run()

    async def connected(self) -> None:
        """Return as soon as this instance is in sync with the server."""
        await self._connection.ready.wait()

    @property
    def status(self) -> Status:
        """Return the status of the shared quota."""
        connection = self._connection
        return Status(
            connected=connection.ready.is_set(),
            since=connection.since,
            trouble=connection.trouble,
            instances=tuple(one.name for one in self._epochs.members.values()),
            round_trip_s=self._clock.round_trip_s,
            double_grants=connection.sync.double_grants,
            forged=self._copy.forged,
            waiting=connection.waiting,
        )

    @property
    def rule(self) -> Rule:
        """Return the rule that everybody's account follows."""
        return self.replica.rule

    def identify(self, probe: NDArray[np.float32]) -> Identity:
        """Return who the probe is. Changes nothing and does not ask the server."""
        return self.replica.identify(probe)

    async def reserve(
        self, probe: NDArray[np.float32], cm: float, now: float
    ) -> Reservation | Refusal:
        """Recognise the probe and reserve paper, or return a refusal.

        Raises ValueError as the book in memory does, and Undecided.
        """
        answer = await self._reserving.reserve(probe, cm)
        if isinstance(answer, Refusal):
            at = self._clock.at_every_instance(answer.next_portion_at, self._now())
            return replace(answer, next_portion_at=at)
        return answer

    def settle(self, reservation: Reservation, cm: float, now: float) -> Settlement:
        """Charge what came out, here at once and on the server as soon as possible."""
        settlement = self.replica.settle(reservation, cm, now)
        if reservation.token in self._copy.there:
            self._outbox.settle(reservation, cm, [reservation.visitor or ""])
        return settlement

    async def next_portion_at(
        self, reservation: Reservation, settlement: Settlement
    ) -> float:
        """Return the time of the next portion that holds at every instance.

        A refund counts at other instances once the server knows it. Until then the time
        is that of a whole portion.
        """
        at = settlement.next_portion_at
        if not await self._outbox.confirmed(reservation.visitor or "", PATIENCE_S):
            at = max(at, reservation.next_portion_at)
        return self._clock.at_every_instance(at, self._now())

    def forget(self, probe: NDArray[np.float32], now: float) -> bool:
        """Forget every visitor who may be this person: here at once, on the server as soon as possible."""
        self.replica.expire(now)
        names = self.replica.who_may_be(probe)
        self._outbox.forget(names)
        return bool(names)

    def expire(self, now: float) -> int:
        """Forget everybody whose allowance is whole again; return how many."""
        return self.replica.expire(now)

    def next_expiry(self) -> float | None:
        """Return when expire() is due next; None while nothing can expire."""
        return self.replica.next_expiry()

    def purge(self, now: float, *, older_than_s: float | None = None) -> PurgeCounts:
        """Forget everybody everywhere, or those who had paper longer ago than this.

        This instance forgets at once, the others follow; purge_receipt returns which
        ones have.
        """
        self.replica.expire(now)
        if older_than_s is None:
            return self._outbox.purge()
        return self._outbox.forget(self._older_than(older_than_s, now))

    def purge_here(
        self, now: float, *, older_than_s: float | None = None
    ) -> PurgeCounts:
        """Forget the visitors in this instance only; it does not load them from the server again."""
        self.replica.expire(now)
        if older_than_s is None:
            return self._outbox.forget_here(self.replica.names())
        return self._outbox.forget_here(self._older_than(older_than_s, now))

    def _older_than(self, older_than_s: float, now: float) -> list[str]:
        """Return the visitors who had paper longer ago than this."""
        latest = now + self.rule.window_s - older_than_s
        standings = {name: self.replica.standing(name) for name in self.replica.names()}
        return [name for name, one in standings.items() if one and one.tat <= latest]

    async def purge_receipt(self, counts: PurgeCounts, wait_s: float) -> PurgeReceipt:
        """Return which instances have confirmed the last purge."""
        return await self._outbox.receipt(counts, wait_s)

    def set_rule(self, rule: Rule, now: float) -> None:
        """Change the rule, here at once and at every instance as soon as possible."""
        if rule != self.rule:
            self.replica.set_rule(rule, now)
            self._outbox.change_rule(rule)

    def _rule_from_elsewhere(self, rule: Rule) -> None:
        self.replica.set_rule(rule, self._now())
        self._on_rule(rule)
