"""The faults of a dispenser's motor, and the one that its device reports now.

Our firmware detects a jam by itself (esphome/components/paper_dispenser/motion.h) and
shows it in entities, which are read here.
"""

from enum import StrEnum
from typing import Final

from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant

from .portion import MotorEntities


class Fault(StrEnum):
    """Why a portion was incomplete, or would be."""

    MOTOR_UNAVAILABLE = "motor_unavailable"
    MOTOR_BUSY = "motor_busy"
    MOTOR_DID_NOT_START = "motor_did_not_start"
    MOTOR_DID_NOT_STOP = "motor_did_not_stop"
    MOTOR_LOST = "motor_lost"
    REFUSED_BY_DEVICE = "refused_by_device"
    COVER_OPEN = "cover_open"
    DEVICE_FAULT = "device_fault"
    DEVICE_UPDATING = "device_updating"
    MOTOR_RESTS = "motor_rests"
    JAM = "jam"
    PAPER_OUT = "paper_out"
    SHORT = "short"
    # The firmware's words for faults that stay until a person has looked.
    STUCK = "stuck"
    STRAY = "stray"
    SENSOR = "sensor"
    JAMMED = "jammed"


LATCHED: Final = frozenset(
    {Fault.STUCK, Fault.STRAY, Fault.SENSOR, Fault.JAMMED, Fault.DEVICE_FAULT}
)

# The states of our firmware's entity Status (esphome/README.md has the list). "ready"
# and "pulled" are not faults: the next visitor gets paper.
FAULT_OF_STATUS: Final = {
    fault.value: fault
    for fault in (*LATCHED, Fault.JAM, Fault.COVER_OPEN, Fault.PAPER_OUT)
} | {"cooling": Fault.MOTOR_RESTS, "timer": Fault.DEVICE_FAULT}

# The firmware's words for why it refuses a portion.
FAULT_OF_REFUSAL: Final = {
    "refused:busy": Fault.MOTOR_BUSY,
    "refused:cooldown": Fault.MOTOR_RESTS,
    "refused:cover_open": Fault.COVER_OPEN,
    "refused:duty": Fault.MOTOR_RESTS,
    "refused:fault": Fault.DEVICE_FAULT,
    "refused:late": Fault.MOTOR_DID_NOT_START,
    "refused:paper_out": Fault.PAPER_OUT,
    "refused:updating": Fault.DEVICE_UPDATING,
}


def standing_fault(hass: HomeAssistant, entities: MotorEntities) -> Fault | None:
    """Return the fault that prevents a portion now, as the entities show it."""
    switch = hass.states.get(entities.switch)
    if switch is None or switch.state == STATE_UNAVAILABLE:
        return Fault.MOTOR_UNAVAILABLE
    # A switch with an assumed state has no state before its first command.
    assumed = switch.attributes.get(ATTR_ASSUMED_STATE)
    if switch.state == STATE_UNKNOWN and not assumed:
        return Fault.MOTOR_UNAVAILABLE
    status = hass.states.get(entities.status) if entities.status else None
    told = FAULT_OF_STATUS.get(status.state) if status else None
    if told in LATCHED:
        return told
    for sensor, fault in (
        (entities.fault, Fault.DEVICE_FAULT),
        (entities.jam, Fault.JAM),
        (entities.cover_open, Fault.COVER_OPEN),
        (entities.paper_out, Fault.PAPER_OUT),
    ):
        if sensor is not None and hass.states.is_state(sensor, STATE_ON):
            return fault
    return told
