"""The visitor's buttons and sensors: entities whose change is a wish, or half of one."""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.components.event import ATTR_EVENT_TYPE
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

# Their state is the time of the last press; those that are on and off are pressed when
# they turn on.
STAMPED_DOMAINS: Final = ("button", "event", "input_button")
INPUT_DOMAINS: Final = ("binary_sensor", "input_boolean", "switch", *STAMPED_DOMAINS)


@callback
def async_listen(
    hass: HomeAssistant,
    inputs: Mapping[str, Callable[[], None]],
) -> CALLBACK_TYPE:
    """Call what belongs to an input whenever it is pressed."""

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        if is_press(event.data["old_state"], event.data["new_state"]):
            inputs[event.data["entity_id"]]()

    return async_track_state_change_event(hass, list(inputs), changed)


@callback
def async_listen_to_hand(
    hass: HomeAssistant, entity_id: str, say: Callable[[str], None]
) -> CALLBACK_TYPE:
    """Call with what our firmware's event Visitor button tells of a visitor's hand."""

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and is_press(event.data["old_state"], new):
            say(new.attributes.get(ATTR_EVENT_TYPE, ""))

    return async_track_state_change_event(hass, entity_id, changed)


def is_press(old: State | None, new: State | None) -> bool:
    """Return if this change is somebody pressing.

    A device that comes back, and a state that is restored at start, are nobody.
    """
    if old is None or new is None or old.state == new.state:
        return False
    if split_entity_id(new.entity_id)[0] in STAMPED_DOMAINS:
        absent = (STATE_UNAVAILABLE, STATE_UNKNOWN)
        return old.state != STATE_UNAVAILABLE and new.state not in absent
    # A device that has just started does not know yet that nobody pressed.
    return old.state in (STATE_OFF, STATE_UNKNOWN) and new.state == STATE_ON
