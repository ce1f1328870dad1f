"""A dispenser as Home Assistant's states and services show it, with everything that can go wrong.

It knows the truth: how much paper really came out.
"""

from enum import StrEnum
from random import Random
from typing import Final

from custom_components.facequota.hardware.portion import MotorEntities
from homeassistant.core import HomeAssistant, ServiceCall

CM_PER_S: Final = 29.0
LENGTH_CM: Final = 60.0
# Later than Home Assistant turns the motor off; for visits that were called off.
LAST_RESORT_S: Final = 20.0


class Trouble(StrEnum):
    """What goes wrong with one portion."""

    NONE = "none"
    JAM = "jam"
    NEVER_ON = "never_on"
    NEVER_OFF = "never_off"
    LOST = "lost"
    LATE_COUNT = "late_count"
    NO_COUNT = "no_count"
    COASTS = "coasts"
    REPLACED = "replaced"


class Machine:
    """One motor with a counter."""

    def __init__(self, hass: HomeAssistant, name: str, draw: Random) -> None:
        """Show the entities."""
        self._hass = hass
        self._draw = draw
        self.name = name
        self.trouble = Trouble.NONE
        self.dispensed_cm = 0.0
        self.uncounted_cm = 0.0
        """What came out and was not, or not yet, shown by the counter."""
        self._count = 1000.0
        self._on_at: float | None = None
        self._run = 0
        self.entities = MotorEntities(
            switch=f"switch.{name}",
            portion_length=f"number.{name}",
            paper_dispensed=f"sensor.{name}",
            jam=f"binary_sensor.{name}_jam",
        )
        self._show("switch", "off")
        hass.states.async_set(f"number.{name}", str(LENGTH_CM), {"max": 200})
        hass.states.async_set(f"binary_sensor.{name}_jam", "off")
        self._show_count()

    @property
    def runs(self) -> bool:
        """Return if paper comes out right now."""
        return self._on_at is not None

    def length(self, cm: float) -> None:
        """Set how long a portion is."""
        self._hass.states.async_set(f"number.{self.name}", str(cm), {"max": 200})

    def turn_on(self) -> None:
        """Begin a portion."""
        if self.trouble is Trouble.NEVER_ON or self._on_at is not None:
            return
        self._hass.states.async_set(f"binary_sensor.{self.name}_jam", "off")
        self._on_at = self._hass.loop.time()
        self._run += 1
        self._show("switch", "on")
        asked = float(self._state("number"))
        match self.trouble:
            case Trouble.NEVER_OFF:
                cm = LAST_RESORT_S * CM_PER_S
            case Trouble.JAM | Trouble.LOST:
                cm = asked * self._draw.uniform(0.05, 0.8)
            case Trouble.COASTS:
                cm = asked + self._draw.uniform(0.1, 2.0)
            case _:
                cm = asked
        self._hass.loop.call_later(cm / CM_PER_S, self._end, self._run, cm)

    def turn_off(self) -> None:
        """Stop, if the motor runs."""
        if self._on_at is not None:
            cm = (self._hass.loop.time() - self._on_at) * CM_PER_S
            self._end(self._run, cm)

    def _end(self, run: int, cm: float) -> None:
        """Stand still after so much paper."""
        if run != self._run or self._on_at is None:
            return
        self._on_at = None
        self.dispensed_cm += cm
        self.uncounted_cm += cm
        match self.trouble:
            case Trouble.LOST:
                self._show("switch", "unavailable")
                self._hass.states.async_set(f"sensor.{self.name}", "unavailable")
                self._hass.loop.call_later(2.0, self._come_back)
                return
            case Trouble.LATE_COUNT:
                self._hass.loop.call_later(0.3, self._count_up)
            case Trouble.NO_COUNT:
                self._hass.loop.call_later(3.0, self._count_up)
            case Trouble.REPLACED:
                self._count = -cm
                self._count_up()
            case _:
                self._count_up()
        if self.trouble is Trouble.JAM:
            self._hass.states.async_set(f"binary_sensor.{self.name}_jam", "on")
        self._show("switch", "off")

    def _come_back(self) -> None:
        self._count_up()
        self._show("switch", "off")

    def _count_up(self) -> None:
        self._count += self.uncounted_cm
        self.uncounted_cm = 0.0
        self._show_count()

    def _show_count(self) -> None:
        self._hass.states.async_set(f"sensor.{self.name}", f"{self._count:.3f}")

    def _show(self, domain: str, state: str) -> None:
        self._hass.states.async_set(f"{domain}.{self.name}", state)

    def _state(self, domain: str) -> str:
        state = self._hass.states.get(f"{domain}.{self.name}")
        assert state is not None
        return state.state


def register(hass: HomeAssistant, machines: dict[str, Machine]) -> None:
    """Register the services by which the machines are driven."""

    def of(call: ServiceCall) -> Machine:
        return machines[str(call.data["entity_id"]).partition(".")[2]]

    async def turn_on(call: ServiceCall) -> None:
        of(call).turn_on()

    async def turn_off(call: ServiceCall) -> None:
        of(call).turn_off()

    async def set_value(call: ServiceCall) -> None:
        of(call).length(float(call.data["value"]))

    hass.services.async_register("switch", "turn_on", turn_on)
    hass.services.async_register("switch", "turn_off", turn_off)
    hass.services.async_register("number", "set_value", set_value)
