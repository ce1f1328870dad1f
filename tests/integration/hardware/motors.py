"""What tests of the motor share."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.integration.conftest import DISPENSER_DATA, ask, set_up_site
from tests.integration.fake_dispenser import LENGTH

CAMERA_AND_MOTOR = {key: DISPENSER_DATA[key] for key in ("camera", "motor")}
BOUNDED = {**CAMERA_AND_MOTOR, "portion_length": LENGTH}
# Half a second for a portion of 60 cm.
PLAIN = {**CAMERA_AND_MOTOR, "cm_per_second": 120}
GRANTED = ("granted", "open", 60.0, None)


async def visits(
    hass: HomeAssistant, data: dict[str, Any], *asked: dict[str, Any], **options: Any
) -> list[dict[str, Any]]:
    """Ask once for each kind of request, at a suspended site with one portion each."""
    rules = {"suspended": True, "open_portions": 1, **options}
    entry = await set_up_site(hass, options=rules, data=data)
    answers = [await ask(hass, **fields) for fields in asked]
    await hass.config_entries.async_remove(entry.entry_id)
    return answers


def minutes_until_next(visit: dict[str, Any]) -> float:
    """Return the minutes until the next portion that a visitor was told of."""
    at = dt_util.parse_datetime(visit["next_portion"], raise_on_error=True)
    return round((at - dt_util.utcnow()).total_seconds() / 60, 1)
