"""The paper roll, by the sensors that a dispenser has: paper low, length, percent."""

from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_PAPER_LOW,
    CONF_PAPER_OUT,
    CONF_ROLL_LENGTH_REMAINING,
    CONF_ROLL_REMAINING,
)
from homeassistant.const import PERCENTAGE, STATE_OFF, STATE_ON, UnitOfLength
from homeassistant.core import HomeAssistant, State
from homeassistant.util.unit_conversion import DistanceConverter

from .units import as_number, is_unit_known, unit_of

ROLL_SENSORS: Final = (
    CONF_PAPER_LOW,
    CONF_PAPER_OUT,
    CONF_ROLL_REMAINING,
    CONF_ROLL_LENGTH_REMAINING,
)

# Some six metres of a usual roll: ten portions, enough time for staff to come.
LOW_PERCENT: Final = 10.0
LOW_CM: Final = 600.0
# A roll that was low is so until this many times as much is left: a coarse sensor moves to
# and fro by less.
NO_MORE_LOW: Final = 2.5


def is_low_by_sensors(
    hass: HomeAssistant, entities: Mapping[str, Any], *, was_low: bool = False
) -> bool | None:
    """Return if any sensor shows that the roll is nearly empty; None if none can."""
    scale = NO_MORE_LOW if was_low else 1.0
    signs = []
    for role in ROLL_SENSORS:
        state = hass.states.get(entities.get(role) or "")
        if state is None:
            continue
        if role == CONF_ROLL_REMAINING:
            if (low := _is_low(state, scale)) is not None:
                signs.append(low)
        elif role != CONF_ROLL_LENGTH_REMAINING and state.state in (
            STATE_ON,
            STATE_OFF,
        ):
            signs.append(state.state == STATE_ON)
    return any(signs) if signs else None


def left_cm(
    hass: HomeAssistant, entities: Mapping[str, Any], roll_cm: float | None
) -> float | None:
    """Return the length of paper that a sensor shows, in cm; None if none does.

    roll_cm is the length of a new roll, to convert percent.
    """
    for role in (CONF_ROLL_LENGTH_REMAINING, CONF_ROLL_REMAINING):
        state = hass.states.get(entities.get(role) or "")
        if state is None or (told := as_number(state.state)) is None:
            continue
        unit = unit_of(state)
        if unit in DistanceConverter.VALID_UNITS:
            return DistanceConverter.convert(told, unit, UnitOfLength.CENTIMETERS)
        if unit is None and role == CONF_ROLL_LENGTH_REMAINING:
            return told
        if unit in (None, PERCENTAGE) and roll_cm is not None:
            return roll_cm * told / 100
    return None


def _is_low(remaining: State, scale: float) -> bool | None:
    """Return if little is left, in percent or as a length; None if unknown."""
    number, unit = as_number(remaining.state), unit_of(remaining)
    if number is None or not is_unit_known(CONF_ROLL_REMAINING, remaining):
        return None
    if unit in (None, PERCENTAGE):
        return number <= LOW_PERCENT * scale
    left = DistanceConverter.convert(number, unit, UnitOfLength.CENTIMETERS)
    return left <= LOW_CM * scale
