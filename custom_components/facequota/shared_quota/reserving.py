"""Who had paper first: a search here, an answer from the server."""

import asyncio
from collections.abc import Callable
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
)

from .copy import Copy
from .errands import Errands
from .follower import Follower
from .functions import EpochEnded, Fallen
from .link import Link
from .server import FAILURES

# A visitor never waits longer for the server than this; then the instance decides alone.
PATIENCE_S: Final = 0.8
# Others may come while an answer is under way, and then the search is made again.
MAX_SEARCHES: Final = 4


class TooMuchNews(Exception):
    """So many came elsewhere at this moment that no search was about all of them."""


class Reserving:
    """Reserves paper for one instance."""

    def __init__(
        self,
        follower: Follower,
        errands: Errands,
        copy: Copy,
        now: Callable[[], float],
    ) -> None:
        """Use a connection that may come and go."""
        self._follower = follower
        self._errands = errands
        self._copy = copy
        self._now = now

    async def reserve(
        self, probe: NDArray[np.float32], cm: float
    ) -> Reservation | Refusal:
        """Recognise the probe and reserve paper, or say when there will be some.

        Raises ValueError as the book in memory does, and TooMuchNews.
        """
        self._copy.replica.identify(probe)
        if not 0 < cm <= self._copy.replica.rule.allowance_cm:
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
        self._copy.replica.expire(now)
        identity = self._copy.replica.identify(probe)
        known, new = identity.visitor or "", secrets.token_hex(8)
        ids.update(one for one in (known, new) if one)
        copy.hold_there(token)
        sealed = b""
        if known:
            learnt = probe if identity.sure else None
            sealed = copy.sealed(known, self._copy.replica.template(known, learnt))
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
                    next_portion_at=self._copy.clock.monotonic(float(told[2])),
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
        elif identity.sure and not new:
            template = self._copy.replica.template(name, probe)
        others = tuple(one for one in opened if one.token != token)
        self._copy.replica.put(
            name,
            Standing(
                tat=self._copy.clock.monotonic(float(told[4])),
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
        self._copy.replica.settle(lost, 0.0, now)
        self._errands.settle(lost, 0.0, ids)

    def _reserve_alone(
        self, probe: NDArray[np.float32], cm: float
    ) -> Reservation | Refusal:
        """Give paper by what is known here; the server is told when it is back."""
        now = self._now()
        self._copy.replica.expire(now)
        known = self._copy.replica.identify(probe).visitor
        before = self._copy.replica.standing(known) if known else None
        answer = self._copy.replica.request(probe, cm, now)
        if isinstance(answer, Reservation) and answer.visitor:
            old = before if before and answer.visitor == known else None
            self._copy.charge_alone(answer.visitor, old.tat if old else now)
        return answer
