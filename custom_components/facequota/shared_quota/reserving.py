"""Reserves paper: a search in this memory, then the server decides who was first."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import secrets
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.protocol import (
    RESERVATION_S,
    Identity,
    Refusal,
    Reservation,
    Standing,
    Undecided,
)

from .connection import Connection
from .copy import Copy
from .functions import EpochEnded
from .link import Link
from .outbox import Outbox
from .trouble import FAILURES

# A visitor never waits longer for the server than this; then the instance decides alone.
PATIENCE_S: Final = 0.8
# Other visitors may come before the answer; then the search is made again.
MAX_SEARCHES: Final = 4
# Whom the probe is like too: for them the server decides if the nearest was forgotten.
MAX_OTHERS: Final = 16


@dataclass(slots=True, kw_only=True)
class _Asked:
    """One request to the server, however often it is repeated."""

    cm: float
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    new: str = field(default_factory=lambda: secrets.token_hex(8))
    """The visitor's id, if it is somebody new."""
    ids: set[str] = field(default_factory=set)
    """The visitors it may be for; empty until the server was asked."""

    def lost(self, now: float) -> Reservation:
        """Return the reservation that got no answer."""
        return Reservation(
            token=self.token, cm=self.cm, expires_at=now, next_portion_at=now
        )


class Reserving:
    """Reserves paper for one instance."""

    def __init__(
        self,
        connection: Connection,
        outbox: Outbox,
        copy: Copy,
        now: Callable[[], float],
    ) -> None:
        """Use a connection that may be lost and restored."""
        self._connection = connection
        self._outbox = outbox
        self._copy = copy
        self._now = now

    async def reserve(
        self, probe: NDArray[np.float32], cm: float
    ) -> Reservation | Refusal:
        """Recognise the probe and reserve paper, or return a refusal.

        Raises ValueError as the book in memory does, and Undecided when visitors came so
        fast elsewhere that no search included all of them.
        """
        self._copy.replica.identify(probe)
        if not 0 < cm <= self._copy.replica.rule.allowance_cm:
            raise ValueError("cm is not positive or more than the allowance")
        if self._connection.link is None:
            return self._reserve_alone(probe, cm)
        asked = _Asked(cm=cm)
        try:
            async with asyncio.timeout(PATIENCE_S):
                for _ in range(MAX_SEARCHES):
                    # Each time: the link of a moment ago may be lost.
                    link = await self._connection.in_sync()
                    answer = await self._ask(link, asked, probe)
                    if answer is not None:
                        return answer
        except FAILURES as error:
            self._connection.lose(error)
            self._take_back(asked)
            answer = self._reserve_alone(probe, cm)
            if isinstance(answer, Reservation) and answer.visitor:
                asked.ids.add(answer.visitor)
            self._call_off(asked)
            return answer
        except asyncio.CancelledError:
            self._take_back(asked)
            self._call_off(asked)
            raise
        raise Undecided

    async def _ask(
        self,
        link: Link,
        asked: _Asked,
        probe: NDArray[np.float32],
    ) -> Reservation | Refusal | None:
        """Ask the server once; None when the search has to be made again."""
        copy, now, life = self._copy, self._now(), link.life
        if copy.key is None:
            return None
        self._copy.replica.expire(now)
        identity = self._copy.replica.identify(probe)
        known, new = identity.visitor or "", asked.new
        others = identity.others[:MAX_OTHERS]
        asked.ids.update(one for one in (known, new, *others) if one)
        copy.mine.add(asked.token)
        copy.there.add(asked.token)
        sealed = b""
        if known:
            learnt = probe if identity.sure else None
            sealed = copy.sealed(known, self._copy.replica.template(known, learnt))
        try:
            told = await link.call(
                "reserve",
                *(copy.key.epoch, life, copy.position),
                *(asked.token, asked.cm, new),
                *(copy.sealed(new, probe.astype(np.float32)), known, sealed),
                *others,
            )
        except EpochEnded:
            # The log says what comes next; the search is made again when it was read.
            await asyncio.sleep(0.02)
            return None
        match told[0]:
            case b"newer" if link.life == life:
                copy.apply(told[2])
                return None
            case b"refused":
                return Refusal(
                    next_portion_at=self._copy.clock.monotonic(float(told[2])),
                    available_cm=float(told[3]),
                    distance=identity.distance,
                )
            case b"granted":
                return self._granted(told, asked, probe, identity)
        return None

    def _granted(
        self,
        told: list[Any],
        asked: _Asked,
        probe: NDArray[np.float32],
        identity: Identity,
    ) -> Reservation:
        """Take a grant into this instance's memory at once, before the log brings it."""
        name, new = told[2].decode(), bool(told[3])
        reservation = Reservation(
            token=asked.token,
            cm=asked.cm,
            expires_at=self._copy.clock.monotonic(float(told[1])) + RESERVATION_S,
            next_portion_at=self._copy.clock.monotonic(float(told[5])),
            visitor=name,
            new=new,
            doubtful=identity.doubtful or (not new and name != identity.visitor),
            distance=identity.distance,
        )
        standing = self._copy.replica.standing(name)
        opened = standing.reservations if standing else ()
        template = None
        if standing is None:
            template = probe
        elif identity.sure and name == identity.visitor:
            template = self._copy.replica.template(name, probe)
        self._copy.served.add(name)
        others = tuple(one for one in opened if one.token != asked.token)
        self._copy.replica.put(
            name,
            Standing(
                tat=self._copy.clock.monotonic(float(told[4])),
                reservations=(*others, reservation),
            ),
            template,
        )
        return reservation

    def _take_back(self, asked: _Asked) -> None:
        """Give back what the server may have reserved if its answer did not come in time."""
        if asked.ids:
            self._copy.replica.settle(asked.lost(self._now()), 0.0, self._now())

    def _call_off(self, asked: _Asked) -> None:
        """Let the server give it back too."""
        if asked.ids:
            self._outbox.settle(asked.lost(self._now()), 0.0, asked.ids)

    def _reserve_alone(
        self, probe: NDArray[np.float32], cm: float
    ) -> Reservation | Refusal:
        """Decide with this memory alone; the server is told when it is back."""
        now, copy = self._now(), self._copy
        copy.replica.expire(now)
        identity = copy.replica.identify(probe)
        copy.give_back_others(
            one for one in (identity.visitor, *identity.others) if one
        )
        known = copy.replica.identify(probe).visitor
        before = copy.replica.standing(known) if known else None
        answer = copy.replica.request(probe, cm, now)
        if isinstance(answer, Reservation) and answer.visitor:
            copy.mine.add(answer.token)
            old = before if before and answer.visitor == known else None
            copy.charge_alone(answer.visitor, old.tat if old else now)
        return answer
