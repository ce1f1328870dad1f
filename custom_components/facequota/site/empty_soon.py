"""The rolls of a site that will be empty soon, for a trigger and a condition."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .site import FaceQuotaConfigEntry, Site

CONF_WITHIN: Final = "within"
WITHIN_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_OPTIONS): {
            vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
            vol.Required(CONF_WITHIN): cv.positive_time_period,
        }
    }
)


class EndingRoll(NamedTuple):
    """A roll that will be empty soon: its dispenser, when it will be empty, and when it was put in."""

    dispenser: str
    empty_at: datetime
    refilled_at: datetime | None


def loaded_site(hass: HomeAssistant, entry_id: str) -> Site | None:
    """Return a site that runs; None for one that is stopped or unknown."""
    entry: FaceQuotaConfigEntry | None
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    return entry.runtime_data


def empty_within(
    hass: HomeAssistant, entry_id: str, within: timedelta
) -> dict[str, EndingRoll]:
    """Return the rolls that end within this time, by the id of their dispenser.

    A site that is stopped or unknown has none.
    """
    if (site := loaded_site(hass, entry_id)) is None:
        return {}
    until = dt_util.now() + within
    return {
        key: EndingRoll(one.subentry.title, foreseen.at, one.roll.supply.refilled_at)
        for key, one in site.dispensers.items()
        if (foreseen := one.roll.supply.forecast) is not None and foreseen.at <= until
    }
