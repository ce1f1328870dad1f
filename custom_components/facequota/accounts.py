"""Who is charged for a portion: the visitor or the open lane."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .const import Lane
from .quota.account import Refusal, Reservation, Settlement
from .quota.lane import OpenLane
from .visitors import Visitors


class Account(Protocol):
    """Where paper is reserved before the motor turns and settled afterwards."""

    @property
    def lane(self) -> Lane:
        """Return the way by which this account gives paper."""

    def reserve(self, cm: float) -> Reservation | Refusal:
        """Hold cm; a Refusal says when they will be there."""

    def settle(self, reservation: Reservation, cm: float) -> Settlement:
        """Charge the cm that came out of what was held, refund the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorAccount:
    """The account of whoever the template was taken from."""

    visitors: Visitors
    template: NDArray[np.float32]
    lane: Lane = Lane.FACE

    def reserve(self, cm: float) -> Reservation | Refusal:
        """Find the visitor and hold cm, in one step."""
        return self.visitors.reserve(self.template, cm)

    def settle(self, reservation: Reservation, cm: float) -> Settlement:
        """Charge the visitor; one who was purged meanwhile owes nothing."""
        return self.visitors.settle(reservation, cm)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """The one account of a dispenser's open lane, on the event loop's clock."""

    open_lane: OpenLane
    clock: Callable[[], float]
    lane: Lane = Lane.OPEN

    def reserve(self, cm: float) -> Reservation | Refusal:
        """Hold cm of what the open lane may give."""
        return self.open_lane.request(cm, self.clock())

    def settle(self, reservation: Reservation, cm: float) -> Settlement:
        """Charge the open lane."""
        return self.open_lane.settle(reservation, cm, self.clock())
