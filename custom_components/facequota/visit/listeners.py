"""Who wants to hear of something, in Home Assistant's event loop."""

from collections.abc import Callable

from homeassistant.core import CALLBACK_TYPE, callback


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
        """Tell everybody; whoever leaves meanwhile may still hear of it."""
        for listener in tuple(self._listeners):
            listener(*args, **kwargs)
