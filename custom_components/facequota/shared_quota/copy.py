"""The server's visitors in this instance's memory."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.protocol import (
    ReplicaOfVisitors,
    Reservation,
    Standing,
)

from .account_format import standing_of, text
from .clock import ServerClock
from .functions import Fallen
from .seal import EpochKey, Forged
from .tokens import Tokens

type State = list[Any]
type Template = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A settlement that the server has not confirmed."""

    reservation: Reservation
    cm: float
    names: tuple[str, ...]
    """The ids of the visitors for whom it may have been made."""
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)


# By how much two estimates of the server's clock may differ.
CLOCK_MS: Final = 1000.0
_NO_TEMPLATE: Final = b"c"
_ACCOUNT: Final = {b"a", b"t", b"c"}


class Copy:
    """Applies the server's changes to the local copy, and keeps what the server does not know."""

    def __init__(
        self,
        replica: ReplicaOfVisitors,
        server_clock: ServerClock,
        now: Callable[[], float],
    ) -> None:
        """Start with the visitors of the replica."""
        self.replica = replica
        self.clock = server_clock
        self._now = now
        self.key: EpochKey | None = None
        self.position = 0
        # Settlements that the server has not confirmed, by token.
        self.unconfirmed: dict[str, Unconfirmed] = {}
        # Ids that must not be remembered here, even if the server has them.
        self.hidden: set[str] = set()
        # Visitors who were charged here while the server was away, and their TAT before.
        self.alone: dict[str, float] = {}
        # Visitors whom the server knows under another id.
        self.aliases: dict[str, str] = {}
        # Reservations that were made here; of these, those that the server may have.
        self.mine, self.there = Tokens(now), Tokens(now)
        # Visitors who had paper here lately, decided by the server.
        self.served = Tokens(now)
        # How often an account that the server has was changed here alone.
        self.changed_alone = 0
        self.forged = 0

    def use(self, key: EpochKey | None) -> None:
        """Use another epoch's key; templates that the old key sealed cannot be opened any more."""
        if self.key is not key and self.key is not None:
            self.key.overwrite()
        if self.key is not key:
            self.hidden.clear()
            self.aliases.clear()
        self.key = key

    def forget_all(self) -> None:
        """Forget everybody, and all messages that wait for the server."""
        self.replica.purge(self._now())
        self.alone.clear()
        for token in list(self.unconfirmed):
            self.confirm(token)

    def confirm(self, token: str) -> None:
        """Remove a settlement that the server knows or does not need."""
        if settled := self.unconfirmed.pop(token, None):
            settled.confirmed.set()

    def charge_alone(self, name: str, before: float) -> None:
        """Note that a visitor was charged here without the server."""
        self.alone.setdefault(name, before)
        gone = set(self.alone) - set(self.replica.names())
        for one in gone:
            del self.alone[one]

    def standings(self) -> dict[str, Standing]:
        """Return the accounts of all visitors here except those who were charged here alone."""
        found = {n: self.replica.standing(n) for n in self.replica.names()}
        return {n: one for n, one in found.items() if one and n not in self.alone}

    def give_back_others(self, names: Iterable[str]) -> None:
        """Give back the open reservations of other instances for these visitors.

        Without the server it is unknown how much came out, and no visitor is refused
        for paper that may not have come out.
        """
        for name in names:
            if (standing := self.replica.standing(name)) is None:
                continue
            mine = [o for o in standing.reservations if o.token in self.mine]
            others = [o for o in standing.reservations if o.token not in self.mine]
            if others:
                self.changed_alone += 1
                tat = standing.tat
                for one in others:
                    tat -= self.replica.rule.time_for(one.cm)
                stands = Standing(tat=tat, reservations=tuple(mine))
                self.replica.put(name, stands, None)
        self.replica.expire(self._now())

    def apply(self, changes: Iterable[tuple[int, bytes, list[Any]]]) -> list[bytes]:
        """Follow changes; return their kinds. Raises Fallen where one is missing."""
        kinds = []
        for number, kind, state in changes:
            if number <= self.position:
                continue
            if number != self.position + 1:
                raise Fallen
            self.position = number
            kinds.append(kind)
            if kind in _ACCOUNT:
                self.take(state, anew=kind != _NO_TEMPLATE)
            elif kind == b"g":
                self.lose(text(state[0]))
        return kinds

    def take(self, state: State, *, anew: bool = True) -> None:
        """Take over a visitor's account from the server, unless no member wrote it.

        The account of a visitor who was charged here alone stays until the server has it.
        """
        name = text(state[0])
        if len(state) == 1:
            self.lose(name)
        elif (told := self._told(name, state)) is not None:
            standing, template = told
            known = self.replica.standing(name) is not None
            self.replica.put(name, standing, template if anew or not known else None)
            template.fill(0)
            self._settle_again(name)

    def take_all(self, states: Iterable[State]) -> None:
        """Take over many accounts from the server; new visitors in one step."""
        standings: dict[str, Standing] = {}
        templates = []
        for state in states:
            name = text(state[0])
            if name in standings or self.replica.standing(name) is not None:
                self.take(state)
            elif (told := self._told(name, state)) is not None:
                standings[name] = told[0]
                templates.append(told[1])
        if not templates:
            return
        rows = np.array(templates)
        self.replica.put_all(standings, rows)
        rows.fill(0)
        for template in templates:
            template.fill(0)
        if self.unconfirmed:
            for name in standings:
                self._settle_again(name)

    def _told(self, name: str, state: State) -> tuple[Standing, Template] | None:
        """Return an account and its template as the server has them; None if not to be used."""
        if self.key is None or name in self.hidden or name in self.alone:
            return None
        now = self._now()
        try:
            opened = self.key.open(name, state[2])
            standing = standing_of(
                *(state, opened.latest),
                clock=self.clock,
                rule=self.replica.rule,
                now=now,
            )
        except Forged, ValueError:
            self.forged += 1
            return None
        if standing.tat > now:
            return standing, opened.template
        opened.template.fill(0)
        self.lose(name)
        return None

    def _settle_again(self, name: str) -> None:
        """Charge again the paper that came out here and that the server does not know yet."""
        for one in self.unconfirmed.values():
            if name in self.known_as(one.names):
                self.replica.settle(one.reservation, one.cm, self._now())

    def lose(self, name: str) -> None:
        """Forget a visitor whom the server has forgotten."""
        self.hidden.discard(name)
        if name not in self.alone:
            self.replica.drop([name])

    def keep_only(self, names: set[str]) -> None:
        """Forget all visitors except these and those who were charged here alone."""
        self.replica.drop(set(self.replica.names()) - names - set(self.alone))
        self.hidden &= names

    def sealed(self, name: str, template: Any) -> bytes:
        """Return a template sealed for a visitor who has paper now, and overwrite it."""
        if self.key is None:
            raise Forged
        window_ms = self.replica.rule.window_s * 1000
        latest = self.clock.server_ms(self._now()) + window_ms + CLOCK_MS
        sealed = self.key.seal(name, template, latest)
        template.fill(0)
        return sealed

    def known_as(self, names: Iterable[str]) -> list[str]:
        """Return the ids under which the server may know a visitor."""
        return [one for n in names for one in (n, self.aliases.get(n)) if one]
