"""The rules of a site, read from its options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import math
from typing import Any, Final, Self

import voluptuous as vol

from homeassistant.const import UnitOfLength, UnitOfTime
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)

from .const import (
    CONF_ALLOWANCE_CM,
    CONF_CONTACT,
    CONF_OPEN_PORTIONS,
    CONF_OPERATOR,
    CONF_PORTION_CM,
    CONF_PRESENTATION_ATTACKS,
    CONF_REFUSED_AT_MOST_ONE_IN,
    CONF_SUSPENDED,
    CONF_SUSPENDED_DISPENSERS,
    CONF_URGENT_PER_DAY,
    CONF_WINDOW_MIN,
    Lane,
)
from .quota.gcra import Rule

# The rule of the Temple of Heaven in 2017: 60 cm per person and nine minutes.
DEFAULT_OPTIONS: Final[Mapping[str, Any]] = {
    CONF_PORTION_CM: 60.0,
    CONF_ALLOWANCE_CM: 60.0,
    CONF_WINDOW_MIN: 9.0,
    CONF_REFUSED_AT_MOST_ONE_IN: 1000,
    CONF_OPEN_PORTIONS: 10,
    CONF_URGENT_PER_DAY: 20,
}

DAY_S: Final = 24 * 3600

# The smallest and the largest value of each number that a manager can set; the firmware
# cuts at 200 cm.
LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    CONF_PORTION_CM: (5, 200),
    CONF_ALLOWANCE_CM: (5, 2000),
    CONF_WINDOW_MIN: (0.1, 1440),
    CONF_REFUSED_AT_MOST_ONE_IN: (20, 1_000_000),
    CONF_OPEN_PORTIONS: (1, 1000),
    CONF_URGENT_PER_DAY: (1, 1000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """The options of a site: lengths in cm, the window in seconds."""

    portion_cm: float
    rule: Rule
    lane_rules: Mapping[Lane, Rule]
    fpir_limit: float
    presentation_attacks: bool
    """Whether presentation attacks are looked for; if found, the open lane gives paper."""
    suspended: bool
    suspended_dispensers: frozenset[str]

    @classmethod
    def from_entry(cls, options: Mapping[str, Any]) -> Self:
        """Return the rules in an entry's options, with defaults for what is unset."""
        values = {**DEFAULT_OPTIONS, **options}
        portion = values[CONF_PORTION_CM]
        window_s = values[CONF_WINDOW_MIN] * 60
        return cls(
            portion_cm=portion,
            # An allowance below one portion would refuse everybody for ever.
            rule=Rule(
                allowance_cm=max(portion, values[CONF_ALLOWANCE_CM]), window_s=window_s
            ),
            lane_rules={
                Lane.OPEN: Rule(
                    allowance_cm=portion * values[CONF_OPEN_PORTIONS],
                    window_s=window_s,
                ),
                Lane.URGENT: Rule(
                    allowance_cm=portion * values[CONF_URGENT_PER_DAY], window_s=DAY_S
                ),
            },
            fpir_limit=1 / values[CONF_REFUSED_AT_MOST_ONE_IN],
            presentation_attacks=values.get(CONF_PRESENTATION_ATTACKS, False),
            suspended=values.get(CONF_SUSPENDED, False),
            suspended_dispensers=frozenset(values.get(CONF_SUSPENDED_DISPENSERS, ())),
        )


SITE_KEYS: Final = (
    CONF_PORTION_CM,
    CONF_ALLOWANCE_CM,
    CONF_WINDOW_MIN,
    CONF_REFUSED_AT_MOST_ONE_IN,
)
OPTION_KEYS: Final = (*SITE_KEYS, CONF_OPEN_PORTIONS, CONF_URGENT_PER_DAY)

# The responsible organisation, for the notice and the other papers; both may stay
# empty.
OPERATOR_KEYS: Final = (CONF_OPERATOR, CONF_CONTACT)
OPERATOR_SCHEMA: Final = vol.Schema(
    {vol.Optional(key): TextSelector() for key in OPERATOR_KEYS}
)

_UNITS: Final = {
    CONF_PORTION_CM: UnitOfLength.CENTIMETERS,
    CONF_ALLOWANCE_CM: UnitOfLength.CENTIMETERS,
    CONF_WINDOW_MIN: UnitOfTime.MINUTES,
}
_WHOLE_NUMBERS: Final = (
    CONF_REFUSED_AT_MOST_ONE_IN,
    CONF_OPEN_PORTIONS,
    CONF_URGENT_PER_DAY,
)


def options_schema(keys: Iterable[str]) -> vol.Schema:
    """Return the form for these numbers."""
    return vol.Schema({_marker(key): _number(key) for key in keys})


def rule_errors(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of the numbers of a form, by field."""
    errors = {
        key: "not_a_number"
        for key in OPTION_KEYS
        if key in values and not math.isfinite(values[key])
    }
    if not errors and values[CONF_ALLOWANCE_CM] < values[CONF_PORTION_CM]:
        errors[CONF_ALLOWANCE_CM] = "allowance_below_portion"
    return errors


def _marker(key: str) -> vol.Required:
    return vol.Required(key, default=DEFAULT_OPTIONS[key])


def _number(key: str) -> NumberSelector:
    """Return the input of one number, in its unit and within its limits."""
    least, most = LIMITS[key]
    config = NumberSelectorConfig(
        min=least,
        max=most,
        step=1 if key in _WHOLE_NUMBERS else 0.1,
        mode=NumberSelectorMode.BOX,
    )
    if unit := _UNITS.get(key):
        config["unit_of_measurement"] = unit
    return NumberSelector(config)
