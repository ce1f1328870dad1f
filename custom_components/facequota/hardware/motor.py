"""The motor of one dispenser: turns for one portion, watched until it stands still."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
import logging
from typing import Any, Final

from homeassistant.components.number.const import (
    ATTR_MAX,
    ATTR_VALUE,
    DOMAIN as NUMBER_DOMAIN,
    SERVICE_SET_VALUE,
)
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, split_entity_id

from .firmware import USE_THE_SWITCH, RefusedError, begin_portion, dispense_action
from .portion import MotorEntities, PortionRun, as_number

_LOGGER = logging.getLogger(__name__)

# An unavailable device answers a call with success and does nothing; a frozen link runs
# the stale command when it comes back. Whatever is not on by now is turned off.
CONFIRM_WITHIN_S: Final = 2.0
# Longer than a command is good for: by then it has begun or never will.
ANSWER_WITHIN_S: Final = 4.5
STOP_WITHIN_S: Final = 2.0
# The slowest motor known gives 10 cm a second; the firmware's own limit is 8 s.
SLOWEST_CM_PER_S: Final = 6.0
RUN_MARGIN_S: Final = 3.0
# A measurement may arrive just behind the switch.
MEASURED_WITHIN_S: Final = 0.5
# Less than this share of a portion is a short one: jam, empty roll, or stopped.
WHOLE_PORTION: Final = 0.9


class Fault(StrEnum):
    """Why a portion is not whole."""

    MOTOR_UNAVAILABLE = "motor_unavailable"
    MOTOR_BUSY = "motor_busy"
    MOTOR_DID_NOT_START = "motor_did_not_start"
    MOTOR_DID_NOT_STOP = "motor_did_not_stop"
    MOTOR_LOST = "motor_lost"
    REFUSED_BY_DEVICE = "refused_by_device"
    COVER_OPEN = "cover_open"
    DEVICE_FAULT = "device_fault"
    MOTOR_RESTS = "motor_rests"
    JAM = "jam"
    PAPER_OUT = "paper_out"
    SHORT = "short"


# The firmware's words for why it gives nothing.
FAULT_OF_WORD: Final = {
    "refused:busy": Fault.MOTOR_BUSY,
    "refused:cover_open": Fault.COVER_OPEN,
    "refused:paper_out": Fault.PAPER_OUT,
    "refused:fault": Fault.DEVICE_FAULT,
    "refused:duty": Fault.MOTOR_RESTS,
    "refused:cooldown": Fault.MOTOR_RESTS,
    "refused:late": Fault.MOTOR_DID_NOT_START,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What came out, when the motor came on (event loop's clock) and what went wrong."""

    cm: float
    fault: Fault | None = None
    on_at: float | None = None


class Motor:
    """Drives the switch and measures what came out."""

    def __init__(self, hass: HomeAssistant, entities: MotorEntities) -> None:
        """Remember the entities."""
        self._hass = hass
        self.entities = entities
        # How long a portion the device was told to give, as far as is known (cm).
        self._length: float | None = None

    @property
    def length_lost(self) -> bool:
        """Return if portions are as long as the device was told last.

        Its number is gone, and its dispense action, which needs none, is not there.
        """
        entity_id = self.entities.portion_length
        return (
            entity_id is not None
            and self._known_length(entity_id) is None
            and dispense_action(self._hass, self.entities.switch) is None
        )

    @property
    def fault(self) -> Fault | None:
        """Return what stands in the way of a portion right now."""
        switch = self._hass.states.get(self.entities.switch)
        if switch is None or switch.state == STATE_UNAVAILABLE:
            return Fault.MOTOR_UNAVAILABLE
        # A switch that only assumes its state has none before its first command.
        assumed = switch.attributes.get(ATTR_ASSUMED_STATE)
        if switch.state == STATE_UNKNOWN and not assumed:
            return Fault.MOTOR_UNAVAILABLE
        if self._is_on(self.entities.jam):
            return Fault.JAM
        if self._is_on(self.entities.paper_out):
            return Fault.PAPER_OUT
        return None

    async def dispense(self, cm: float) -> Paper:
        """Turn the motor for cm of paper and return what came out.

        Never raises for a device: a fault and the cm measured so far tell. When the task
        is cancelled a motor that doesn't stop by itself is turned off on the way out.
        """
        if self.fault is Fault.MOTOR_UNAVAILABLE:
            return Paper(cm=0.0, fault=Fault.MOTOR_UNAVAILABLE)
        if self._is_on(self.entities.switch):
            return Paper(cm=0.0, fault=Fault.MOTOR_BUSY)
        run = PortionRun(self._hass, self.entities)
        bounded = self.entities.portion_length is not None
        try:
            if action := dispense_action(self._hass, self.entities.switch):
                bounded = True
                if fault := await self._ask(action, run, cm):
                    return Paper(cm=0.0, fault=fault)
            else:
                await self._turn_on(cm)
            return await self._run(run, cm, bounded=bounded)
        finally:
            run.release()
            if not (bounded or run.is_off):
                # In a task of its own: this one may be called off again meanwhile. Also
                # when nobody has seen the motor on, for it may have been told to turn.
                self._hass.async_create_task(self._switch(SERVICE_TURN_OFF))

    async def _ask(self, action: str, run: PortionRun, cm: float) -> Fault | None:
        """Ask the firmware for a portion; return why it gives none."""
        try:
            self._length = cm
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await begin_portion(self._hass, action, cm)
        except RefusedError as err:
            if err.word in USE_THE_SWITCH:
                await self._turn_on(cm)
                return None
            _LOGGER.warning("The dispenser gives no paper: %s", err.word)
            return FAULT_OF_WORD.get(err.word, Fault.REFUSED_BY_DEVICE)
        except TimeoutError:
            # A frozen link: what has not arrived by now is too old for the device.
            return None if run.is_on else Fault.MOTOR_DID_NOT_START
        return None

    async def _turn_on(self, cm: float) -> None:
        """Turn the plain switch on, for this length where the device can be told."""
        await self._set_length(cm)
        await self._switch(SERVICE_TURN_ON)

    async def _run(self, run: PortionRun, cm: float, *, bounded: bool) -> Paper:
        """Wait for on, wait for off, measure."""
        if not await run.started(CONFIRM_WITHIN_S):
            await self._switch(SERVICE_TURN_OFF)
            return Paper(
                cm=self._cm(run, cm, bounded=bounded),
                fault=self.fault or Fault.MOTOR_DID_NOT_START,
            )
        ended = await self._ended(run, cm, bounded=bounded)
        await run.measured(cm * WHOLE_PORTION, MEASURED_WITHIN_S)
        given = self._cm(run, cm, bounded=bounded)
        if run.lost:
            fault: Fault | None = Fault.MOTOR_LOST
        elif not ended:
            fault = Fault.MOTOR_DID_NOT_STOP
        else:
            fault = self._short(given, cm)
        return Paper(cm=given, fault=fault, on_at=run.on_at)

    async def _ended(self, run: PortionRun, cm: float, *, bounded: bool) -> bool:
        """Wait for the end of the run; return if the motor ended it as it should."""
        if bounded:
            within = cm / SLOWEST_CM_PER_S + RUN_MARGIN_S
        else:
            # A plain switch runs until it is told: the length is a matter of time.
            within = cm / self.entities.cm_per_second
        if await run.stopped(within) or run.lost:
            return True
        await self._switch(SERVICE_TURN_OFF)
        return await run.stopped(STOP_WITHIN_S) and not bounded

    def _cm(self, run: PortionRun, cm: float, *, bounded: bool) -> float:
        """Return the cm that came out: counted, else told, else by the time it ran."""
        if (measured := run.measured_cm()) is not None:
            return measured
        if bounded:
            # Nothing measured and nothing told: nothing is charged.
            return 0.0 if run.lost or run.on_at is None else self._length or cm
        return min(cm, run.seconds_on() * self.entities.cm_per_second)

    def _short(self, given: float, cm: float) -> Fault | None:
        """Return why less than a portion came out, if it is less."""
        if given >= cm * WHOLE_PORTION:
            return None
        return self.fault or Fault.SHORT

    async def _set_length(self, cm: float) -> None:
        """Tell the device how long a portion is, unless it knows.

        A number that is gone is no reason to give nothing: the device then gives what it
        was told last.
        """
        entity_id = self.entities.portion_length
        if entity_id is None or (known := self._known_length(entity_id)) is None:
            return
        state = self._hass.states.get(entity_id)
        wanted = min(cm, state.attributes.get(ATTR_MAX, cm)) if state else cm
        data = {ATTR_ENTITY_ID: entity_id, ATTR_VALUE: wanted}
        if known == wanted or await self._call(NUMBER_DOMAIN, SERVICE_SET_VALUE, data):
            self._length = wanted
        else:
            # Whichever it is now: the visitor is not charged for more.
            self._length = min(known, wanted)

    def _known_length(self, entity_id: str) -> float | None:
        """Return how long the device says that its portions are."""
        state = self._hass.states.get(entity_id)
        return None if state is None else as_number(state.state)

    async def _switch(self, service: str) -> bool:
        """Turn the motor on or off; return if the call was carried out."""
        entity_id = self.entities.switch
        domain = split_entity_id(entity_id)[0]
        return await self._call(domain, service, {ATTR_ENTITY_ID: entity_id})

    async def _call(self, domain: str, service: str, data: dict[str, Any]) -> bool:
        """Call an action; return if it was carried out."""
        try:
            async with asyncio.timeout(CONFIRM_WITHIN_S):
                await self._hass.services.async_call(
                    domain, service, data, blocking=True
                )
        # The device is another integration's code and may raise anything.
        except Exception as err:  # noqa: BLE001
            reason = str(err) or type(err).__name__
            _LOGGER.warning("%s.%s failed: %s", domain, service, reason)
            return False
        return True

    def _is_on(self, entity_id: str | None) -> bool:
        """Return if a binary entity is there and on."""
        return entity_id is not None and self._hass.states.is_state(entity_id, STATE_ON)
