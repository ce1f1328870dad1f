"""The paper roll, as whatever sensors there are tell it."""

from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_PAPER_LOW,
    CONF_PAPER_OUT,
    CONF_ROLL_REMAINING,
)
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant

from .portion import as_number

ROLL_SENSORS: Final = (CONF_PAPER_LOW, CONF_PAPER_OUT, CONF_ROLL_REMAINING)

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
        elif state.state in (STATE_ON, STATE_OFF):
            signs.append(state.state == STATE_ON)
    return any(signs) if signs else None
