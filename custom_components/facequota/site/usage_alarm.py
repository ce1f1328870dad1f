"""The alarm while use of a dispenser is unusual."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .usage import SPAN_S, UsageRate


class UsageAlarm:
    """On while far more portions are taken than usual."""

    def __init__(self, hass: HomeAssistant, on_over: Callable[[], None]) -> None:
        """Begin without an alarm; on_over is called when an alarm may be over."""
        self._hass = hass
        self._on_over = on_over
        self._rate = UsageRate(hass.loop.time())
        self._timer: CALLBACK_TYPE | None = None

    @property
    def is_on(self) -> bool:
        """Return if the use of paper is unusual now."""
        return self._rate.is_unusual(self._hass.loop.time())

    @callback
    def portion(self) -> None:
        """Count a portion."""
        self._rate.portion(self._hass.loop.time())
        if self.is_on:
            self.stop()
            self._timer = async_call_later(self._hass, SPAN_S, self._over)

    @callback
    def stop(self) -> None:
        """Remove the timer."""
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _over(self, _now: datetime) -> None:
        self._timer = None
        self._on_over()
