"""Watches a dispenser's entities: at each change, and after a delay where time matters."""

from collections.abc import Callable

from custom_components.facequota.hardware.entities import entities_by_role
from custom_components.facequota.hardware.inputs import STUCK_AFTER_S
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_ON
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_call_later,
    async_track_entity_registry_updated_event,
    async_track_state_change_event,
)


class HardwareWatch:
    """Calls back when the state, the problem or the roll of a dispenser has changed."""

    def __init__(
        self,
        hass: HomeAssistant,
        subentry: ConfigSubentry,
        see: Callable[[], object],
        on_change: Callable[[], None],
    ) -> None:
        """Take a dispenser, a function that returns its condition, and one to call at a change."""
        self._hass = hass
        self._subentry = subentry
        self._see = see
        self._on_change = on_change
        self._seen: object = None
        self._releases: list[CALLBACK_TYPE] = []
        self._timers: dict[str, CALLBACK_TYPE] = {}

    @callback
    def start(self) -> None:
        """Listen from now on; an entity that is on already may have been on for long.

        Call it again when the entities have been renamed.
        """
        entity_ids = tuple(entities_by_role(self._subentry.data).values())
        self._release()
        self._releases = [
            async_track_state_change_event(self._hass, entity_ids, self._on_state),
            async_track_entity_registry_updated_event(
                self._hass, entity_ids, self._look
            ),
        ]
        for entity_id in entity_ids:
            if self._hass.states.is_state(entity_id, STATE_ON):
                self.look_in(STUCK_AFTER_S, entity_id)

    @callback
    def stop(self) -> None:
        """Remove listeners and timers."""
        self._release()
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()

    @callback
    def _release(self) -> None:
        for release in self._releases:
            release()
        self._releases.clear()

    @callback
    def look_in(self, seconds: float, why: str) -> None:
        """Check again later, once for each reason; not after stop."""
        if not self._releases:
            return
        if cancel := self._timers.pop(why, None):
            cancel()
        self._timers[why] = async_call_later(self._hass, seconds, self._look)

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        """Check now; check a pressed button again when it should have been released."""
        new = event.data["new_state"]
        if new is not None and new.state == STATE_ON:
            self.look_in(STUCK_AFTER_S, new.entity_id)
        self._look()

    @callback
    def _look(self, _: object = None) -> None:
        if (seen := self._see()) != self._seen:
            self._seen = seen
            self._on_change()
