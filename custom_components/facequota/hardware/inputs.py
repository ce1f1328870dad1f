"""The visitor's buttons and sensors: entities whose change of state is a request."""

from collections.abc import Callable, Iterable, Mapping
import re
from typing import Final

from homeassistant.components.event import ATTR_EVENT_TYPE, ATTR_EVENT_TYPES
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
    split_entity_id,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

_STAMPED_INPUTS: Final = ("button", "event", "input_button")
# The state of these is the time of the last press or scan. An input with the states on
# and off is pressed when it turns on.
STAMPED_DOMAINS: Final = (*_STAMPED_INPUTS, "tag")
INPUT_DOMAINS: Final = ("binary_sensor", "input_boolean", "switch", *_STAMPED_INPUTS)

# A button that is on for so long is stuck, and cannot report another press.
STUCK_AFTER_S: Final = 60.0
# Two reports within this time are the same press.
SAME_PRESS_S: Final = 1.0

# Words in the event types of buttons, as integrations of Home Assistant name them: the
# beginning of a press, its end, and its duration. Any other word may mean a beginning.
BEGINS: Final = frozenset({"down", "initial", "start", "started"})
ENDS: Final = frozenset(
    {"complete", "end", "off", "release", "released", "stop", "stopped", "up"}
)
GOES_ON: Final = frozenset({"held", "hold", "holding", "long", "repeat", "repeated"})


def event_type_key(role: str) -> str:
    """Return the key, in a dispenser's data, of the event type that counts for a button."""
    return f"{role}_event_type"


@callback
def async_listen(
    hass: HomeAssistant,
    inputs: Mapping[str, Callable[[], None]],
    event_types: Mapping[str, str],
) -> CALLBACK_TYPE:
    """Call an input's function whenever it is pressed, once for each press.

    event_types has the one event type that counts, for inputs where the manager chose one.
    """
    pressed_at: dict[str, float] = {}

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        entity_id, new = event.data["entity_id"], event.data["new_state"]
        if new is None or not is_press(event.data["old_state"], new):
            return
        if (told := new.attributes.get(ATTR_EVENT_TYPE)) is not None:
            word = str(told)
            known = new.attributes.get(ATTR_EVENT_TYPES) or [word]
            chosen = event_types.get(entity_id)
            if word not in ([chosen] if chosen else beginnings(known)):
                return
            now = hass.loop.time()
            if now - pressed_at.get(entity_id, -SAME_PRESS_S) < SAME_PRESS_S:
                return
            pressed_at[entity_id] = now
        inputs[entity_id]()

    return async_track_state_change_event(hass, list(inputs), changed)


def beginnings(event_types: Iterable[str]) -> list[str]:
    """Return the event types of a button that may begin a press.

    If a button has only long presses, they count.
    """
    words = {one: _words(one) for one in event_types}
    for pick in (
        lambda one: words[one] & BEGINS,
        lambda one: not words[one] & (ENDS | GOES_ON),
        lambda one: not words[one] & ENDS,
    ):
        if found := [one for one in words if pick(one)]:
            return found
    return list(words)


def _words(event_type: str) -> set[str]:
    """Return the words of a name like long_press, LongPress or "long press"."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", event_type)}


@callback
def is_stuck(state: State | None) -> bool:
    """Return if a button with an on/off state has been on for far too long."""
    return (
        state is not None
        and split_entity_id(state.entity_id)[0] not in STAMPED_DOMAINS
        and state.state == STATE_ON
        and (dt_util.utcnow() - state.last_changed).total_seconds() >= STUCK_AFTER_S
    )


@callback
def async_listen_to_held_button(
    hass: HomeAssistant, entity_id: str, say: Callable[[str], None]
) -> CALLBACK_TYPE:
    """Call with the event types of our firmware's event "Visitor button" (held, let go)."""

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and is_press(event.data["old_state"], new):
            say(new.attributes.get(ATTR_EVENT_TYPE, ""))

    return async_track_state_change_event(hass, entity_id, changed)


def is_press(old: State | None, new: State | None) -> bool:
    """Return if this change of state is a press.

    A device that comes back is not a press, and neither is a state that is restored at
    start.
    """
    if old is None or new is None or old.state == new.state:
        return False
    if split_entity_id(new.entity_id)[0] in STAMPED_DOMAINS:
        absent = (STATE_UNAVAILABLE, STATE_UNKNOWN)
        return old.state != STATE_UNAVAILABLE and new.state not in absent
    # A device that has just started does not know yet that its button is not pressed.
    return old.state in (STATE_OFF, STATE_UNKNOWN) and new.state == STATE_ON
