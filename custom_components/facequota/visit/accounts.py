"""The accounts that a portion is charged to: the visitor's, or a lane's of the dispenser."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.const import CONF_PORTION_CM, Lane
from custom_components.facequota.options import LIMITS, SiteOptions
from custom_components.facequota.quota.account import Refusal, Reservation, Settlement
from custom_components.facequota.quota.lane import OpenLane

from .probe import Probe
from .visitors import Visitors

MAX_STAFF_CM: Final = LIMITS[CONF_PORTION_CM][1]


class Account(Protocol):
    """The interface of an account: reserve before the motor turns, settle afterwards."""

    @property
    def lane(self) -> Lane:
        """Return the lane by which this account gives paper."""

    async def reserve(self, cm: float) -> Reservation | Refusal:
        """Reserve cm; a Refusal says when they will be available."""

    def settle(self, reservation: Reservation, cm: float) -> Settlement:
        """Charge the cm that came out, and give back the rest of the reservation."""

    async def next_portion_at(
        self, reservation: Reservation, settlement: Settlement
    ) -> float:
        """Return the time that the visitor is told for the next portion of this length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorAccount:
    """The account of the visitor with this template."""

    visitors: Visitors
    template: NDArray[np.float32]
    lane: Lane = Lane.FACE

    async def reserve(self, cm: float) -> Reservation | Refusal:
        """Find the visitor and reserve cm, in one step."""
        return await self.visitors.request(self.template, cm)

    def settle(self, reservation: Reservation, cm: float) -> Settlement:
        """Charge the visitor; one who was purged meanwhile owes nothing."""
        return self.visitors.settle(reservation, cm)

    async def next_portion_at(
        self, reservation: Reservation, settlement: Settlement
    ) -> float:
        """Return the time of the next portion, valid at every site of the quota."""
        return await self.visitors.next_portion_at(reservation, settlement)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAccount:
    """The one account of a lane without a face, on the event loop's clock."""

    open_lane: OpenLane
    clock: Callable[[], float]
    lane: Lane

    async def reserve(self, cm: float) -> Reservation | Refusal:
        """Reserve cm of the lane's allowance."""
        return self.open_lane.request(cm, self.clock())

    def settle(self, reservation: Reservation, cm: float) -> Settlement:
        """Charge the lane."""
        return self.open_lane.settle(reservation, cm, self.clock())

    async def next_portion_at(
        self, reservation: Reservation, settlement: Settlement
    ) -> float:
        """Return the time of the next portion at this dispenser."""
        return settlement.next_portion_at


class Accounts:
    """The accounts of one dispenser."""

    def __init__(
        self, visitors: Visitors, options: SiteOptions, clock: Callable[[], float]
    ) -> None:
        """Begin with whole allowances."""
        self._visitors = visitors
        self._options = options
        self._clock = clock
        self._lanes = {
            lane: OpenLane(rule=rule, now=clock())
            for lane, rule in options.lane_rules.items()
        }

    def follow(self, options: SiteOptions) -> None:
        """Apply a site's new rules; no visitor waits longer because of it."""
        self._options = options
        for lane, rule in options.lane_rules.items():
            self._lanes[lane].set_rule(rule, self._clock())

    def account(self, lane: Lane, probe: Probe | None) -> Account:
        """Return the account to charge; in doubt about the face, the open lane's account."""
        if probe is not None and probe.template is not None and probe.reason is None:
            return VisitorAccount(visitors=self._visitors, template=probe.template)
        if lane is Lane.FACE:
            lane = Lane.OPEN
        return LaneAccount(open_lane=self._lanes[lane], clock=self._clock, lane=lane)

    def max_cm(self, lane: Lane) -> float:
        """Return the longest portion that a lane can ever give at once."""
        if lane is Lane.STAFF:
            return MAX_STAFF_CM
        if lane is Lane.FACE:
            # A visitor who is not recognised gets it from the open lane.
            without = self._options.lane_rules[Lane.OPEN].allowance_cm
            return min(self._options.rule.allowance_cm, without)
        return self._options.lane_rules[lane].allowance_cm
