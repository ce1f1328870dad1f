"""Calls an action of the device's own integration, which may fail in any way."""

import asyncio
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant

_LOGGER = logging.getLogger(__name__)

# An unavailable device may accept a call and do nothing.
CONFIRM_WITHIN_S: Final = 2.0


async def carried_out(
    hass: HomeAssistant, domain: str, service: str, data: dict[str, Any]
) -> bool:
    """Call an action; return if it was carried out. Never raises for a device."""
    try:
        async with asyncio.timeout(CONFIRM_WITHIN_S):
            await hass.services.async_call(domain, service, data, blocking=True)
    # The device is another integration's code and may raise anything.
    except Exception as err:  # noqa: BLE001
        reason = str(err) or type(err).__name__
        _LOGGER.warning("%s.%s failed: %s", domain, service, reason)
        return False
    return True
