"""Which sentence the visitor's display shows, before a visit and at its end.

The sentences themselves are translations (hardware/display.py names them).
"""

from custom_components.facequota.const import Outcome
from custom_components.facequota.hardware.display import Sentence
from custom_components.facequota.hardware.faults import Fault
from custom_components.facequota.local_format import LocalFormat
from custom_components.facequota.visit.visit import VisitResult


def idle_sentence(fault: Fault | None, *, suspended: bool) -> Sentence:
    """Return the sentence while no visitor is served."""
    if fault:
        resting = fault is Fault.MOTOR_RESTS
        return Sentence.RESTS if resting else Sentence.OUT_OF_ORDER
    return Sentence.OPEN_LANE_ONLY if suspended else Sentence.WELCOME


def result_sentence(
    visit: VisitResult, local: LocalFormat
) -> tuple[Sentence, dict[str, str]] | None:
    """Return the sentence at a visit's end and its placeholders; None if paper came."""
    if visit.outcome is Outcome.REFUSED and visit.next_portion:
        time = local.not_before(visit.next_portion)
        return Sentence.NEXT_PORTION, {"time": time}
    if visit.outcome is Outcome.FAILED:
        rests = visit.reason == Fault.MOTOR_RESTS
        return (Sentence.RESTS if rests else Sentence.FAULT), {}
    return None
