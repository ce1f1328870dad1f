"""Automations made of blueprints, and the time that passes for them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.facequota.site.site import Site
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

ROOT: Final = Path(__file__).parents[3]
FOLDER: Final = ROOT / "blueprints/automation/facequota"
VISIT: Final = "event.entrance_visit"
type Automate = Callable[..., Awaitable[None]]


def last_receipt(entry: MockConfigEntry) -> dict[str, Any]:
    """Return the receipt of the last purge."""
    site = entry.runtime_data
    assert isinstance(site, Site)
    return site.log.receipts[-1]


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, until: datetime | timedelta
) -> None:
    """Let Home Assistant's clock go on."""
    if isinstance(until, timedelta):
        until = dt_util.utcnow() + until
    freezer.move_to(until)
    async_fire_time_changed(hass, until)
    await hass.async_block_till_done()
