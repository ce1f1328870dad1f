"""Messages to the server for which no visitor waits: sent now, or when it is back."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
import secrets
from typing import Final

from custom_components.facequota.quota.protocol import PurgeCounts, Reservation, Rule

from .connection import Connection
from .copy import Copy, Unconfirmed
from .epochs import Epochs
from .functions import EpochEnded
from .link import Link
from .status import PurgeReceipt
from .sync import change_rule
from .trouble import FAILURES

_AT_ONCE: Final = 64
_LOOK_S: Final = 0.05


class Outbox:
    """Settlements, forgetting, purges and rules. Each may be sent twice and counts once."""

    def __init__(
        self,
        connection: Connection,
        epochs: Epochs,
        copy: Copy,
        now: Callable[[], float],
    ) -> None:
        """Begin without messages."""
        self._connection = connection
        self._epochs = epochs
        self._copy = copy
        self._now = now
        self._purge: str | None = None

    def settle(self, reservation: Reservation, cm: float, names: Iterable[str]) -> None:
        """Send how much of a reservation came out."""
        copy, epoch = self._copy, self._epoch
        settled = Unconfirmed(reservation=reservation, cm=cm, names=tuple(names))
        copy.unconfirmed[reservation.token] = settled

        async def sending(link: Link) -> None:
            # The epoch has ended: its visitors are forgotten and owe nothing.
            with suppress(EpochEnded):
                await link.call(
                    "settle",
                    *(epoch, reservation.token, cm),
                    *copy.known_as(settled.names),
                )
            copy.confirm(reservation.token)

        self._connection.send(sending)

    async def confirmed(self, name: str, wait_s: float) -> bool:
        """Return whether the server knows all settlements of a visitor at this instance.

        Waits for that, but not while the server is away.
        """
        waiting = [
            one.confirmed
            for one in self._copy.unconfirmed.values()
            if name in self._copy.known_as(one.names)
        ]
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s if self._connection.link else 0):
                for one in waiting:
                    await one.wait()
        return all(one.is_set() for one in waiting)

    def forget_here(self, names: list[str]) -> PurgeCounts:
        """Forget visitors here at once; elsewhere they stay until their time."""
        counts = self._copy.replica.drop(names)
        self._copy.hidden.update(names)
        for name in names:
            self._copy.alone.pop(name, None)
        return counts

    def forget(self, names: list[str]) -> PurgeCounts:
        """Forget visitors here at once, and on the server."""
        epoch, counts = self._epoch, self.forget_here(names)

        async def sending(link: Link) -> None:
            for at in range(0, len(names), _AT_ONCE):
                try:
                    await link.call("forget", epoch, *names[at : at + _AT_ONCE])
                except EpochEnded:
                    return

        if names:
            self._connection.send(sending)
        return counts

    def purge(self) -> PurgeCounts:
        """Forget everybody here at once, and everywhere."""
        sync = self._connection.sync
        counts = self._copy.replica.purge(self._now())
        self._copy.forget_all()
        # Data that is still on its way from the server cannot be opened any more.
        self._copy.use(None)
        self._connection.ready.clear()
        purge = self._purge = sync.purge_due = secrets.token_hex(8)

        async def sending(link: Link) -> None:
            if sync.purge_due == purge:
                await sync.purge_there(link, purge)
            await link.call("acknowledge", purge, self._epochs.instance)

        self._connection.send(sending)
        return counts

    async def receipt(self, counts: PurgeCounts, wait_s: float) -> PurgeReceipt:
        """Return which instances have reported that they followed the last purge.

        Waits for all of them that are here, or for wait_s.
        """
        members = {k: one.name for k, one in self._epochs.members.items()}
        members.setdefault(self._epochs.instance, self._epochs.name)
        done: set[str] = {self._epochs.instance}
        left = True
        try:
            async with asyncio.timeout(wait_s):
                while left or done < set(members):
                    await asyncio.sleep(_LOOK_S)
                    if (link := self._connection.link) and self._purge:
                        told = await link.call("acknowledged", self._purge)
                        done |= {one.decode() for one in told[2]}
                        left = (
                            bool(told[3]) or self._purge != self._connection.sync.purge
                        )
        except FAILURES:
            pass  # Instances that have not confirmed by now are named as missing.
        return PurgeReceipt(
            faces=counts.faces,
            reservations=counts.reservations,
            acknowledged=tuple(v for k, v in members.items() if k in done),
            missing=tuple(v for k, v in members.items() if k not in done),
            swept=not left,
        )

    def change_rule(self, rule: Rule) -> None:
        """Let everybody's account everywhere follow another rule."""
        sync = self._connection.sync
        sync.rule_due = rule

        async def sending(link: Link) -> None:
            if self._copy.replica.rule == rule:
                await change_rule(link, rule)
            if sync.rule_due == rule:
                sync.rule_due = None

        self._connection.send(sending)

    @property
    def _epoch(self) -> str:
        """Return the epoch of the present ids; messages about another one are void."""
        return self._copy.key.epoch if self._copy.key else "-"
