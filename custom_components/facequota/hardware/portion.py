"""One portion as the entities show it: motor on, motor off, device lost, cm measured."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from custom_components.facequota.const import (
    CONF_CM_PER_SECOND,
    CONF_COVER_OPEN,
    CONF_FAULT,
    CONF_JAM,
    CONF_LAST_PORTION,
    CONF_MOTOR,
    CONF_PAPER_DISPENSED,
    CONF_PAPER_OUT,
    CONF_PORTION_LENGTH,
    CONF_STATUS,
)
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)

from .units import as_cm

# Household rolls leave a geared motor at about this speed.
DEFAULT_CM_PER_SECOND: Final = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MotorEntities:
    """The entity ids of one dispenser's motor; None for an entity that was not chosen."""

    switch: str
    portion_length: str | None = None
    paper_dispensed: str | None = None
    last_portion: str | None = None
    jam: str | None = None
    paper_out: str | None = None
    cover_open: str | None = None
    fault: str | None = None
    status: str | None = None
    cm_per_second: float = DEFAULT_CM_PER_SECOND

    @classmethod
    def from_subentry(cls, data: Mapping[str, Any]) -> Self:
        """Return the motor's entities from a dispenser's subentry."""
        return cls(
            switch=data[CONF_MOTOR],
            portion_length=data.get(CONF_PORTION_LENGTH),
            paper_dispensed=data.get(CONF_PAPER_DISPENSED),
            last_portion=data.get(CONF_LAST_PORTION),
            jam=data.get(CONF_JAM),
            paper_out=data.get(CONF_PAPER_OUT),
            cover_open=data.get(CONF_COVER_OPEN),
            fault=data.get(CONF_FAULT),
            status=data.get(CONF_STATUS),
            cm_per_second=data.get(CONF_CM_PER_SECOND, DEFAULT_CM_PER_SECOND),
        )


class PortionRun:
    """What the entities of a dispenser show during one portion."""

    def __init__(
        self, hass: HomeAssistant, entities: MotorEntities, *, is_on: bool = False
    ) -> None:
        """Read the counter and listen from now on; the motor may turn already."""
        self._hass = hass
        self._entities = entities
        self._changed = asyncio.Event()
        counter = entities.paper_dispensed
        self._count_before = self._cm(hass.states.get(counter) if counter else None)
        self._last_count = self._count_before
        self._told: float | None = None
        self._off_at: float | None = None
        self._lost_at: float | None = None
        self.on_at = hass.loop.time() if is_on else None
        self.is_on = is_on
        told_by = [entities.last_portion] if entities.last_portion else []
        counted_by = [entities.paper_dispensed] if entities.paper_dispensed else []
        self._releases = [
            async_track_state_change_event(
                hass, [entities.switch, *counted_by, *told_by], self._on_state
            ),
            # A second portion of the same length does not change the state.
            async_track_state_report_event(hass, told_by, self._on_same_length),
        ]

    def release(self) -> None:
        """Stop listening."""
        for release in self._releases:
            release()

    @property
    def lost(self) -> bool:
        """Return if the device went away during the run."""
        return self._lost_at is not None

    @property
    def is_off(self) -> bool:
        """Return if the motor was seen to go off."""
        return self._off_at is not None

    async def started(self, within_s: float) -> bool:
        """Return if the motor came on in time."""
        return await self._until(lambda: self.on_at is not None, within_s)

    async def stopped(self, within_s: float | None) -> bool:
        """Return if the motor went off in time."""
        return await self._until(lambda: self._off_at is not None, within_s)

    async def measured(self, cm: float, within_s: float) -> None:
        """Wait a moment until cm is measured: the report may come after the switch is off.

        A counter may report parts of a portion while the motor turns.
        """
        if self._entities.paper_dispensed or self._entities.last_portion:
            await self._until(lambda: (self.measured_cm() or 0.0) >= cm, within_s)

    def measured_cm(self) -> float | None:
        """Return the reported length, else the counted length, else None.

        The counter is second: a 32-bit float loses its centimetres after 168 km.
        """
        return self._counted_cm() if self._told is None else self._told

    def _counted_cm(self) -> float | None:
        """Return the difference of the counter, None without one."""
        if self._count_before is None or self._last_count is None:
            return None
        # A counter that has become smaller belongs to a device that was replaced or
        # reset.
        return max(0.0, self._last_count - self._count_before)

    def seconds_on(self) -> float:
        """Return how long the motor was seen on."""
        if self.on_at is None:
            return 0.0
        until = self._off_at or self._lost_at or self._hass.loop.time()
        return until - self.on_at

    async def _until(
        self, condition: Callable[[], bool], within_s: float | None
    ) -> bool:
        """Wait until a condition holds; give up when the device is lost."""
        try:
            async with asyncio.timeout(within_s):
                while not condition():
                    if self.lost:
                        return False
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        """Read the switch and the length."""
        new = event.data["new_state"]
        state = new.state if new else STATE_UNAVAILABLE
        entity_id = event.data["entity_id"]
        if entity_id == self._entities.switch:
            self._on_switch(state)
        elif (cm := self._cm(new)) is not None:
            if entity_id == self._entities.paper_dispensed:
                self._last_count = cm
            else:
                self._tell(cm)
        self._changed.set()

    @callback
    def _on_same_length(self, event: Event[EventStateReportedData]) -> None:
        """Read a length that is the same as the last one."""
        self._tell(self._cm(event.data["new_state"]))
        self._changed.set()

    def _tell(self, cm: float | None) -> None:
        """Store the length that the device reports, if it is of this portion."""
        if self.on_at is not None:
            self._told = cm

    @callback
    def _on_switch(self, state: str) -> None:
        """Note when the motor came on, went off, or was lost."""
        if state == STATE_ON:
            self.is_on = True
            self.on_at = self.on_at or self._hass.loop.time()
        elif state == STATE_OFF and self.on_at is not None:
            self.is_on = False
            self._off_at = self._off_at or self._hass.loop.time()
        elif state == STATE_UNAVAILABLE:
            self._lost_at = self._lost_at or self._hass.loop.time()

    def _cm(self, state: State | None) -> float | None:
        """Return the length that an entity shows, in cm."""
        return as_cm(state, self._entities.cm_per_second)
