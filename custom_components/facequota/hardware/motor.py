"""The motor of one dispenser: turns for one portion, watched until it stands still."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
import logging
from typing import Final

from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_ON,
)
from homeassistant.core import HomeAssistant, split_entity_id

from .device_calls import carried_out
from .faults import FAULT_OF_REFUSAL, LATCHED, Fault, standing_fault
from .firmware import (
    CLOCKS_DIFFER,
    REFUSED_TO_COOL,
    USE_THE_SWITCH,
    RefusedError,
    begin_portion,
    dispense_action,
    shares_its_name,
)
from .portion import MotorEntities, PortionRun
from .portion_length import known_length, set_length

_LOGGER = logging.getLogger(__name__)

# An unavailable device may accept a call and do nothing, or turn on when its connection
# comes back. A motor that is not on after this time is turned off.
START_WITHIN_S: Final = 2.0
# Longer than a command is valid: by then the portion has begun or never will.
ANSWER_WITHIN_S: Final = 4.5
STOP_WITHIN_S: Final = 2.0
# The slowest known motor gives 10 cm a second; the firmware's own limit is 8 s.
MIN_CM_PER_S: Final = 6.0
RUN_MARGIN_S: Final = 3.0
# A measurement may arrive just after the switch's state.
MEASURED_WITHIN_S: Final = 0.5
# A motor that had to cool has then rested long enough for a quarter of a portion.
RESTS_FOR_S: Final = 30.0
# Less than this share of a portion is a short one: jam, empty roll, or stopped.
WHOLE_PORTION: Final = 0.9


class Defect(StrEnum):
    """What a person should repair although paper still comes."""

    # Portions have the length that was set last: the device's number cannot be set now.
    LENGTH_LOST = "portion_length"
    # A command would be refused as too late, or would be valid for too long.
    CLOCKS_DIFFER = "clocks_differ"
    # Two boards have this name: the action may reach the wrong one.
    NAME_SHARED = "node_name_shared"


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
        self._clocks_differ = False
        # The firmware does not report in advance that the motor has to cool.
        self._rests_until = 0.0
        # Called with 1 for a portion that is requested with the plain switch, and with
        # -1 if no paper came out: the device counts such portions, too.
        self.on_switch: Callable[[int], None] = lambda _count: None
        self._by_switch = False
        self.is_dispensing = False
        """Whether a portion is under way for which FaceQuota asked."""

    @property
    def portion_length(self) -> float | None:
        """Return the length of a portion that the device reports, in cm."""
        return known_length(self._hass, self.entities)

    @property
    def defect(self) -> Defect | None:
        """Return what a person should repair although paper still comes."""
        if shares_its_name(self._hass, self.entities.switch):
            return Defect.NAME_SHARED
        if self._clocks_differ:
            return Defect.CLOCKS_DIFFER
        if (
            self.entities.portion_length is not None
            and self.portion_length is None
            and dispense_action(self._hass, self.entities.switch) is None
        ):
            return Defect.LENGTH_LOST
        return None

    @property
    def fault(self) -> Fault | None:
        """Return the fault that prevents a portion now."""
        if fault := standing_fault(self._hass, self.entities):
            return fault
        return Fault.MOTOR_RESTS if self._hass.loop.time() < self._rests_until else None

    async def dispense(self, cm: float) -> Paper:
        """Turn the motor for cm of paper and return what came out.

        Never raises for a device: it returns a fault and the cm measured so far. When the task
        is cancelled a motor that doesn't stop by itself is turned off on the way out.
        """
        before = self.fault
        action = dispense_action(self._hass, self.entities.switch)
        if before is Fault.MOTOR_UNAVAILABLE:
            return Paper(cm=0.0, fault=before)
        # A device with an action checks its cover itself.
        if before is Fault.COVER_OPEN and action is None:
            return Paper(cm=0.0, fault=before)
        if self._is_on(self.entities.switch):
            return Paper(cm=0.0, fault=Fault.MOTOR_BUSY)
        run = PortionRun(self._hass, self.entities)
        self._by_switch, self.is_dispensing = False, True
        bounded = action is not None or self.entities.portion_length is not None
        try:
            if action is None:
                await self._turn_on(cm)
            elif fault := await self._ask(action, run, cm):
                return Paper(cm=0.0, fault=fault)
            paper = await self._run(run, cm, bounded=bounded)
            if self._by_switch and not (paper.cm or run.lost):
                self.on_switch(-1)
            if paper.fault is None and self.fault in LATCHED - {before}:
                # All the paper came, but a motor that does not stop is a fault.
                return replace(paper, fault=self.fault)
            return paper
        finally:
            run.release()
            self.is_dispensing = False
            if not (bounded or run.is_off):
                # In a task of its own: this task may be cancelled once more meanwhile.
                # Also if the motor was not seen on: it may have received the command.
                self._hass.async_create_task(self._switch(SERVICE_TURN_OFF))

    async def _ask(self, action: str, run: PortionRun, cm: float) -> Fault | None:
        """Ask the firmware for a portion; return the fault if it gives none."""
        try:
            self._length = cm
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await begin_portion(self._hass, action, cm)
                self._clocks_differ, self._rests_until = False, 0.0
        except RefusedError as err:
            if err.word in USE_THE_SWITCH:
                self._clocks_differ = err.word in CLOCKS_DIFFER
                await self._turn_on(cm)
                return None
            return self._refused(err.word)
        # A frozen connection: a command that has not arrived by now is too old for the
        # device. Or the device's integration raises any exception.
        except Exception as err:  # noqa: BLE001
            _LOGGER.warning("%s failed: %r", action, err)
            return None if run.is_on else Fault.MOTOR_DID_NOT_START
        return None

    def _refused(self, word: str) -> Fault:
        """Return the fault for the device's refusal, as exactly as it is known."""
        _LOGGER.warning("The dispenser gives no paper: %s", word)
        if word == REFUSED_TO_COOL:
            self._rests_until = self._hass.loop.time() + RESTS_FOR_S
        told = FAULT_OF_REFUSAL.get(word, Fault.REFUSED_BY_DEVICE)
        standing = self.fault
        if told is Fault.DEVICE_FAULT and standing in LATCHED:
            return standing
        return told

    async def _turn_on(self, cm: float) -> None:
        """Turn the plain switch on, for this length where the device can be told."""
        if (length := await set_length(self._hass, self.entities, cm)) is not None:
            self._length = length
        self._by_switch = True
        self.on_switch(1)
        await self._switch(SERVICE_TURN_ON)

    async def _run(self, run: PortionRun, cm: float, *, bounded: bool) -> Paper:
        """Wait for on, wait for off, measure."""
        if not await run.started(START_WITHIN_S):
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
            within = cm / MIN_CM_PER_S + RUN_MARGIN_S
        else:
            # A plain switch runs until it is turned off: the length depends on the
            # time.
            within = cm / self.entities.cm_per_second
        if await run.stopped(within) or run.lost:
            return True
        await self._switch(SERVICE_TURN_OFF)
        return await run.stopped(STOP_WITHIN_S) and not bounded

    def _cm(self, run: PortionRun, cm: float, *, bounded: bool) -> float:
        """Return the cm that came out: measured, else as set, else by the time it ran."""
        if (measured := run.measured_cm()) is not None:
            return measured
        if bounded:
            # Neither a measured nor a known length: nothing is charged.
            return 0.0 if run.lost or run.on_at is None else self._length or cm
        return min(cm, run.seconds_on() * self.entities.cm_per_second)

    def _short(self, given: float, cm: float) -> Fault | None:
        """Return the fault if less than a portion came out."""
        if given >= cm * WHOLE_PORTION:
            return None
        return self.fault or Fault.SHORT

    async def _switch(self, service: str) -> bool:
        """Turn the motor on or off; return if the call was carried out."""
        entity_id = self.entities.switch
        domain = split_entity_id(entity_id)[0]
        data = {ATTR_ENTITY_ID: entity_id}
        return await carried_out(self._hass, domain, service, data)

    def _is_on(self, entity_id: str | None) -> bool:
        """Return if a binary entity is there and on."""
        return entity_id is not None and self._hass.states.is_state(entity_id, STATE_ON)
