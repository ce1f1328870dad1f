"""A visit and a purge receipt as plain values, for events, actions and the logbook."""

from typing import Any

from custom_components.facequota.const import (
    ATTR_CAUSE,
    ATTR_CM,
    ATTR_FACES,
    ATTR_LANE,
    ATTR_MOTOR_ON_MS,
    ATTR_NEXT_PORTION,
    ATTR_OLDER_THAN,
    ATTR_REASON,
    ATTR_RECOGNITION_MS,
    ATTR_RESERVATIONS,
)

from .purge_receipt import Receipt
from .visit import VisitResult


def visit_record(visit: VisitResult) -> dict[str, Any]:
    """Return a visit as plain values, without anything that tells two visitors apart."""
    return {
        ATTR_LANE: visit.lane.value,
        ATTR_CM: round(visit.cm, 1),
        ATTR_NEXT_PORTION: (
            None if visit.next_portion is None else visit.next_portion.isoformat()
        ),
        ATTR_REASON: None if visit.reason is None else str(visit.reason),
        ATTR_MOTOR_ON_MS: _milliseconds(visit.motor_on_ms),
        ATTR_RECOGNITION_MS: _milliseconds(visit.recognition_ms),
    }


def receipt_record(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as plain values."""
    return {
        ATTR_CAUSE: receipt.cause.value,
        ATTR_FACES: receipt.faces,
        ATTR_RESERVATIONS: receipt.reservations,
        ATTR_OLDER_THAN: receipt.older_than_s,
    }


def _milliseconds(value: float | None) -> int | None:
    return None if value is None else round(value)
