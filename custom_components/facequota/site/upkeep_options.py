"""The options for refilling and cleaning."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
import math
from typing import Any, Final, Self

import voluptuous as vol

from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TimeSelector,
)

from .cleaning import CleaningRule
from .paper_supply import StaffHours

CONF_UPKEEP: Final = "upkeep"
CONF_CLEANING_VISITS: Final = "cleaning_visits"
CONF_CLEANING_HOURS: Final = "cleaning_hours"
CONF_CLEANED_TAG: Final = "cleaned_tag"
CONF_STAFF_FROM: Final = "staff_from"
CONF_STAFF_DAYS: Final = "staff_days"

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _number(most: int, unit: str | None = None) -> NumberSelector:
    config = NumberSelectorConfig(min=1, max=most, step=1, mode=NumberSelectorMode.BOX)
    if unit is not None:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


# A section of the options' form; fields that are left empty do not count.
UPKEEP_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_CLEANING_VISITS): _number(100_000),
        vol.Optional(CONF_CLEANING_HOURS): _number(24 * 60, UnitOfTime.HOURS),
        vol.Optional(CONF_CLEANED_TAG): EntitySelector(
            EntitySelectorConfig(domain="tag")
        ),
        vol.Optional(CONF_STAFF_FROM): TimeSelector(),
        vol.Optional(CONF_STAFF_DAYS): SelectSelector(
            SelectSelectorConfig(
                options=list(WEEKDAYS), multiple=True, translation_key="weekday"
            )
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepOptions:
    """When cleaning is due, and when staff are there."""

    cleaning: CleaningRule
    staff: StaffHours | None
    cleaned_tag: str | None

    @classmethod
    def from_entry(cls, options: Mapping[str, Any]) -> Self:
        """Return the values in an entry's options; without them nothing is set."""
        chosen: Mapping[str, Any] = options.get(CONF_UPKEEP) or {}
        visits = chosen.get(CONF_CLEANING_VISITS)
        return cls(
            cleaning=CleaningRule(
                visits=None if visits is None else int(visits),
                hours=chosen.get(CONF_CLEANING_HOURS),
            ),
            staff=_staff(chosen),
            cleaned_tag=chosen.get(CONF_CLEANED_TAG),
        )


def upkeep_errors(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the section of a form, by field."""
    chosen = values.get(CONF_UPKEEP) or {}
    numbers = (CONF_CLEANING_VISITS, CONF_CLEANING_HOURS)
    if all(math.isfinite(chosen.get(key, 0)) for key in numbers):
        return {}
    return {CONF_UPKEEP: "not_a_number"}


def _staff(chosen: Mapping[str, Any]) -> StaffHours | None:
    if CONF_STAFF_FROM not in chosen:
        return None
    days = chosen.get(CONF_STAFF_DAYS) or WEEKDAYS
    return StaffHours(
        begin=time.fromisoformat(chosen[CONF_STAFF_FROM]),
        weekdays=frozenset(WEEKDAYS.index(day) for day in days),
    )
