"""One account: a TAT and what is reserved on it but has not come out yet.

Paper is reserved before the motor turns and settled on what was measured. Both lanes
keep their accounts in this way; the face lane has one per visitor, the open lane one
per dispenser.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import secrets
from typing import Final

from .gcra import Rule, centimetres, finite

# Longer than any portion takes: 200 cm by a motor of 1 cm/s, which starts and stops
# within 20 s. A reservation that is open for longer lapses, in the visitor's favour.
RESERVATION_S: Final = 220.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Paper that may be given now and must be settled by expires_at."""

    token: str
    cm: float
    expires_at: float
    """When an unsettled reservation is given back by itself (monotonic)."""
    next_portion_at: float
    """When as much may be had again if all of it comes out (monotonic)."""
    visitor: str | None = None
    """Random id of the visitor within the window; None in the open lane."""
    new: bool = False
    """The visitor was not in the window before."""
    doubtful: bool = False
    """A template was in the zone of doubt: near, but not near enough to refuse."""
    distance: float | None = None
    """Distance to the nearest template; None when there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal, with the time of the next portion."""

    next_portion_at: float
    available_cm: float
    distance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The end of a reservation: the charged centimetres, and the time of the next portion."""

    charged_cm: float
    """What the account was charged with; 0 if it no longer exists."""
    next_portion_at: float
    """When as much as was reserved may be had again (monotonic)."""


class Account:
    """The account of one visitor or of one open lane: its TAT and its reservations."""

    __slots__ = ("_open", "tat")

    def __init__(self, now: float) -> None:
        """Start with a whole allowance."""
        self.tat = finite(now, "now")
        self._open: dict[str, Reservation] = {}

    def deadline(self) -> float | None:
        """Return when the first open reservation lapses; None when there is none."""
        return min((r.expires_at for r in self._open.values()), default=None)

    @property
    def reservations(self) -> tuple[Reservation, ...]:
        """Return the reservations that are not settled yet."""
        return tuple(self._open.values())

    def restore(self, tat: float, reservations: Iterable[Reservation]) -> None:
        """Take over the TAT and the reservations of this account in another book."""
        self.tat = finite(tat, "tat")
        self._open = {one.token: one for one in reservations}

    def reserve(self, rule: Rule, cm: float, now: float) -> Reservation | Refusal:
        """Reserve the centimetres if they are available."""
        if centimetres(cm) == 0:
            raise ValueError("cm is zero")
        at = rule.next_at(self.tat, cm, finite(now, "now"))
        if at > now:
            return Refusal(
                next_portion_at=at, available_cm=rule.available_cm(self.tat, now)
            )
        self.tat = rule.charge(self.tat, cm, now)
        reservation = Reservation(
            token=secrets.token_hex(8),
            cm=cm,
            expires_at=now + RESERVATION_S,
            next_portion_at=rule.next_at(self.tat, cm, now),
        )
        self._open[reservation.token] = reservation
        return reservation

    def settle(
        self, rule: Rule, reservation: Reservation, cm: float, now: float
    ) -> Settlement:
        """Charge what came out and give back the rest; a second time changes nothing.

        If the motor ran too long, more is charged than was reserved, but never more
        than an empty allowance: no visitor waits, or is remembered, for longer than the
        window.
        """
        measured = centimetres(cm)
        finite(now, "now")
        charged = 0.0
        if self._open.pop(reservation.token, None) is not None:
            settled = rule.refund(self.tat, reservation.cm) + rule.time_for(measured)
            self.tat = min(settled, now + rule.window_s)
            charged = measured - (settled - self.tat) / rule.time_for(1)
        return Settlement(
            charged_cm=charged,
            next_portion_at=rule.next_at(
                self.tat, min(reservation.cm, rule.allowance_cm), now
            ),
        )

    def lapse(self, rule: Rule, now: float) -> list[str]:
        """Give back every reservation past its deadline; return their tokens."""
        late = [r for r in self._open.values() if r.expires_at <= now]
        for reservation in late:
            del self._open[reservation.token]
            self.tat = rule.refund(self.tat, reservation.cm)
        return [reservation.token for reservation in late]

    def follow(self, old: Rule, new: Rule, now: float) -> None:
        """Change the rule; the centimetres owed stay the same.

        No time that a visitor was told becomes later, and nobody waits longer than the
        new window.
        """
        owed_s = new.time_for(old.owed_cm(self.tat, now))
        self.tat = min(self.tat, now + min(owed_s, new.window_s))
