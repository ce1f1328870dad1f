"""The paper roll, as whatever sensors there are tell it."""

from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_PAPER_LOW,
    CONF_PAPER_OUT,
    CONF_ROLL_LENGTH_REMAINING,
    CONF_ROLL_REMAINING,
)
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    STATE_OFF,
    STATE_ON,
    UnitOfLength,
)
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import DistanceConverter

from .portion import as_number

ROLL_SENSORS: Final = (
    CONF_PAPER_LOW,
    CONF_PAPER_OUT,
    CONF_ROLL_REMAINING,
    CONF_ROLL_LENGTH_REMAINING,
)

# Some six metres of a usual roll: a dozen portions, time enough for staff to come.
LOW_PERCENT: Final = 10.0


def is_low(hass: HomeAssistant, entities: Mapping[str, Any]) -> bool | None:
    """Return if any sensor says that the roll is nearly empty; None if none can tell."""
    signs = []
    for role in ROLL_SENSORS:
        state = hass.states.get(entities.get(role) or "")
        if state is None:
            continue
        if role == CONF_ROLL_REMAINING:
            if (percent := as_number(state.state)) is not None:
                signs.append(percent <= LOW_PERCENT)
        elif role != CONF_ROLL_LENGTH_REMAINING and state.state in (
            STATE_ON,
            STATE_OFF,
        ):
            signs.append(state.state == STATE_ON)
    return any(signs) if signs else None


def left_cm(
    hass: HomeAssistant, entities: Mapping[str, Any], roll_cm: float | None
) -> float | None:
    """Return the length of paper that a sensor tells, in cm; None if none can tell.

    roll_cm is the length of a new roll, which a share of it is taken of.
    """
    for role in (CONF_ROLL_LENGTH_REMAINING, CONF_ROLL_REMAINING):
        state = hass.states.get(entities.get(role) or "")
        if state is None or (told := as_number(state.state)) is None:
            continue
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        if unit in DistanceConverter.VALID_UNITS:
            return DistanceConverter.convert(told, unit, UnitOfLength.CENTIMETERS)
        if unit == PERCENTAGE and roll_cm is not None:
            return roll_cm * told / 100
    return None
