"""What tests of visits share."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.integration.actions import act

GRANTED = ("granted", "face", 60.0, None)
REFUSED = ("refused", "face", 0.0, None)
NO_FACE = ("unrecognised", "open", 60.0, "no_face")


def seconds_until(next_portion: str) -> float:
    """Return the seconds until the time that a visitor was told."""
    at = dt_util.parse_datetime(next_portion)
    assert at is not None
    return (at - dt_util.utcnow()).total_seconds()


async def purge(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, object]:
    """Purge a site by the action and return the receipt."""
    return await act(hass, "purge", config_entry_id=entry.entry_id)


async def switch(hass: HomeAssistant, entity_id: str, service: str) -> None:
    """Turn a switch on or off."""
    await hass.services.async_call(
        "switch", service, {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done()
