"""The visitors in the window: how much paper each has had, and until when that counts.

For each visitor it keeps a protected template, a timestamp and open reservations. When
the timestamp has passed, the allowance is whole again and all of it is deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import secrets

import numpy as np
from numpy.typing import NDArray

from .account import Account, Refusal, Reservation, Settlement
from .gallery import Gallery
from .gcra import Rule, finite
from .identity import Identity, identity
from .threshold import DecisionThresholds, FpirEstimate, Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeCounts:
    """What a purge removed."""

    faces: int
    reservations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookStatistics:
    """Figures about the window, not about single persons."""

    faces: int
    most_faces_ever: int
    open_reservations: int
    longest_left_s: float
    """Time until the last of those here now is forgotten."""
    oldest_s: float
    """Time since the oldest of them must have had paper."""


@dataclass(slots=True, kw_only=True)
class _Visitor:
    account: Account
    was_refused: bool = False


class Book:
    """Identifies a probe and keeps its account, in one step."""

    def __init__(self, *, rule: Rule, threshold: Threshold, dimension: int) -> None:
        """Start without visitors."""
        self.threshold = threshold
        self._rule = rule
        self._gallery = Gallery(dimension)
        self._visitors: dict[str, _Visitor] = {}
        # By token. An account whose TAT passes while the motor runs stays here, without
        # its face, so that its paper is still charged.
        self._running: dict[str, Account] = {}
        self._most_faces_ever = 0

    @property
    def rule(self) -> Rule:
        """Return the rule that everybody's account follows."""
        return self._rule

    def request(
        self, probe: NDArray[np.float32], cm: float, now: float
    ) -> Reservation | Refusal:
        """Recognise the probe and reserve paper, or refuse with the time of the next portion.

        A visitor who is not recognised is new, gets paper and is remembered; so is one
        who may be either of two visitors, if one of these may have paper. A face for
        which the limit cannot be kept gets paper and is not remembered. Raises
        ValueError, and changes nothing, for an invalid template or length.
        """
        self.expire(now)
        identity = self.identify(probe)
        known = identity.visitor
        account = self._visitors[known].account if known else Account(now)
        decision = account.reserve(self._rule, cm, now)
        if isinstance(decision, Refusal) and self._may_have(identity.others, cm, now):
            known, account = None, Account(now)
            decision = account.reserve(self._rule, cm, now)
        if known and identity.sure:
            self._gallery.refresh(known, probe)
        if isinstance(decision, Refusal):
            if known and not self._visitors[known].was_refused:
                self._visitors[known].was_refused = True
                self._count(probe)
            return replace(decision, distance=identity.distance)
        self._running[decision.token] = account
        if (new := known is None) and identity.is_certain:
            self._count(probe)
            known = secrets.token_hex(8)
            self._keep({known: account}, np.asarray(probe)[np.newaxis])
        return replace(
            decision,
            visitor=known,
            new=new,
            doubtful=identity.doubtful or (new and identity.visitor is not None),
            distance=identity.distance,
        )

    def settle(self, reservation: Reservation, cm: float, now: float) -> Settlement:
        """Charge the measured centimetres and give back the rest of the reservation.

        Nothing is charged when the visitor was purged or forgotten meanwhile, the
        reservation is past its deadline, or it was settled before.
        """
        self.expire(now)
        account = self._running.get(reservation.token)
        if account is None:
            visitor = self._visitors.get(reservation.visitor or "")
            account = visitor.account if visitor else Account(now)
        settlement = account.settle(self._rule, reservation, cm, now)
        self._running.pop(reservation.token, None)
        self.expire(now)
        return settlement

    def forget(self, probe: NDArray[np.float32], now: float) -> bool:
        """Forget every visitor who may be this person; return whether there was one.

        In doubt a visitor is forgotten too: that costs a stranger nothing.
        """
        self.expire(now)
        return self._purge(self.who_may_be(probe)).faces > 0

    def who_may_be(self, probe: NDArray[np.float32]) -> list[str]:
        """Return every visitor who must be forgotten for this probe."""
        distances, near = self._compare(probe)
        return [
            self._gallery.names[row] for row in np.flatnonzero(distances <= near.doubt)
        ]

    def expire(self, now: float) -> int:
        """Forget everybody whose allowance is whole again; return how many.

        Reservations past their deadline are given back first.
        """
        finite(now, "now")
        for account in set(self._running.values()):
            for token in account.lapse(self._rule, now):
                del self._running[token]
        whole = [
            name
            for name, visitor in self._visitors.items()
            if self._rule.is_whole(visitor.account.tat, now)
        ]
        self._drop(whole)
        return len(whole)

    def next_expiry(self) -> float | None:
        """Return when expire() is due next; None while nothing can expire."""
        tats = [visitor.account.tat for visitor in self._visitors.values()]
        deadlines = [account.deadline() for account in self._running.values()]
        return min((*tats, *(at for at in deadlines if at is not None)), default=None)

    def purge(self, now: float, *, older_than_s: float | None = None) -> PurgeCounts:
        """Forget everybody, or those who had paper longer ago than older_than_s.

        How long ago is computed from the TAT as if the whole allowance had been taken:
        no other time is stored. So the true time is never longer than the computed one.
        A purge of everybody begins a new epoch of the gallery.
        """
        self.expire(now)
        if older_than_s is not None:
            latest = now + self._rule.window_s - finite(older_than_s, "older_than_s")
            return self._purge(
                [n for n, v in self._visitors.items() if v.account.tat <= latest]
            )
        counts = PurgeCounts(faces=len(self._visitors), reservations=len(self._running))
        self._visitors.clear()
        self._running.clear()
        self._gallery.clear()
        return counts

    def set_rule(self, rule: Rule, now: float) -> None:
        """Change the rule; nobody has to wait longer because of it."""
        self.expire(now)
        accounts = {visitor.account for visitor in self._visitors.values()}
        for account in accounts.union(self._running.values()):
            account.follow(self._rule, rule, now)
        self._rule = rule
        self.expire(now)

    def statistics(self, now: float) -> BookStatistics:
        """Return the window's figures."""
        self.expire(now)
        tats = [visitor.account.tat for visitor in self._visitors.values()]
        return BookStatistics(
            faces=len(tats),
            most_faces_ever=self._most_faces_ever,
            open_reservations=len(self._running),
            longest_left_s=max(tats) - now if tats else 0.0,
            oldest_s=max(0.0, self._rule.window_s - (min(tats) - now)) if tats else 0.0,
        )

    def fpir_estimate(self, now: float) -> FpirEstimate:
        """Return how well the limit is kept with the visitors who are remembered now."""
        self.expire(now)
        return self.threshold.estimate(len(self._visitors))

    def _compare(
        self, probe: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], DecisionThresholds]:
        """Return the distance of every template, and the thresholds."""
        distances = self._gallery.distances(probe)
        return distances, self.threshold.decide(probe, distances)

    def identify(self, probe: NDArray[np.float32]) -> Identity:
        """Return who the probe is. Changes nothing.

        Raises ValueError when it is not a finite template of the book's dimension.
        """
        return identity(self._gallery.names, *self._compare(probe))

    def _may_have(self, names: tuple[str, ...], cm: float, now: float) -> bool:
        """Return whether one of these visitors may have this much paper now."""
        return any(
            self._rule.next_at(self._visitors[name].account.tat, cm, now) <= now
            for name in names
        )

    def _count(self, probe: NDArray[np.float32]) -> None:
        """Count the distances of all others in the window to a visitor."""
        self.threshold.observe(probe, self._gallery.distances(probe))

    def _keep(
        self, accounts: Mapping[str, Account], templates: NDArray[np.float32]
    ) -> None:
        """Remember visitors by these ids, each with a row of templates."""
        self._gallery.add_all([*accounts], templates)
        for name, account in accounts.items():
            self._visitors[name] = _Visitor(account=account)
        self._most_faces_ever = max(self._most_faces_ever, len(self._visitors))

    def _drop(self, names: list[str]) -> list[Account]:
        """Forget these visitors' faces; return their accounts."""
        if names:
            self._gallery.remove(names)
        return [self._visitors.pop(name).account for name in names]

    def _purge(self, names: list[str]) -> PurgeCounts:
        """Forget these visitors together with what is reserved for them."""
        accounts = set(self._drop(names))
        tokens = [t for t, account in self._running.items() if account in accounts]
        for token in tokens:
            del self._running[token]
        return PurgeCounts(faces=len(names), reservations=len(tokens))
