"""A list of callbacks, called in Home Assistant's event loop."""

from collections.abc import Callable
import logging

from homeassistant.core import CALLBACK_TYPE, callback

_LOGGER = logging.getLogger(__name__)


class Listeners[**P]:
    """The callbacks for one kind of event; the type parameters are their arguments."""

    def __init__(self) -> None:
        """Begin without callbacks."""
        self._listeners: set[Callable[P, None]] = set()

    @callback
    def add(self, listener: Callable[P, None]) -> CALLBACK_TYPE:
        """Add a callback; return a function that removes it."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call every callback; one that is removed meanwhile may still be called.

        An exception in one callback is logged; the others and the caller continue.
        """
        for listener in tuple(self._listeners):
            try:
                listener(*args, **kwargs)
            except Exception:
                _LOGGER.exception("%s failed at what it was told", listener)
