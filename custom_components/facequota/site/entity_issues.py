"""Repair issues for entities of dispensers that are missing, disabled or unavailable."""

from datetime import datetime, timedelta
from typing import Final

from custom_components.facequota.const import CONF_CAMERA, DOMAIN
from custom_components.facequota.hardware.entities import (
    Trouble,
    entities_by_role,
    troubles,
)
from custom_components.facequota.hardware.units import unit_of
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import (
    async_call_later,
    async_track_entity_registry_updated_event,
    async_track_state_change_event,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .dispenser import Dispenser
from .site import FaceQuotaConfigEntry

ISSUE_ENTITY_MISSING: Final = "entity_missing"
ISSUE_ENTITY_UNAVAILABLE: Final = "entity_unavailable"
ISSUE_UNIT_UNKNOWN: Final = "unit_unknown"

# A device that restarts or gets new firmware is unavailable for a minute.
AWAY_FOR: Final = timedelta(minutes=2)

KINDS: Final = {
    ISSUE_ENTITY_MISSING: (Trouble.GONE, Trouble.DISABLED),
    ISSUE_ENTITY_UNAVAILABLE: (Trouble.UNAVAILABLE,),
    ISSUE_UNIT_UNKNOWN: (Trouble.UNIT_UNKNOWN,),
}


@callback
def async_watch_entities(
    hass: HomeAssistant, entry: FaceQuotaConfigEntry
) -> CALLBACK_TYPE:
    """Keep one issue of a kind for each dispenser that lacks entities; return how to stop."""
    watches = [
        _EntityWatch(hass, entry, dispenser)
        for dispenser in entry.runtime_data.dispensers.values()
    ]
    for watch in watches:
        watch.start()

    @callback
    def stop() -> None:
        for watch in watches:
            watch.stop()

    return stop


class _EntityWatch:
    """The issues about the entities of one dispenser."""

    def __init__(
        self, hass: HomeAssistant, entry: FaceQuotaConfigEntry, dispenser: Dispenser
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._dispenser = dispenser
        self._away_since: dict[str, datetime] = {}
        self._timer: CALLBACK_TYPE | None = None
        self._releases: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Check whenever an entity may have appeared, disappeared or been renamed."""
        entity_ids = tuple(entities_by_role(self._dispenser.subentry.data).values())
        self._release()
        self._releases = [
            async_track_state_change_event(self._hass, entity_ids, self._changed),
            async_track_entity_registry_updated_event(
                self._hass, entity_ids, self._look
            ),
            self._dispenser.names.add(self.start),
        ]
        # Other integrations need not be ready before Home Assistant has started.
        self._releases.append(async_at_started(self._hass, self._look))

    @callback
    def stop(self) -> None:
        """Remove listeners, timers and issues."""
        self._release()
        self._cancel()
        self._tell({})

    @callback
    def _release(self) -> None:
        for release in self._releases:
            release()
        self._releases.clear()

    @callback
    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        """Check only when an entity appears, disappears, or has another unit."""
        old, new = event.data["old_state"], event.data["new_state"]
        if (
            old is None
            or new is None
            or STATE_UNAVAILABLE in (old.state, new.state)
            or unit_of(old) != unit_of(new)
        ):
            self._look()

    @callback
    def _look(self, _: object = None) -> None:
        # A change after which the site is built again reaches the old one, too.
        if not self._releases or self._hass.state is not CoreState.running:
            return
        data = self._dispenser.subentry.data
        found = troubles(self._hass, data)
        if self._dispenser.suspended and found.get(CONF_CAMERA) is not Trouble.GONE:
            # No picture of the camera is needed now.
            found.pop(CONF_CAMERA, None)
        now = dt_util.utcnow()
        self._away_since = {
            role: self._away_since.get(role, now)
            for role, one in found.items()
            if one is Trouble.UNAVAILABLE
        }
        soon = {role for role, at in self._away_since.items() if now - at < AWAY_FOR}
        self._cancel()
        if soon:
            self._timer = async_call_later(self._hass, AWAY_FOR, self._look)
        self._tell({data[role]: one for role, one in found.items() if role not in soon})

    @callback
    def _tell(self, found: dict[str, Trouble]) -> None:
        """Create the issue of each kind that was found, by entity, and delete the others."""
        subentry = self._dispenser.subentry
        for kind, which in KINDS.items():
            issue_id = f"{kind}_{subentry.subentry_id}"
            lost = sorted(entity for entity, one in found.items() if one in which)
            if not lost:
                ir.async_delete_issue(self._hass, DOMAIN, issue_id)
                continue
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.ERROR,
                translation_key=kind,
                translation_placeholders={
                    "site": self._entry.title,
                    "dispenser": subentry.title,
                    "entities": ", ".join(lost),
                },
            )
