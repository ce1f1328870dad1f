"""Lengths of a dispenser's entities, from any unit to centimetres and back.

With US customary units Home Assistant shows inches where the device counts centimetres,
and the manager may choose another unit for each entity at any time. So every figure is
read together with its unit.
"""

import math
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_ALONE_PAPER,
    CONF_LAST_PORTION,
    CONF_PAPER_DISPENSED,
    CONF_PORTION_LENGTH,
    CONF_ROLL_LENGTH_REMAINING,
    CONF_ROLL_REMAINING,
)
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    UnitOfLength,
    UnitOfTime,
)
from homeassistant.core import State
from homeassistant.util.unit_conversion import DistanceConverter, DurationConverter

# A length, or the time for which the motor turns at its speed. Without a unit: cm.
OF_PAPER: Final = frozenset(
    {None, *DistanceConverter.VALID_UNITS, *DurationConverter.VALID_UNITS}
)
# Without a unit: percent.
OF_A_ROLL: Final = frozenset({None, PERCENTAGE, *DistanceConverter.VALID_UNITS})
# The units in which each figure of a dispenser may be shown.
KNOWN_UNITS: Final = {
    CONF_PORTION_LENGTH: OF_PAPER,
    CONF_PAPER_DISPENSED: OF_PAPER,
    CONF_LAST_PORTION: OF_PAPER,
    CONF_ALONE_PAPER: OF_PAPER,
    CONF_ROLL_REMAINING: OF_A_ROLL,
    CONF_ROLL_LENGTH_REMAINING: OF_A_ROLL - {PERCENTAGE},
}


def unit_of(state: State) -> str | None:
    """Return the unit that an entity shows its figure in, None without one."""
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return str(unit) if unit else None


def is_unit_known(role: str, state: State) -> bool:
    """Return if the unit of this role's entity can be converted."""
    units = KNOWN_UNITS.get(role)
    return units is None or unit_of(state) in units


def as_cm(state: State | None, cm_per_second: float) -> float | None:
    """Return what an entity shows in cm; None for no number and for an unknown unit."""
    if state is None or (number := as_number(state.state)) is None:
        return None
    unit = unit_of(state)
    return to_cm(number, unit, cm_per_second) if unit in OF_PAPER else None


def to_cm(number: float, unit: str | None, cm_per_second: float) -> float:
    """Return a length, or a time at this speed, in cm; unit is one of OF_PAPER."""
    if unit in DurationConverter.VALID_UNITS:
        seconds = DurationConverter.convert(number, unit, UnitOfTime.SECONDS)
        return seconds * cm_per_second
    length = UnitOfLength.CENTIMETERS if unit is None else unit
    return DistanceConverter.convert(number, length, UnitOfLength.CENTIMETERS)


def from_cm(cm: float, unit: str | None, cm_per_second: float) -> float:
    """Return cm in the unit of an entity, one of OF_PAPER."""
    if unit in DurationConverter.VALID_UNITS:
        seconds = cm / cm_per_second
        return DurationConverter.convert(seconds, UnitOfTime.SECONDS, unit)
    length = UnitOfLength.CENTIMETERS if unit is None else unit
    return DistanceConverter.convert(cm, UnitOfLength.CENTIMETERS, length)


def as_number(value: Any) -> float | None:
    """Return a state or an attribute as a finite number, None when it is none."""
    try:
        number = float(value)
    except TypeError, ValueError, OverflowError:
        return None
    return number if math.isfinite(number) else None
