"""The server's visitors in this instance's memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
import math
from typing import Any, Final

from custom_components.facequota.quota.protocol import (
    RESERVATION_S,
    ReplicaOfVisitors,
    Reservation,
    Standing,
)

from .clock import ServerClock
from .functions import Fallen
from .seal import EpochKey, Forged


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A settlement that the server has not confirmed."""

    reservation: Reservation
    cm: float
    names: tuple[str, ...]
    """Under which of these ids it was made."""


# By how much two estimates of the server's clock may differ.
CLOCK_MS: Final = 1000.0
_NO_TEMPLATE: Final = b"c"
_ACCOUNT: Final = {b"a", b"t", b"c"}


class Copy:
    """Follows the server change by change, and tells what it does not know yet."""

    def __init__(
        self,
        replica: ReplicaOfVisitors,
        server_clock: ServerClock,
        now: Callable[[], float],
    ) -> None:
        """Start with whoever the replica knows."""
        self.replica = replica
        self.clock = server_clock
        self._now = now
        self.key: EpochKey | None = None
        self.position = 0
        # Settlements that the server has not confirmed, by token.
        self.unconfirmed: dict[str, Unconfirmed] = {}
        # Ids that are not to be remembered here, whatever the server says of them.
        self.hidden: set[str] = set()
        # Those who were charged here while the server was away, and their TAT before.
        self.alone: dict[str, float] = {}
        # Who turned out to be somebody whom the server knew under another id.
        self.aliases: dict[str, str] = {}
        # Tokens of reservations that the server may have, and when they lapse.
        self._there: dict[str, float] = {}
        self.forged = 0

    def use(self, key: EpochKey | None) -> None:
        """Go on with another epoch's key; what the old one sealed opens no more."""
        if self.key is not key and self.key is not None:
            self.key.overwrite()
        if self.key is not key:
            self.hidden.clear()
            self.aliases.clear()
        self.key = key

    def forget_all(self) -> None:
        """Forget everybody, and what the server has not been told of them."""
        self.replica.purge(self._now())
        self.alone.clear()
        self.unconfirmed.clear()

    def hold_there(self, token: str) -> None:
        """Note that the server may have a reservation."""
        now = self._now()
        # The oldest are first.
        while self._there and self._there[old := next(iter(self._there))] <= now:
            del self._there[old]
        self._there[token] = now + 2 * RESERVATION_S

    def may_be_there(self, token: str) -> bool:
        """Return whether the server may have a reservation."""
        return token in self._there

    def charge_alone(self, name: str, before: float) -> None:
        """Note that a visitor was charged here without the server."""
        self.alone.setdefault(name, before)
        gone = set(self.alone) - set(self.replica.names())
        for one in gone:
            del self.alone[one]

    def with_reservations(self) -> list[str]:
        """Return who has paper reserved here, or settled and not confirmed."""
        names = {name for one in self.unconfirmed.values() for name in one.names}
        for name in self.replica.names():
            standing = self.replica.standing(name)
            if standing and any(o.token in self._there for o in standing.reservations):
                names.add(name)
        return list(names)

    def same_person(self, name: str) -> str | None:
        """Return under which other id the server knows a visitor, if it does."""
        template = self.replica.template(name)
        identity = self.replica.identify(template)
        template.fill(0)
        found = (identity.visitor, *identity.others)
        return next((one for one in found if one and one not in self.alone), None)

    def is_too_much(self, base: float, here: float, there: float) -> bool:
        """Return whether what was given in both places is more than the allowance."""
        owed = max(0.0, there - self._now()) + max(0.0, here - base)
        return owed > self.replica.rule.window_s + CLOCK_MS / 1000

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
                self.lose(_text(state[0]))
        return kinds

    def take(self, state: list[Any], *, anew: bool = True) -> None:
        """Stand a visitor as the server says, unless no member wrote that."""
        name = _text(state[0])
        if len(state) == 1:
            self.lose(name)
            return
        if self.key is None or name in self.hidden:
            return
        try:
            opened = self.key.open(name, state[2])
            standing = self._standing(name, state, opened.latest)
        except Forged, ValueError:
            self.forged += 1
            return
        mine = self.replica.standing(name)
        if mine is not None and name in self.alone:
            standing = _later(mine, standing)
        known = mine is not None
        if not standing.reservations and standing.tat <= self._now():
            self.lose(name)
        else:
            self.replica.put(
                name, standing, opened.template if anew or not known else None
            )
        opened.template.fill(0)
        for one in self.unconfirmed.values():
            if name in self.known_as(one.names):
                self.replica.settle(one.reservation, one.cm, self._now())

    def lose(self, name: str) -> None:
        """Forget somebody whom the server has forgotten."""
        self.hidden.discard(name)
        if name not in self.alone:
            self.replica.drop([name])

    def keep_only(self, names: set[str]) -> None:
        """Forget whoever is not among these, nor was charged here alone."""
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

    def merges(self, names: Iterable[str]) -> Iterator[tuple[str | bytes | float, ...]]:
        """Yield what the server has to be told of these visitors."""
        for name in names:
            standing = self.replica.standing(name)
            if standing is None or self.key is None:
                continue
            tat, opened = standing.tat, list(standing.reservations)
            for settled in self.unconfirmed.values():
                # Open there until it is settled there, which comes next.
                if settled.cm and name in self.known_as(settled.names):
                    rule = self.replica.rule
                    tat += rule.time_for(settled.reservation.cm)
                    tat -= rule.time_for(settled.cm)
                    opened.append(settled.reservation)
            for one in opened:
                self.hold_there(one.token)
            yield (
                self.key.epoch,
                name,
                self.sealed(name, self.replica.template(name)),
                f"{self.clock.server_ms(tat):.3f}",
                *(
                    f"{one.token} {one.cm} {self.clock.server_ms(one.expires_at):.3f}"
                    for one in opened
                ),
            )

    def known_as(self, names: Iterable[str]) -> list[str]:
        """Return the ids under which the server may know somebody."""
        return [one for n in names for one in (n, self.aliases.get(n)) if one]

    def _standing(self, name: str, state: list[Any], latest: float) -> Standing:
        """Return an account as the server tells it; raise ValueError if none is told.

        Nobody is remembered longer than the paper allows for which the template was
        sealed, whatever whoever has the server's password wrote there.
        """
        tat_ms = float(state[1])
        if not math.isfinite(tat_ms):
            raise ValueError("a TAT that is no number")
        tat = self.clock.monotonic(min(tat_ms, latest))
        return Standing(
            tat=tat,
            reservations=tuple(self._reservation(name, tat, one) for one in state[3]),
        )

    def _reservation(self, name: str, tat: float, told: bytes) -> Reservation:
        token, cm, deadline = _text(told).split(" ")
        if not 0 < float(cm) <= self.replica.rule.allowance_cm:
            raise ValueError("a reservation that nobody could have made")
        at = self.clock.monotonic(float(deadline))
        return Reservation(
            token=token,
            cm=float(cm),
            expires_at=min(at, self._now() + RESERVATION_S),
            next_portion_at=tat,
            visitor=name,
        )


def _later(mine: Standing, there: Standing) -> Standing:
    """Return the later of two standings of one visitor, with what is open in either."""
    opened = {one.token: one for one in (*there.reservations, *mine.reservations)}
    return Standing(tat=max(mine.tat, there.tat), reservations=tuple(opened.values()))


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace")
