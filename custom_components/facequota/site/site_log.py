"""What a site stores over restarts: receipts, changed settings, figures; nothing of a face."""

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.const import (
    ATTR_TIME,
    DOMAIN,
    TOTAL_GRANTED,
    TOTAL_PAPER,
    TOTAL_REFUSED,
    TOTAL_URGENT,
    TOTAL_WITHOUT_FACE,
    Lane,
    Outcome,
)
from custom_components.facequota.visit.listeners import Listeners
from custom_components.facequota.visit.purge_receipt import Receipt
from custom_components.facequota.visit.records import receipt_record
from custom_components.facequota.visit.visit import VisitResult
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .lanes import Lanes
from .settings_log import Settings, changes
from .site_store import SiteStore
from .stored_log import StoredLog

MAX_RECEIPTS: Final = 1000
MAX_DECISIONS: Final = 1000
MAX_DAYS: Final = 400


PAID_OUT: Final = (Outcome.GRANTED, Outcome.UNRECOGNISED)


def _added(visit: VisitResult) -> dict[str, float]:
    """Return what a visit adds to the totals of its dispenser."""
    is_paid_out = visit.outcome in PAID_OUT
    return {
        TOTAL_PAPER: visit.cm,
        TOTAL_GRANTED: is_paid_out,
        TOTAL_REFUSED: visit.outcome is Outcome.REFUSED,
        TOTAL_WITHOUT_FACE: is_paid_out and visit.lane is Lane.OPEN,
        TOTAL_URGENT: is_paid_out and visit.lane is Lane.URGENT,
    }


class SiteLog:
    """Receipts, decisions, faces expired by day, figures of the lanes, and reasons."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        entry = hass.config_entries.async_get_entry(entry_id)
        self._store = SiteStore(
            hass, f"{DOMAIN}.{entry_id}", entry.title if entry else entry_id
        )
        self.receipts: deque[dict[str, Any]] = deque(maxlen=MAX_RECEIPTS)
        self.decisions: deque[dict[str, Any]] = deque(maxlen=MAX_DECISIONS)
        self._settings: Settings = {}
        self.expired: dict[str, int] = {}
        self.most_faces = 0
        self.lanes = Lanes()
        # How often no visitor was recognised, by the reason.
        self.unrecognised = Counter[str]()
        # The totals of each dispenser, by the keys of its sensors.
        self._totals: dict[str, dict[str, float]] = {}
        # How far each dispenser's own counters were counted, by the
        # ids of their entities.
        self._counters: dict[str, dict[str, float]] = {}
        self.changes = Listeners[[]]()

    async def load(self) -> None:
        """Restore the state of the last run. A part that cannot be read begins again; a copy of the file is kept."""
        if (stored := await self._store.load()) is None:
            return
        read = StoredLog(stored)
        if read.damaged:
            await self._store.set_aside(stored)
        self.receipts.extend(read.receipts)
        self.decisions.extend(read.decisions)
        self._settings = read.settings
        self.expired = read.expired
        self.most_faces = read.most_faces
        self.lanes = Lanes(read.lanes)
        self.unrecognised.update(read.unrecognised)
        self._totals = read.totals
        self._counters = read.counters
        self.changes.tell()

    async def save(self) -> None:
        """Write the file now."""
        await self._store.save(self.as_dict())

    async def remove(self) -> None:
        """Delete the file and whatever was kept beside it."""
        await self._store.remove()

    @callback
    def receipt(self, receipt: Receipt) -> None:
        """Keep the receipt of a purge."""
        self.receipts.append(
            {ATTR_TIME: receipt.time.isoformat(), **receipt_record(receipt)}
        )
        self._save_soon()

    @callback
    def follow(self, settings: Settings, names: Mapping[str, str]) -> None:
        """Store the settings that were changed since; `names` are the dispensers', by id."""
        time = dt_util.utcnow().isoformat()
        self.decisions.extend(
            {ATTR_TIME: time, **change}
            for change in changes(self._settings, settings, names)
        )
        self._settings = settings
        self._save_soon()

    def total(self, dispenser_id: str, key: str) -> float | None:
        """Return a total of a dispenser; None when it was never stored."""
        return self._totals.get(dispenser_id, {}).get(key)

    @callback
    def set_total(self, dispenser_id: str, key: str, value: float) -> None:
        """Keep a total of a dispenser."""
        self._totals.setdefault(dispenser_id, {})[key] = value
        self._save_soon()

    @callback
    def add_total(self, dispenser_id: str, key: str, added: float) -> None:
        """Add to a total of a dispenser, rounded to tenths."""
        value = (self.total(dispenser_id, key) or 0) + added
        self.set_total(dispenser_id, key, round(value, 1))

    def counter(self, dispenser_id: str, key: str) -> float | None:
        """Return how far a counter was counted; None when it was never seen."""
        return self._counters.get(dispenser_id, {}).get(key)

    @callback
    def set_counter(self, dispenser_id: str, key: str, value: float) -> None:
        """Store how far a counter was counted."""
        self._counters.setdefault(dispenser_id, {})[key] = value
        self._save_soon()

    @callback
    def visit(self, dispenser_id: str, visit: VisitResult) -> None:
        """Count a visit for its dispenser and its lane, and why no visitor was recognised.

        Here and not in the sensors, which may be disabled.
        """
        for key, added in _added(visit).items():
            if added:
                self.add_total(dispenser_id, key, added)
        self.lanes.record(visit)
        if visit.outcome is Outcome.UNRECOGNISED and visit.reason:
            self.unrecognised[str(visit.reason)] += 1
        self.changes.tell()
        self._save_soon()

    @callback
    def faces_expired(self, count: int) -> None:
        """Count faces that were forgotten because their allowance is whole again."""
        today = dt_util.now().date().isoformat()
        self.expired[today] = self.expired.get(today, 0) + count
        while len(self.expired) > MAX_DAYS:
            del self.expired[min(self.expired)]
        self._save_soon()

    @callback
    def faces_now(self, count: int) -> None:
        """Store the largest number of faces that were remembered at once so far."""
        if count > self.most_faces:
            self.most_faces = count
            self.changes.tell()
            self._save_soon()

    def as_dict(self) -> dict[str, Any]:
        """Return the whole log as plain values, to store and to export."""
        return {
            "receipts": list(self.receipts),
            "decisions": list(self.decisions),
            "settings": self._settings,
            "expired": self.expired,
            "most_faces": self.most_faces,
            "lanes": self.lanes.as_dict(),
            "unrecognised": dict(self.unrecognised),
            "totals": self._totals,
            "counters": self._counters,
        }

    @callback
    def _save_soon(self) -> None:
        self._store.save_soon(self.as_dict)
