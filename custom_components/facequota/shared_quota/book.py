"""The shared book: several instances keep one account for each visitor.

Every instance searches among the visitors in its own memory. The server decides who had
paper first, on its own clock. While it is away an instance goes on with what it knows;
nobody waits for a server.
"""

import asyncio
from collections.abc import Callable
import secrets
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.protocol import (
    RESERVATION_S,
    Identity,
    PurgeCounts,
    Refusal,
    ReplicaOfVisitors,
    Reservation,
    Rule,
    Settlement,
    Standing,
)

from .clock import ServerClock
from .copy import Copy
from .epochs import Epochs
from .errands import Errands
from .follower import Follower
from .functions import EpochEnded, Fallen
from .link import Link
from .pairing import Pairing
from .server import FAILURES, Server
from .status import PurgeReceipt, Status

# A visitor never waits longer for the server than this; then the instance decides alone.
PATIENCE_S: Final = 0.8
# Others may come while an answer is under way, and then the search is made again.
MAX_SEARCHES: Final = 4


class TooMuchNews(Exception):
    """So many came elsewhere at this moment that no search was about all of them."""


class SharedBook:
    """One instance's part of the book; what it answers is what quota/protocol.py says."""

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
        """Start with what the replica knows; run() connects."""
        self.replica = replica
        self._now = now
        self._on_rule = on_rule
        self._clock = ServerClock()
        self._copy = Copy(replica, self._clock, now)
        self._epochs = Epochs(pairing, name)
        self._follower = Follower(
            server=server,
            quota=pairing.quota,
            epochs=self._epochs,
            copy=self._copy,
            now=now,
            on_change=on_change,
            on_rule=self._rule_from_elsewhere,
        )
        self._errands = Errands(self._follower, self._epochs, self._copy, now)

    async def run(self) -> None:
        """Stay connected, and come back after every failure, until cancelled."""
        await self._follower.run()

    async def connected(self) -> None:
        """Return as soon as this instance is in step with the server."""
        await self._follower.ready.wait()

    @property
    def status(self) -> Status:
        """Return where the shared quota stands."""
        follower = self._follower
        return Status(
            connected=follower.ready.is_set(),
            since=follower.since,
            trouble=follower.trouble,
            instances=tuple(one.name for one in self._epochs.members.values()),
            round_trip_s=self._clock.round_trip_s,
            double_grants=follower.entry.double_grants,
            forged=self._copy.forged,
            waiting=follower.waiting,
        )

    @property
    def rule(self) -> Rule:
        """Return the rule that everybody's account follows."""
        return self.replica.rule

    def identify(self, probe: NDArray[np.float32]) -> Identity:
        """Return who the probe is. Changes nothing and asks nobody."""
        return self.replica.identify(probe)

    async def reserve(
        self, probe: NDArray[np.float32], cm: float, now: float
    ) -> Reservation | Refusal:
        """Recognise the probe and reserve paper, or say when there will be some.

        Raises ValueError as the book in memory does, and TooMuchNews.
        """
        self.replica.identify(probe)
        if not 0 < cm <= self.rule.allowance_cm:
            raise ValueError("cm is not positive or more than the allowance")
        if self._follower.link is None:
            return self._reserve_alone(probe, cm)
        token, ids = secrets.token_hex(8), set[str]()
        link = self._follower.link
        try:
            async with asyncio.timeout(PATIENCE_S):
                for _ in range(MAX_SEARCHES):
                    await self._follower.ready.wait()
                    answer = await self._ask(link, token, ids, probe, cm)
                    if answer is not None:
                        return answer
        except FAILURES as error:
            if self._follower.ready.is_set():
                link.give_up(error)
            self._call_off(token, ids, cm)
            return self._reserve_alone(probe, cm)
        except asyncio.CancelledError:
            self._call_off(token, ids, cm)
            raise
        raise TooMuchNews

    async def _ask(
        self,
        link: Link,
        token: str,
        ids: set[str],
        probe: NDArray[np.float32],
        cm: float,
    ) -> Reservation | Refusal | None:
        """Ask the server once; None when the search has to be made again."""
        copy, now = self._copy, self._now()
        if copy.key is None:
            return None
        self.replica.expire(now)
        identity = self.replica.identify(probe)
        known, new = identity.visitor or "", secrets.token_hex(8)
        ids.update(one for one in (known, new) if one)
        copy.hold_there(token)
        sealed = b""
        if known:
            learnt = probe if identity.sure else None
            sealed = copy.sealed(known, self.replica.template(known, learnt))
        try:
            told = await link.call(
                "reserve",
                *(copy.key.epoch, copy.position, token, cm, new),
                *(copy.sealed(new, probe.astype(np.float32)), known, sealed),
                *identity.others[:16],
            )
        except EpochEnded, Fallen:
            # The log says what happened; the search is made again when it was read.
            await asyncio.sleep(0.02)
            return None
        match told[0]:
            case b"newer":
                copy.apply(told[2])
                return None
            case b"refused":
                return Refusal(
                    next_portion_at=self._clock.monotonic(float(told[2])),
                    available_cm=float(told[3]),
                    distance=identity.distance,
                )
            case b"granted":
                return self._granted(told, token, probe, cm, identity)
        return None

    def _granted(
        self,
        told: list[Any],
        token: str,
        probe: NDArray[np.float32],
        cm: float,
        identity: Identity,
    ) -> Reservation:
        """Take a grant into this instance's memory at once, before the log tells it."""
        name, new = told[2].decode(), bool(told[3])
        reservation = Reservation(
            token=token,
            cm=cm,
            expires_at=self._clock.monotonic(float(told[1])) + RESERVATION_S,
            next_portion_at=self._clock.monotonic(float(told[5])),
            visitor=name,
            new=new,
            doubtful=identity.doubtful or (not new and name != identity.visitor),
            distance=identity.distance,
        )
        standing = self.replica.standing(name)
        opened = standing.reservations if standing else ()
        template = None
        if standing is None:
            template = probe
        elif identity.sure and not new:
            template = self.replica.template(name, probe)
        others = tuple(one for one in opened if one.token != token)
        self.replica.put(
            name,
            Standing(
                tat=self._clock.monotonic(float(told[4])),
                reservations=(*others, reservation),
            ),
            template,
        )
        return reservation

    def _call_off(self, token: str, ids: set[str], cm: float) -> None:
        """Give back what the server may have reserved without saying so in time."""
        if not ids:
            return
        now = self._now()
        lost = Reservation(token=token, cm=cm, expires_at=now, next_portion_at=now)
        self.replica.settle(lost, 0.0, now)
        self._errands.settle(lost, 0.0, ids)

    def _reserve_alone(
        self, probe: NDArray[np.float32], cm: float
    ) -> Reservation | Refusal:
        """Give paper by what is known here; the server is told when it is back."""
        now = self._now()
        self.replica.expire(now)
        known = self.replica.identify(probe).visitor
        before = self.replica.standing(known) if known else None
        answer = self.replica.request(probe, cm, now)
        if isinstance(answer, Reservation) and answer.visitor:
            old = before if before and answer.visitor == known else None
            self._copy.charge_alone(answer.visitor, old.tat if old else now)
        return answer

    def settle(self, reservation: Reservation, cm: float, now: float) -> Settlement:
        """Charge what came out here at once; the server is told as soon as it can be."""
        settlement = self.replica.settle(reservation, cm, now)
        if self._copy.may_be_there(reservation.token):
            self._errands.settle(reservation, cm, [reservation.visitor or ""])
        return settlement

    def forget(self, probe: NDArray[np.float32], now: float) -> bool:
        """Forget whoever this may be, here at once and there as soon as it can be."""
        self.replica.expire(now)
        names = self.replica.who_may_be(probe)
        self._errands.forget(names)
        return bool(names)

    def expire(self, now: float) -> int:
        """Forget everybody whose allowance is whole again; return how many."""
        return self.replica.expire(now)

    def next_expiry(self) -> float | None:
        """Return when expire has something to do next; None when it never has."""
        return self.replica.next_expiry()

    def purge(self, now: float, *, older_than_s: float | None = None) -> PurgeCounts:
        """Forget everybody everywhere, or those who had paper longer ago than this.

        Here at once. The others follow, and purge_receipt says who has.
        """
        self.replica.expire(now)
        if older_than_s is None:
            return self._errands.purge()
        latest = now + self.rule.window_s - older_than_s
        standings = {name: self.replica.standing(name) for name in self.replica.names()}
        return self._errands.forget(
            [name for name, one in standings.items() if one and one.tat <= latest]
        )

    async def purge_receipt(self, counts: PurgeCounts, wait_s: float) -> PurgeReceipt:
        """Return which instances say that they have followed the last purge."""
        return await self._errands.receipt(counts, wait_s)

    def set_rule(self, rule: Rule, now: float) -> None:
        """Go on under another rule, here at once and everywhere as soon as it can be."""
        if rule != self.rule:
            self.replica.set_rule(rule, now)
            self._errands.change_rule(rule)

    def _rule_from_elsewhere(self, rule: Rule) -> None:
        self.replica.set_rule(rule, self._now())
        self._on_rule(rule)
