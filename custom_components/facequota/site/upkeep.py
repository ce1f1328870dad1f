"""Refilling and cleaning of one site: stored state, and the open tasks."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from custom_components.facequota.const import DOMAIN, Lane
from custom_components.facequota.hardware.inputs import is_press
from custom_components.facequota.visit.listeners import Listeners
from custom_components.facequota.visit.visit import VisitResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from .cleaning import Cleaning
from .dispenser import Dispenser
from .paper_supply import PaperSupply, rounded_forecast
from .site_store import SiteStore
from .tasks import DispenserNeeds, Task, open_tasks
from .upkeep_options import UpkeepOptions

# The errors of reading a part of the file that was not stored by this integration.
UNREADABLE: Final = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
)
# The forecast changes with time; an update every minute is not needed.
FOLLOW_EVERY: Final = timedelta(minutes=5)


class Upkeep:
    """The rolls of a site's dispensers and its cleaning, over restarts."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        dispensers: Mapping[str, Dispenser],
    ) -> None:
        """Wire the parts; nothing is read yet."""
        self._hass = hass
        self._entry = entry
        self._dispensers = dispensers
        self._store = SiteStore(hass, f"{DOMAIN}.{entry.entry_id}.upkeep", entry.title)
        self.cleaning = Cleaning(counted_from=dt_util.now())
        self.changes = Listeners[[]]()
        self._releases: list[CALLBACK_TYPE] = []
        self._release_tag: CALLBACK_TYPE | None = None

    @property
    def options(self) -> UpkeepOptions:
        """Return the options for refilling and cleaning."""
        return UpkeepOptions.from_entry(self._entry.options)

    @property
    def cleaning_due(self) -> bool | None:
        """Return if the site is due for cleaning; None where no rule says when."""
        return self.cleaning.is_due(dt_util.now(), self.options.cleaning)

    @property
    def tasks(self) -> list[Task]:
        """Return the open tasks, most urgent first."""
        needs, now = [], dt_util.now()
        for key, one in self._dispensers.items():
            foreseen = one.roll.supply.forecast
            needs.append(
                DispenserNeeds(
                    dispenser_id=key,
                    name=one.subentry.title,
                    fault=one.motor.fault,
                    empty=one.roll.empty,
                    low=bool(one.roll.paper_low),
                    empty_at=None
                    if foreseen is None
                    else rounded_forecast(foreseen.earliest, now),
                )
            )
        return open_tasks(
            self._entry.title,
            needs,
            self.cleaning,
            self.options.cleaning,
            now,
        )

    async def load(self) -> None:
        """Restore the state of the last run; a part that cannot be read begins again."""
        if (kept := await self._store.load()) is None:
            return
        stored = kept if isinstance(kept, dict) else {}
        now = dt_util.now()
        damaged = stored is not kept
        rolls = stored.get("rolls", {})
        try:
            if "cleaning" in stored:
                self.cleaning = Cleaning.from_dict(stored["cleaning"])
        except UNREADABLE:
            damaged = True
        for key, one in self._dispensers.items():
            try:
                if key in rolls:
                    one.roll.supply = PaperSupply.from_dict(rolls[key], now)
            except UNREADABLE:
                damaged = True
        if damaged:
            await self._store.set_aside(kept)

    @callback
    def start(self) -> None:
        """Listen to visits, to the tag that reports a cleaning, and to the clock."""
        for one in self._dispensers.values():
            self._releases.append(one.visits.add(self._visited(one)))
            one.roll.start(self._changed(one))
        self._releases.append(
            async_track_time_interval(self._hass, self._follow, FOLLOW_EVERY)
        )
        self.follow_options()

    @callback
    def follow_options(self) -> None:
        """Apply changed options: another tag, other rules."""
        if self._release_tag is not None:
            self._release_tag()
        tag = self.options.cleaned_tag
        self._release_tag = async_track_state_change_event(
            self._hass, [tag] if tag else [], self._tag_scanned
        )
        self._follow(dt_util.utcnow())

    async def stop(self) -> None:
        """Stop listening, and store the present state."""
        if self._release_tag is not None:
            self._release_tag()
            self._release_tag = None
        for release in self._releases:
            release()
        self._releases.clear()
        for one in self._dispensers.values():
            one.roll.stop()
        await self._store.save(self._as_dict())

    async def remove(self) -> None:
        """Delete the file."""
        await self._store.remove()

    @callback
    def cleaned(self) -> None:
        """Count from a cleaning again."""
        self.cleaning.cleaned(dt_util.now())
        self._tell()

    @callback
    def given(self, dispenser: Dispenser, *, visits: int = 0, cm: float = 0.0) -> None:
        """Count visits for the cleaning, and take paper off a dispenser's roll."""
        self.cleaning.visit(dt_util.now(), visits)
        dispenser.roll.used(cm)
        dispenser.update()
        self._tell()

    @callback
    def _visited(self, dispenser: Dispenser) -> Callable[[VisitResult], None]:
        @callback
        def visited(visit: VisitResult) -> None:
            by_staff = visit.lane is Lane.STAFF
            self.given(dispenser, visits=0 if by_staff else 1, cm=visit.cm)

        return visited

    @callback
    def _changed(self, dispenser: Dispenser) -> Callable[[], None]:
        @callback
        def changed() -> None:
            dispenser.update()
            self._tell()

        return changed

    @callback
    def _follow(self, now: datetime) -> None:
        self.cleaning.follow(dt_util.as_local(now))
        for one in self._dispensers.values():
            one.roll.follow()
            one.update()
        self._tell()

    @callback
    def _tag_scanned(self, event: Event[EventStateChangedData]) -> None:
        """The state of a tag is the time of its last scan; its other attributes do not count."""
        if is_press(event.data["old_state"], event.data["new_state"]):
            self.cleaned()

    @callback
    def _tell(self) -> None:
        self.changes.tell()
        self._store.save_soon(self._as_dict)

    def _as_dict(self) -> dict[str, Any]:
        return {
            "cleaning": self.cleaning.as_dict(),
            "rolls": {
                key: one.roll.supply.as_dict() for key, one in self._dispensers.items()
            },
        }
