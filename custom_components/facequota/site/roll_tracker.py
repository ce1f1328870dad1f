"""The roll of one dispenser in Home Assistant: its sensors, its visits, its new rolls."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_NEW_ROLL,
    CONF_PAPER_OUT,
    CONF_ROLL_LENGTH,
    DOMAIN,
)
from custom_components.facequota.hardware.roll import (
    ROLL_SENSORS,
    is_low_by_sensors,
    left_cm,
)
from homeassistant.components.button.const import DOMAIN as BUTTON_DOMAIN, SERVICE_PRESS
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID, STATE_ON
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .paper_forecast import UsageProfile
from .paper_supply import PaperSupply
from .upkeep_options import UpkeepOptions

CM_PER_M: Final = 100.0
# If the device does not answer by then, a person has to press its button.
TELL_WITHIN_S: Final = 10.0


class RollTracker:
    """Follows how much paper is left at a dispenser, and when there was a new roll."""

    def __init__(
        self,
        hass: HomeAssistant,
        subentry: ConfigSubentry,
        upkeep: Callable[[], UpkeepOptions],
    ) -> None:
        """Begin without a history; load() brings it."""
        self._hass = hass
        self._subentry = subentry
        self._upkeep = upkeep
        self._staff = upkeep().staff
        self._is_corrected = False
        self._release: CALLBACK_TYPE | None = None
        self._on_change: Callable[[], None] = lambda: None
        self.supply = PaperSupply(UsageProfile(dt_util.now()))

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Listen to the roll's sensors; on_change is called after each change."""
        self._on_change = on_change
        roll_m, before = self._entities.get(CONF_ROLL_LENGTH), self.supply.roll_cm
        self.supply.roll_cm = None if roll_m is None else roll_m * CM_PER_M
        self._is_corrected = before not in (None, self.supply.roll_cm)
        self.listen()
        self._read()
        self.follow()

    @callback
    def listen(self) -> None:
        """Listen to the sensors by their present entity ids."""
        self.stop()
        watched = [
            self._entities[key] for key in ROLL_SENSORS if self._entities.get(key)
        ]
        self._release = async_track_state_change_event(
            self._hass, watched, self._sensor_changed
        )

    @callback
    def stop(self) -> None:
        """Listen no more."""
        if self._release is not None:
            self._release()
            self._release = None

    @property
    def _entities(self) -> Mapping[str, Any]:
        return self._subentry.data

    @property
    def empty(self) -> bool:
        """Return if there is no paper."""
        return self._out or (
            self.supply.left_cm is not None and self.supply.left_cm <= 0
        )

    @property
    def _out(self) -> bool:
        """Return if a sensor shows that there is no paper."""
        state = self._hass.states.get(self._entities.get(CONF_PAPER_OUT) or "")
        return state is not None and state.state == STATE_ON

    @property
    def paper_low(self) -> bool | None:
        """Return if staff should bring a new roll; None if unknown.

        With working hours: if it will be empty before staff come again. Without working
        hours or without a forecast: if a sensor says so, or below a share of the roll.
        """
        return self.supply.low

    @callback
    def used(self, cm: float) -> None:
        """Take paper off the roll."""
        if cm:
            self.supply.used(dt_util.now(), cm)
            self.follow()

    @callback
    def follow(self) -> None:
        """Update the forecast, and decide if a new roll is needed."""
        now, staff = dt_util.now(), self._upkeep().staff
        self.supply.foresee(now)
        self.supply.judge(
            now,
            staff,
            by_sensors=is_low_by_sensors(
                self._hass,
                self._entities,
                was_low=self.supply.needed_since is not None,
            ),
            out=self._out,
            anew=staff != self._staff or self._is_corrected,
        )
        self._staff, self._is_corrected = staff, False

    async def refilled(self) -> None:
        """Count from a new roll that a person reports; the device's button is pressed, too.

        Raises HomeAssistantError when the device's own button cannot be pressed; the new
        roll counts all the same.
        """
        self.supply.refilled(dt_util.now())
        self.follow()
        self._on_change()
        if not (button := self._entities.get(CONF_NEW_ROLL)):
            return
        try:
            async with asyncio.timeout(TELL_WITHIN_S):
                await self._hass.services.async_call(
                    BUTTON_DOMAIN,
                    SERVICE_PRESS,
                    {ATTR_ENTITY_ID: button},
                    blocking=True,
                )
        # The button is another integration's code and may raise anything.
        except Exception as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="new_roll_not_told",
                translation_placeholders={"entity": button},
            ) from err

    @callback
    def _sensor_changed(self, _event: Event[EventStateChangedData]) -> None:
        self._read()
        self.follow()
        self._on_change()

    @callback
    def _read(self) -> None:
        """Read the length that the roll's sensors show, if there is one."""
        told = left_cm(self._hass, self._entities, self.supply.roll_cm)
        if told is not None:
            self.supply.reported(dt_util.now(), told)
