"""Paper that a device gave by itself, read from its own counters and counted once, also over restarts."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from custom_components.facequota.const import (
    CONF_ALONE_PAPER,
    CONF_ALONE_PORTIONS,
    CONF_SWITCH_PORTIONS,
    TOTAL_GRANTED,
    TOTAL_PAPER,
    TOTAL_WITHOUT_FACE,
)
from custom_components.facequota.hardware.entities import DEVICE_COUNTERS
from custom_components.facequota.hardware.units import as_cm, as_number
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from .dispenser import Dispenser
from .references import REGISTRY_IDS
from .site_log import SiteLog
from .unasked_portions import UnaskedPortions
from .upkeep import Upkeep

# Stored beside the counters: portions that FaceQuota requested with the plain switch,
# and that the device has not reported yet.
ASKED_BY_SWITCH: Final = "asked_by_switch"


class DeviceCounts:
    """Follows the counters of a site's dispensers and adds their growth."""

    def __init__(
        self,
        hass: HomeAssistant,
        log: SiteLog,
        upkeep: Upkeep,
        dispensers: Mapping[str, Dispenser],
        unasked: UnaskedPortions,
    ) -> None:
        """Take the parts to add to; nothing is read yet."""
        self._hass = hass
        self._log = log
        self._upkeep = upkeep
        self._dispensers = dispensers
        self._unasked = unasked
        self._releases: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Count the paper of the meantime, and follow from now on. Call it again after a renaming."""
        add: dict[str, Callable[[str, float], None]] = {
            CONF_ALONE_PORTIONS: self._alone_portions,
            CONF_ALONE_PAPER: self._alone_paper,
            CONF_SWITCH_PORTIONS: self._switch_portions,
        }
        self.stop()
        for key, dispenser in self._dispensers.items():
            self._releases.append(dispenser.names.add(self.start))
            dispenser.motor.on_switch = partial(self._asked, key)
            for role in DEVICE_COUNTERS:
                if entity_id := dispenser.subentry.data.get(role):
                    self._follow(entity_id, partial(self._read, key, role, add[role]))

    @callback
    def stop(self) -> None:
        """Stop listening."""
        for release in self._releases:
            release()
        self._releases.clear()

    @callback
    def _follow(self, entity_id: str, read: Callable[[str], None]) -> None:
        @callback
        def changed(_event: Event[EventStateChangedData]) -> None:
            read(entity_id)

        self._releases.append(
            async_track_state_change_event(self._hass, entity_id, changed)
        )
        read(entity_id)

    @callback
    def _read(
        self, key: str, role: str, add: Callable[[str, float], None], entity_id: str
    ) -> None:
        """Add the growth of a counter since it was last read.

        Counting begins at the first value. It begins again when the counter has become
        smaller: it belongs to another board, or was reset.
        """
        if (state := self._hass.states.get(entity_id)) is None:
            return
        if role == CONF_ALONE_PAPER:
            speed = self._dispensers[key].motor.entities.cm_per_second
            value = as_cm(state, speed)
        else:
            value = as_number(state.state)
        if value is None or value < 0:
            return
        # Stored under the entity's permanent id: another device's counter is another
        # entity.
        ids = self._dispensers[key].subentry.data.get(REGISTRY_IDS, {})
        counter = ids.get(role, entity_id)
        before = self._log.counter(key, counter)
        if value == before:
            return
        self._log.set_counter(key, counter, value)
        if before is not None and value > before:
            add(key, value - before)
        elif role == CONF_SWITCH_PORTIONS:
            self._log.set_counter(key, ASKED_BY_SWITCH, 0)

    @callback
    def _alone_portions(self, key: str, grown: float) -> None:
        """Count portions of visitors while Home Assistant was away."""
        portions = round(grown)
        for total in (TOTAL_GRANTED, TOTAL_WITHOUT_FACE):
            self._log.add_total(key, total, portions)
        self._upkeep.given(self._dispensers[key], visits=portions)

    @callback
    def _alone_paper(self, key: str, grown_cm: float) -> None:
        """Count the paper of those portions."""
        self._log.add_total(key, TOTAL_PAPER, grown_cm)
        self._upkeep.given(self._dispensers[key], cm=grown_cm)

    @callback
    def _asked(self, key: str, count: int) -> None:
        """Count that FaceQuota itself used the switch, until the device reports it."""
        if self._dispensers[key].subentry.data.get(CONF_SWITCH_PORTIONS):
            asked = self._log.counter(key, ASKED_BY_SWITCH) or 0
            self._log.set_counter(key, ASKED_BY_SWITCH, max(0, asked + count))

    @callback
    def _switch_portions(self, key: str, grown: float) -> None:
        """Report the portions by switch that FaceQuota did not ask for."""
        asked = self._log.counter(key, ASKED_BY_SWITCH) or 0
        self._log.set_counter(key, ASKED_BY_SWITCH, max(0, asked - grown))
        if (others := round(grown - asked)) > 0:
            self._unasked.tell(key, others)
