"""Tries something again after a pause, each twice as long as the one before."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

FIRST_PAUSE_S: Final = 10.0
MAX_PAUSE_S: Final = 600.0


class Retry:
    """The next try, if one is planned, and the pause before it."""

    def __init__(self, hass: HomeAssistant, again: Callable[[], object]) -> None:
        """Take the function that tries again; nothing is planned yet."""
        self._hass = hass
        self._again = again
        self._pause_s = FIRST_PAUSE_S
        self._cancel: CALLBACK_TYPE | None = None

    @property
    def is_first(self) -> bool:
        """Return if no try has failed since the last success."""
        return self._pause_s == FIRST_PAUSE_S

    @callback
    def plan(self) -> None:
        """Try again after the pause, in place of a try that is planned."""
        self.cancel()
        self._cancel = async_call_later(self._hass, self._pause_s, self._try)
        self._pause_s = min(2 * self._pause_s, MAX_PAUSE_S)

    @callback
    def cancel(self) -> None:
        """Cancel the try that is planned."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def succeeded(self) -> None:
        """Begin with the first pause again."""
        self._pause_s = FIRST_PAUSE_S

    @callback
    def _try(self, _: datetime) -> None:
        self._cancel = None
        self._again()
