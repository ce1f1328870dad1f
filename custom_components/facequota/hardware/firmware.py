"""Our firmware's devices and its dispense action: one portion, once, not too late.

A plain switch also obeys a command that a slow connection delivers late. The action has
a request id and an expiry, and the device answers why it refuses.
"""

import asyncio
import math
import secrets
import time
from typing import Final

from custom_components.facequota.const import FIRMWARE_MANUFACTURER, FIRMWARE_MODEL
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er

ESPHOME: Final = "esphome"
# The clock of a real board has whole seconds and comes from Home Assistant.
GOOD_FOR_S: Final = 3
# The firmware lets the motor rest for a second. It is asked again, so that the visitor
# does not notice.
COOLDOWN: Final = "refused:cooldown"
COOLDOWN_STEP_S: Final = 0.3
COOLDOWN_STEPS: Final = 5

REFUSED_TO_COOL: Final = "refused:duty"
REFUSED_LATE: Final = "refused:late"
# If the device answers in time and says "late", its clock and ours differ.
LATE_IN_TIME: Final = "refused:late_in_time"
CLOCKS_DIFFER: Final = frozenset({LATE_IN_TIME, "refused:expiry"})

# For how long a visitor holds a button of our firmware at least (esphome/README.md,
# Words of Visitor button): the first button for paper without a face; the first to be
# forgotten, the second in urgent need.
HELD_FOR_OPEN_S: Final = 1
HELD_S: Final = 5

# A device whose clock cannot judge the expiry is turned on by the plain switch.
USE_THE_SWITCH: Final = CLOCKS_DIFFER | {"refused:no_clock"}


class RefusedError(Exception):
    """The device gave no paper; `word` is the device's word for the reason, or empty."""

    def __init__(self, word: str) -> None:
        """Remember the reason."""
        super().__init__(word)
        self.word = word


@callback
def motor_device(hass: HomeAssistant, switch: str) -> dr.DeviceEntry | None:
    """Return the device that a motor switch belongs to, of any make."""
    entity = er.async_get(hass).async_get(switch)
    if entity is None or entity.device_id is None:
        return None
    device = dr.async_get(hass).async_get(entity.device_id)
    return device if isinstance(device, dr.DeviceEntry) else None


def is_ours(device: dr.DeviceEntry | None) -> bool:
    """Return if our firmware runs on a device."""
    return device is not None and (device.manufacturer, device.model) == (
        FIRMWARE_MANUFACTURER,
        FIRMWARE_MODEL,
    )


@callback
def dispense_action(hass: HomeAssistant, switch: str) -> str | None:
    """Return the name of the esphome action beside a motor switch, if it has one.

    None also if two boards have the same name, since the action may reach the wrong one.
    """
    entry = _esphome_entry(hass, switch)
    if entry is None or shares_its_name(hass, switch):
        return None
    action = f"{_node_name(entry)}_dispense"
    return action if hass.services.has_service(ESPHOME, action) else None


@callback
def shares_its_name(hass: HomeAssistant, switch: str) -> bool:
    """Return if another esphome device has the node name of the motor's."""
    entry = _esphome_entry(hass, switch)
    return entry is not None and any(
        _node_name(other) == _node_name(entry) != ""
        for other in hass.config_entries.async_entries(ESPHOME, include_ignore=False)
        if other is not entry
    )


def _esphome_entry(hass: HomeAssistant, switch: str) -> ConfigEntry | None:
    """Return the esphome config entry that a motor switch comes from."""
    entity = er.async_get(hass).async_get(switch)
    if entity is None or entity.platform != ESPHOME or entity.config_entry_id is None:
        return None
    return hass.config_entries.async_get_entry(entity.config_entry_id)


def _node_name(entry: ConfigEntry) -> str:
    """Return a device's node name, with which the names of its actions begin."""
    return str(entry.data.get("device_name", "")).replace("-", "_")


async def begin_portion(hass: HomeAssistant, action: str, cm: float) -> None:
    """Ask the device for one portion; raise RefusedError when it will not give any."""
    request_id = secrets.token_hex(8)
    for step in range(COOLDOWN_STEPS):
        asked_at = hass.loop.time()
        try:
            await hass.services.async_call(
                ESPHOME,
                action,
                {
                    "length_cm": cm,
                    "request_id": request_id,
                    "expires": math.ceil(time.time()) + GOOD_FOR_S,
                },
                blocking=True,
            )
        except HomeAssistantError as err:
            word = (err.translation_placeholders or {}).get("error", "")
            if word == COOLDOWN and step < COOLDOWN_STEPS - 1:
                await asyncio.sleep(COOLDOWN_STEP_S)
                continue
            if word == REFUSED_LATE and hass.loop.time() - asked_at < GOOD_FOR_S:
                word = LATE_IN_TIME
            raise RefusedError(word) from err
        return
