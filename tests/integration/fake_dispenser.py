"""The entities of one dispenser, which work or fail as real ones do.

For the faults that a simulated firmware cannot show: the firmware itself is used in
tests/integration/hardware/test_firmware_visit.py.
"""

import asyncio
from enum import StrEnum
from typing import Any

import numpy as np

from homeassistant.components.number import NumberEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.components.text import TextEntity
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component

MOTOR = "switch.motor"
LENGTH = "number.portion_length"
COUNTER = "sensor.paper_dispensed"
LAST_PORTION = "sensor.last_portion"
JAM = "binary_sensor.jam"
PAPER_OUT = "binary_sensor.paper_out"
REQUEST = "binary_sensor.request"
REQUEST_WITHOUT_FACE = "binary_sensor.request_without_face"
DISPLAY = "text.display"

# What a dispenser's subentry holds of these, by its keys.
ENTITIES = {
    "motor": MOTOR,
    "request": REQUEST,
    "request_without_face": REQUEST_WITHOUT_FACE,
    "portion_length": LENGTH,
    "paper_dispensed": COUNTER,
    "jam": JAM,
    "display": DISPLAY,
}


class Fault(StrEnum):
    """How a dispenser can fail."""

    NEVER_ON = "never_on"
    NEVER_OFF = "never_off"
    JAM_AT_20_CM = "jam_at_20_cm"
    EMPTY_AT_20_CM = "empty_at_20_cm"
    LOST_AT_20_CM = "lost_at_20_cm"
    HANGS = "hangs"
    COASTS = "coasts"
    COUNTER_RESETS = "counter_resets"
    RAISES = "raises"
    ANSWERS_LATE = "answers_late"


class FakeDispenser:
    """A motor with a counter that turns itself off, or a plain one that does not.

    `name` tells the entities of a second dispenser from those of the first.
    """

    def __init__(
        self, hass: HomeAssistant, name: str = "", *, plain: bool = False
    ) -> None:
        """Begin with nothing wrong."""
        self._hass = hass
        self._name = name
        self.plain = plain
        self.fault: Fault | None = None
        self.hang = asyncio.Event()
        self.started = asyncio.Event()
        self.turned_on = 0
        self.turned_off = 0
        self.said: list[str] = []
        self._run_task: asyncio.Task[None] | None = None
        self.dispensed = 1000.0
        self.motor = _Motor(self)
        self.length = _Length(self)
        self._display = _Display(self)

    @property
    def entities(self) -> dict[str, str]:
        """Return the entity ids by their role in a dispenser's subentry."""
        return {role: self.id(entity_id) for role, entity_id in ENTITIES.items()}

    def id(self, entity_id: str) -> str:
        """Return this dispenser's entity for the first one's."""
        domain, _, object_id = entity_id.partition(".")
        return f"{domain}.{self._name}_{object_id}" if self._name else entity_id

    async def start(self) -> None:
        """Show the entities."""
        for entity_id, state in (
            (COUNTER, self.counter),
            (JAM, "off"),
            (PAPER_OUT, "off"),
            (REQUEST, "off"),
            (REQUEST_WITHOUT_FACE, "off"),
        ):
            self.set(entity_id, state)
        entities: tuple[Entity, ...] = (self.motor, self.length, self._display)
        for entity in entities:
            domain = entity.entity_id.partition(".")[0]
            assert await async_setup_component(self._hass, domain, {})
            await self._hass.data[DATA_INSTANCES][domain].async_add_entities([entity])

    async def stop(self) -> None:
        """Leave nothing running."""
        if self._run_task is not None:
            self._run_task.cancel()
            await asyncio.gather(self._run_task, return_exceptions=True)

    def set(self, entity_id: str, state: str) -> None:
        """Show another state of a sensor or a button."""
        self._hass.states.async_set(self.id(entity_id), state)

    def set_available(self, available: bool) -> None:
        """Come and go, as a device whose power is cut."""
        for entity in (self.motor, self.length):
            entity.set_available(available)
        self.set(COUNTER, self.counter if available else "unavailable")

    async def press(self, entity_id: str) -> None:
        """Press and let go of a button, and wait for what follows."""
        self.set(entity_id, "on")
        await self._hass.async_block_till_done(wait_background_tasks=True)
        self.set(entity_id, "off")

    async def turn_on(self) -> None:
        """Begin a portion, unless the fault is that it never begins."""
        self.turned_on += 1
        if self.fault is Fault.RAISES:
            raise OSError("the radio is broken")
        if self.fault is Fault.NEVER_ON:
            return
        self._run_task = self._hass.async_create_background_task(self._run(), "motor")
        if self.fault is Fault.ANSWERS_LATE:
            await self.hang.wait()

    async def turn_off(self) -> None:
        """Stop, unless the fault is that it never stops."""
        self.turned_off += 1
        if self.fault is Fault.RAISES:
            raise HomeAssistantError("the radio is broken")
        if self.fault is not Fault.NEVER_OFF:
            await self.stop()
            self.motor.show(False)

    @property
    def counter(self) -> str:
        """Return what the counter shows: a float32, as ESPHome's sensors do."""
        return f"{np.float32(self.dispensed):.1f}"

    def count(self, cm: float) -> None:
        """Let paper come out; the counter tells, and what the last portion was."""
        self.dispensed += cm
        self.set(LAST_PORTION, f"{cm:.1f}")
        self.set(COUNTER, self.counter)

    async def _run(self) -> None:
        """Turn for the length that was set, as far as the fault lets it."""
        if self.fault is Fault.ANSWERS_LATE:
            # The motor turns, but Home Assistant is not told yet.
            self.started.set()
            await self.hang.wait()
        self.motor.show(True)
        self.started.set()
        if self.plain:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        match self.fault:
            case Fault.COASTS:
                self.count(self.length.native_value + 1.5)
            case Fault.COUNTER_RESETS:
                self.dispensed = 0
                self.count(self.length.native_value)
            case None | Fault.ANSWERS_LATE:
                self.count(self.length.native_value)
            case _:
                self.count(20)
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
            case Fault.EMPTY_AT_20_CM:
                self.set(PAPER_OUT, "on")
        self.motor.show(False)


class _Motor(SwitchEntity):
    """The switch."""

    _attr_should_poll = False
    _attr_is_on = False

    def __init__(self, dispenser: FakeDispenser) -> None:
        self.entity_id = dispenser.id(MOTOR)
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
        await self._dispenser.turn_on()

    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._dispenser.turn_off()


class _Length(NumberEntity):
    """The portion's length."""

    _attr_should_poll = False
    _attr_native_value: float = 50
    _attr_native_max_value: float = 200

    def __init__(self, dispenser: FakeDispenser) -> None:
        self.entity_id = dispenser.id(LENGTH)

    @property
    def native_value(self) -> float:
        """Return the length in force."""
        return self._attr_native_value

    def set_available(self, available: bool) -> None:
        """Come or go."""
        self._attr_available = available
        self.async_write_ha_state()

    def set_max(self, value: float) -> None:
        """Give at most this many cm, as firmware with a lower limit does."""
        self._attr_native_max_value = value
        self.async_write_ha_state()

    async def async_set_native_value(self, value: float) -> None:
        self._attr_native_value = value
        self.async_write_ha_state()


class _Display(TextEntity):
    """What the visitor reads."""

    _attr_should_poll = False
    _attr_native_value = ""

    def __init__(self, dispenser: FakeDispenser) -> None:
        self.entity_id = dispenser.id(DISPLAY)
        self._dispenser = dispenser

    async def async_set_value(self, value: str) -> None:
        self._dispenser.said.append(value)
        self._attr_native_value = value
        self.async_write_ha_state()
