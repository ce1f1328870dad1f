"""The visitors in a site's window: reserve, settle, expire, forget and purge.

The site's book on Home Assistant's monotonic clock, with its timer and its receipts.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
import logging

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.account import Refusal, Reservation, Settlement
from custom_components.facequota.quota.book import BookStatistics, PurgeCounts
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.identity import Identity
from custom_components.facequota.quota.protocol import AnyBook
from custom_components.facequota.quota.replica import Replica
from custom_components.facequota.quota.threshold import FpirEstimate
from custom_components.facequota.shared_quota.book import SharedBook
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .listeners import Listeners
from .purge_receipt import Cause, Receipt

_LOGGER = logging.getLogger(__name__)


class Visitors:
    """Visitors with a pending quota; each is deleted when the allowance is whole again.

    Only the event loop's monotonic clock is used: a jump of the wall clock changes no
    decision.
    """

    def __init__(self, hass: HomeAssistant, make_book: Callable[[], Replica]) -> None:
        """Start with an empty book."""
        self._hass = hass
        self._make_book = make_book
        self._book = make_book()
        self._shared: SharedBook | None = None
        self._faces = 0
        self._expiry: CALLBACK_TYPE | None = None
        self._expiry_at: float | None = None
        self.changes = Listeners[[]]()
        self.purge_failed = False
        self.purges = Listeners[[Receipt]]()
        self.expiries = Listeners[[int]]()

    @property
    def replica(self) -> Replica:
        """Return the book in this process."""
        return self._book

    @callback
    def share(self, shared: SharedBook | None) -> None:
        """Share the book with other instances, or stop sharing it."""
        self._shared = shared

    @property
    def _any_book(self) -> AnyBook:
        return self._shared or self._book

    @property
    def statistics(self) -> BookStatistics:
        """Return how many faces are remembered and for how long at most."""
        return self._book.statistics(self._hass.loop.time())

    @property
    def fpir_estimate(self) -> FpirEstimate:
        """Return how well the manager's limit is kept with the present number of faces."""
        return self._book.fpir_estimate(self._hass.loop.time())

    @property
    def all_forgotten_at(self) -> datetime | None:
        """Return when the last remembered visitor is forgotten; None without visitors."""
        statistics = self.statistics
        if not statistics.faces:
            return None
        return wall_clock(
            self._hass, self._hass.loop.time() + statistics.longest_left_s
        )

    @property
    def oldest_since(self) -> datetime | None:
        """Return the latest time at which the oldest remembered visitor can have had paper."""
        statistics = self.statistics
        if not statistics.faces:
            return None
        since = dt_util.utcnow() - timedelta(seconds=statistics.oldest_s)
        return since.replace(microsecond=0)

    @callback
    def identify(self, template: NDArray[np.float32]) -> Identity:
        """Return which visitor in the window this is, or none. Changes nothing."""
        return self._book.identify(template)

    @callback
    def reserve(
        self, template: NDArray[np.float32], cm: float
    ) -> Reservation | Refusal:
        """Find the visitor of this template and reserve cm, in one atomic step."""
        answer = self._book.request(template, cm, self._hass.loop.time())
        self._changed(added=isinstance(answer, Reservation) and answer.new)
        return answer

    async def request(
        self, template: NDArray[np.float32], cm: float
    ) -> Reservation | Refusal:
        """Find the visitor of this template and reserve cm, in the shared book or in this one."""
        if self._shared is None:
            return self.reserve(template, cm)
        answer = await self._shared.reserve(template, cm, self._hass.loop.time())
        self.follow()
        return answer

    @callback
    def follow(self) -> None:
        """Count the visitors who came and went in a book that other instances change as well."""
        more = self.statistics.faces - self._faces
        self._changed(added=max(0, more), removed=max(0, -more))

    @callback
    def settle(self, reservation: Reservation, cm: float) -> Settlement:
        """Charge the cm that came out and refund the rest."""
        settlement = self._any_book.settle(reservation, cm, self._hass.loop.time())
        self._changed()
        return settlement

    async def next_portion_at(
        self, reservation: Reservation, settlement: Settlement
    ) -> float:
        """Return the time that the visitor is told for the next portion of this length."""
        return await self._any_book.next_portion_at(reservation, settlement)

    @callback
    def forget(self, template: NDArray[np.float32]) -> None:
        """Remove every visitor who may be this person. Whether there was one is not shown."""
        before = self.statistics.faces
        self._any_book.forget(template, self._hass.loop.time())
        self._changed(removed=before - self.statistics.faces)

    @callback
    def purge(
        self,
        cause: Cause,
        *,
        older_than_s: float | None = None,
        only_here: bool = False,
    ) -> Receipt:
        """Remove everybody, or those seen longer ago than older_than_s.

        In a shared quota at every site, unless only_here.
        """
        self._changed()
        counts = self._remove(older_than_s, only_here)
        receipt = Receipt(
            time=dt_util.utcnow(),
            cause=cause,
            faces=counts.faces,
            reservations=counts.reservations,
            older_than_s=older_than_s,
            everywhere=self._shared is not None and not only_here,
        )
        _LOGGER.info("Purged %s faces (cause: %s)", receipt.faces, cause)
        self._changed(removed=receipt.faces)
        self.purges.tell(receipt)
        return receipt

    def _remove(self, older_than_s: float | None, only_here: bool) -> PurgeCounts:
        """Remove visitors. If that fails, replace the whole book by an empty one.

        So no visitor of the old book can be recognised any more.
        """
        self.purge_failed = False
        purge = self._any_book.purge
        if only_here and self._shared is not None:
            purge = self._shared.purge_here
        try:
            return purge(self._hass.loop.time(), older_than_s=older_than_s)
        except Exception:
            _LOGGER.exception("The purge failed: the whole book is thrown away")
            lost, self._book = self._faces, self._make_book()
            if self._shared is not None:
                self._shared.start_over(self._book)
            self.purge_failed = True
            return PurgeCounts(faces=lost, reservations=0)

    @callback
    def set_rule(self, rule: Rule, fpir_limit: float) -> None:
        """Apply a changed rule and limit, also to those who are in the window already."""
        self._book.threshold.limit = fpir_limit
        self._any_book.set_rule(rule, self._hass.loop.time())
        self._changed()

    @callback
    def stop(self) -> None:
        """Forget everybody and cancel the timer."""
        if self.statistics.faces:
            self.purge(Cause.RESTART)
        self._cancel_expiry()

    @callback
    def _changed(self, *, added: int = 0, removed: int = 0) -> None:
        """Set the timer for the next expiry, and call the listeners.

        A visitor who is missing and was not removed was forgotten because the allowance
        is whole.
        """
        faces = self.statistics.faces
        expired = self._faces + added - removed - faces
        self._faces = faces
        # Before the callbacks: a slow or failing one must not delay the forgetting.
        next_expiry = self._book.next_expiry()
        if next_expiry != self._expiry_at:
            self._cancel_expiry()
            if next_expiry is not None:
                self._expiry_at = next_expiry
                handle = self._hass.loop.call_at(next_expiry, self._expire)
                self._expiry = handle.cancel
        if expired > 0:
            self.expiries.tell(expired)
        self.changes.tell()

    @callback
    def _expire(self) -> None:
        """Forget those whose allowance is whole again."""
        self._expiry = self._expiry_at = None
        self._book.expire(self._hass.loop.time())
        self._changed()

    @callback
    def _cancel_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry()
        self._expiry = self._expiry_at = None


def wall_clock(hass: HomeAssistant, monotonic: float) -> datetime:
    """Return the moment of the event loop's clock as a date and time, in whole seconds.

    Rounded up, so that a visitor who comes at the time shown gets paper.
    """
    left = max(0.0, monotonic - hass.loop.time())
    moment = dt_util.utcnow() + timedelta(seconds=left)
    return moment.replace(microsecond=0) + timedelta(seconds=1)
