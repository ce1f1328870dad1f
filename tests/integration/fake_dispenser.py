"""The entities of one dispenser, which obey as real ones do or fail as they do.

For the faults that a simulated firmware cannot show: the firmware itself is used in
tests/integration/test_firmware_visit.py.
"""

import asyncio
from enum import StrEnum
from typing import Any

from pytest_homeassistant_custom_component.common import setup_test_component_platform

from homeassistant.components.number import NumberEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.components.text import TextEntity
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

MOTOR = "switch.motor"
LENGTH = "number.portion_length"
COUNTER = "sensor.paper_dispensed"
JAM = "binary_sensor.jam"
REQUEST = "binary_sensor.request"
REQUEST_WITHOUT_FACE = "binary_sensor.request_without_face"
DISPLAY = "text.display"


class Fault(StrEnum):
    """How a dispenser can fail."""

    NEVER_ON = "never_on"
    NEVER_OFF = "never_off"
    JAM_AT_20_CM = "jam_at_20_cm"
    LOST_AT_20_CM = "lost_at_20_cm"
    HANGS = "hangs"


class FakeDispenser:
    """A motor with a counter that turns itself off."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with nothing wrong."""
        self._hass = hass
        self.fault: Fault | None = None
        self.hang = asyncio.Event()
        self.turned_on = 0
        self.turned_off = 0
        self.said: list[str] = []
        self._run_task: asyncio.Task[None] | None = None
        self._dispensed = 1000.0
        self.motor = _Motor(self)
        self.length = _Length()
        self._display = _Display(self)

    async def start(self) -> None:
        """Show the entities."""
        for entity_id, state in (
            (COUNTER, "1000"),
            (JAM, "off"),
            (REQUEST, "off"),
            (REQUEST_WITHOUT_FACE, "off"),
        ):
            self.set(entity_id, state)
        for domain, entity in (
            ("switch", self.motor),
            ("number", self.length),
            ("text", self._display),
        ):
            setup_test_component_platform(self._hass, domain, [entity])
            assert await async_setup_component(
                self._hass, domain, {domain: {"platform": "test"}}
            )

    async def stop(self) -> None:
        """Leave nothing running."""
        if self._run_task is not None:
            self._run_task.cancel()
            await asyncio.gather(self._run_task, return_exceptions=True)

    def set(self, entity_id: str, state: str) -> None:
        """Show another state of a sensor or a button."""
        self._hass.states.async_set(entity_id, state)

    def set_available(self, available: bool) -> None:
        """Come and go, as a device whose power is cut."""
        for entity in (self.motor, self.length):
            entity.set_available(available)
        self.set(COUNTER, f"{self._dispensed:.1f}" if available else "unavailable")

    async def press(self, entity_id: str) -> None:
        """Press and let go of a button, and wait for what follows."""
        self.set(entity_id, "on")
        await self._hass.async_block_till_done(wait_background_tasks=True)
        self.set(entity_id, "off")

    def turn_on(self) -> None:
        """Begin a portion, unless the fault is that it never begins."""
        self.turned_on += 1
        if self.fault is not Fault.NEVER_ON:
            self._run_task = self._hass.async_create_background_task(
                self._run(), "motor"
            )

    async def turn_off(self) -> None:
        """Stop, unless the fault is that it never stops."""
        self.turned_off += 1
        if self.fault is not Fault.NEVER_OFF:
            await self.stop()
            self.motor.show(False)

    async def _run(self) -> None:
        """Turn for the length that was set, as far as the fault lets it."""
        self.motor.show(True)
        await asyncio.sleep(0)
        stopped_early = (Fault.JAM_AT_20_CM, Fault.LOST_AT_20_CM, Fault.HANGS)
        cm = 20 if self.fault in stopped_early else self.length.native_value
        self._dispensed += cm
        self.set(COUNTER, f"{self._dispensed:.1f}")
        match self.fault:
            case Fault.LOST_AT_20_CM:
                self.set_available(False)
                return
            case Fault.NEVER_OFF:
                return
            case Fault.HANGS:
                await self.hang.wait()
            case Fault.JAM_AT_20_CM:
                self.set(JAM, "on")
        self.motor.show(False)


class _Motor(SwitchEntity):
    """The switch."""

    entity_id = MOTOR
    _attr_should_poll = False
    _attr_is_on = False

    def __init__(self, dispenser: FakeDispenser) -> None:
        self._dispenser = dispenser

    def show(self, is_on: bool) -> None:
        """Show that the motor turns, or stands still."""
        self._attr_is_on = is_on
        self.async_write_ha_state()

    def set_available(self, available: bool) -> None:
        """Come or go; a device that comes back is off."""
        self._attr_available = available
        self._attr_is_on = False
        self.async_write_ha_state()

    async def async_turn_on(self, **kwargs: Any) -> None:
        self._dispenser.turn_on()

    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._dispenser.turn_off()


class _Length(NumberEntity):
    """The portion's length."""

    entity_id = LENGTH
    _attr_should_poll = False
    _attr_native_value: float = 50
    _attr_native_max_value = 200

    def set_available(self, available: bool) -> None:
        """Come or go."""
        self._attr_available = available
        self.async_write_ha_state()

    async def async_set_native_value(self, value: float) -> None:
        self._attr_native_value = value
        self.async_write_ha_state()


class _Display(TextEntity):
    """What the visitor reads."""

    entity_id = DISPLAY
    _attr_should_poll = False
    _attr_native_value = ""

    def __init__(self, dispenser: FakeDispenser) -> None:
        self._dispenser = dispenser

    async def async_set_value(self, value: str) -> None:
        self._dispenser.said.append(value)
        self._attr_native_value = value
        self.async_write_ha_state()
