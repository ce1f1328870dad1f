"""Who wants to hear of something, in Home Assistant's event loop."""

from collections.abc import Callable
import logging

from homeassistant.core import CALLBACK_TYPE, callback

_LOGGER = logging.getLogger(__name__)


class Listeners[**P]:
    """The callbacks of one kind of news."""

    def __init__(self) -> None:
        """Begin with nobody listening."""
        self._listeners: set[Callable[P, None]] = set()

    @callback
    def add(self, listener: Callable[P, None]) -> CALLBACK_TYPE:
        """Call back with each news; return how to stop."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Tell everybody; whoever leaves meanwhile may still hear of it.

        One who raises keeps it from nobody else, nor from what follows the telling.
        """
        for listener in tuple(self._listeners):
            try:
                listener(*args, **kwargs)
            except Exception:
                _LOGGER.exception("%s failed at what it was told", listener)
