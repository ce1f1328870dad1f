"""The interfaces of a book: one in this process, or one that several instances share.

shared_quota/ imports this file and nothing else of quota/. Callers of a book need not
know which kind it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .account import RESERVATION_S, Refusal, Reservation, Settlement
from .book import PurgeCounts
from .gcra import Rule
from .identity import Identity

__all__ = [
    "RESERVATION_S",
    "AnyBook",
    "Identity",
    "PurgeCounts",
    "Refusal",
    "ReplicaOfVisitors",
    "Reservation",
    "Rule",
    "Settlement",
    "Standing",
    "Undecided",
]


class Undecided(Exception):
    """The book could not identify the visitor in time; nothing was reserved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The values of an account."""

    tat: float
    """When the allowance is whole again (monotonic)."""
    reservations: tuple[Reservation, ...] = ()
    """What is reserved and not settled yet; their paper is charged already."""


class _Visitors(Protocol):
    """What every book can do. All moments are monotonic seconds."""

    @property
    def rule(self) -> Rule:
        """Return the rule that everybody's account follows."""

    def identify(self, probe: NDArray[np.float32]) -> Identity:
        """Return who the probe is. Changes nothing and does not ask the server."""

    def settle(self, reservation: Reservation, cm: float, now: float) -> Settlement:
        """Charge the measured centimetres and give back the rest of the reservation."""

    def expire(self, now: float) -> int:
        """Forget everybody whose allowance is whole again; return how many."""

    def next_expiry(self) -> float | None:
        """Return when expire() is due next; None while nothing can expire."""

    def purge(self, now: float, *, older_than_s: float | None = None) -> PurgeCounts:
        """Forget everybody, or those who had paper longer ago than older_than_s."""

    def set_rule(self, rule: Rule, now: float) -> None:
        """Change the rule; nobody has to wait longer because of it."""


class AnyBook(_Visitors, Protocol):
    """Identifies a probe and keeps its account."""

    async def reserve(
        self, probe: NDArray[np.float32], cm: float, now: float
    ) -> Reservation | Refusal:
        """Recognise the probe and reserve paper, or return a refusal.

        Raises Undecided.
        """

    async def next_portion_at(
        self, reservation: Reservation, settlement: Settlement
    ) -> float:
        """Return the time that a visitor is told for the next portion of this length."""

    def forget(self, probe: NDArray[np.float32], now: float) -> bool:
        """Forget every visitor who may be this person; return whether there was one."""


class ReplicaOfVisitors(_Visitors, Protocol):
    """A book in memory that can also take over the visitors of another one."""

    def request(
        self, probe: NDArray[np.float32], cm: float, now: float
    ) -> Reservation | Refusal:
        """Recognise the probe and reserve paper, from this memory alone."""

    def who_may_be(self, probe: NDArray[np.float32]) -> list[str]:
        """Return every visitor who must be forgotten for this probe."""

    def names(self) -> list[str]:
        """Return the random ids of those who are remembered."""

    def standing(self, name: str) -> Standing | None:
        """Return a visitor's account; None for an unknown id."""

    def template(
        self, name: str, probe: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Return a visitor's template, moved half way to a probe if there is one.

        It is not protected: the caller overwrites it. Raises KeyError.
        """

    def put(
        self, name: str, standing: Standing, template: NDArray[np.float32] | None
    ) -> None:
        """Remember a visitor, or change one who is remembered.

        Without a template the stored one stays. Raises KeyError when there is none,
        ValueError for an invalid template.
        """

    def put_all(
        self, standings: Mapping[str, Standing], templates: NDArray[np.float32]
    ) -> None:
        """Remember visitors who are not remembered yet, each with a row of templates.

        Raises ValueError, and nothing has changed, when one is remembered already or a
        row is no template.
        """

    def drop(self, names: Iterable[str]) -> PurgeCounts:
        """Forget these visitors and their reservations; unknown ids are ignored."""
