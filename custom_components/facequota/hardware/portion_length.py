"""The length of a portion on a device that ends its portions by itself."""

from typing import Final

from homeassistant.components.number.const import (
    ATTR_MAX,
    ATTR_VALUE,
    DOMAIN as NUMBER_DOMAIN,
    SERVICE_SET_VALUE,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant

from .device_calls import carried_out
from .portion import MotorEntities
from .units import as_cm, as_number, from_cm, to_cm, unit_of

# A number in another unit is rounded; a smaller difference than this need not be
# written to the device.
SAME_LENGTH_CM: Final = 0.1


def known_length(hass: HomeAssistant, entities: MotorEntities) -> float | None:
    """Return the length of a portion that the device reports, in cm; None if unknown."""
    if entities.portion_length is None:
        return None
    return as_cm(hass.states.get(entities.portion_length), entities.cm_per_second)


async def set_length(
    hass: HomeAssistant, entities: MotorEntities, cm: float
) -> float | None:
    """Set the length of a portion on the device, unless it is set; return it in cm.

    None without the number entity: the device still gives paper, in the length set last.
    """
    entity_id = entities.portion_length
    if entity_id is None or (known := known_length(hass, entities)) is None:
        return None
    state, speed = hass.states.get(entity_id), entities.cm_per_second
    assert state is not None
    value = from_cm(cm, unit_of(state), speed)
    # In the entity's own unit: its maximum, converted, may be above the maximum itself.
    if (most := as_number(state.attributes.get(ATTR_MAX))) is not None:
        value = min(value, most)
    wanted = to_cm(value, unit_of(state), speed)
    data = {ATTR_ENTITY_ID: entity_id, ATTR_VALUE: value}
    if abs(known - wanted) < SAME_LENGTH_CM:
        return known
    if await carried_out(hass, NUMBER_DOMAIN, SERVICE_SET_VALUE, data):
        return wanted
    # The length is now one of the two: the visitor is charged for the shorter one.
    return min(known, wanted)
