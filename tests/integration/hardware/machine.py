"""One dispenser's real firmware, simulated, as Home Assistant's own esphome sees it."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.hardware.firmware_entities import firmware_entities
from esphome.simulator.run import Simulator
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

DEVICE: Final = "entrance_dispenser"
MOTOR: Final = f"switch.{DEVICE}_motor"
MAC: Final = "02:fa:ce:90:7a:01"
# The pulse wheel's step: what came out may be one pulse more or less.
PULSE_CM = 0.5
# Allowance of one portion, in nine minutes, by the open lane.
ONE_PORTION = {"suspended": True, "open_portions": 1}


class Machine:
    """One dispenser's firmware as Home Assistant sees it."""

    def __init__(
        self, hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
    ) -> None:
        """Remember device and entry."""
        self._hass = hass
        self.simulator = simulator
        self.entry = entry

    @property
    def data(self) -> dict[str, Any]:
        """Return what the dispenser's flow fills in for this motor."""
        entities = firmware_entities(self._hass, MOTOR)
        return {"camera": "camera.entrance", "motor": MOTOR, **entities}

    def number(self, name: str) -> float:
        """Return what one of the device's sensors shows."""
        state = self._hass.states.get(f"sensor.{DEVICE}_{name}")
        assert state is not None
        return float(state.state)

    async def turn_on(self, name: str) -> None:
        """Turn on one of the simulator's switches."""
        entity_id = f"switch.{DEVICE}_{name}"
        data = {"entity_id": entity_id}
        await self._hass.services.async_call("switch", "turn_on", data, blocking=True)
        await until(lambda: self._hass.states.is_state(entity_id, "on"))

    async def press(self, name: str) -> None:
        """Press one of the simulator's buttons."""
        data = {"entity_id": f"button.{DEVICE}_{name}"}
        await self._hass.services.async_call("button", "press", data, blocking=True)

    def reads(self, words: str) -> bool:
        """Return if the visitor reads this on the display."""
        shown = self._hass.states.get(f"text.{DEVICE}_display")
        return shown is not None and shown.state.startswith(words)

    async def connect(self) -> None:
        """Let Home Assistant connect, and wait for the entities."""
        assert await self._hass.config_entries.async_setup(self.entry.entry_id)
        await until(lambda: self._hass.states.is_state(MOTOR, "off"))
        await self._hass.async_block_till_done()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, and fail the test if it never comes."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def charged_cm(visit: dict[str, Any]) -> float:
    """Return the cm that a next portion of 60 cm has to wait for, at 60 cm in 9 min."""
    at = dt_util.parse_datetime(visit["next_portion"], raise_on_error=True)
    return (at - dt_util.utcnow()).total_seconds() * 60 / 540
