"""One visit from its request to its end: capture → account → reservation → paper → outcome."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
import logging
from typing import Final

from custom_components.facequota.const import Lane, Outcome
from custom_components.facequota.hardware.motor import Motor, Paper
from custom_components.facequota.quota.account import Refusal, Reservation
from custom_components.facequota.quota.protocol import Undecided

from .accounts import Account, Accounts
from .probe import Probe

_LOGGER = logging.getLogger(__name__)

# The reason of a visit when our own code failed in the face lane.
REASON_RECOGNITION: Final = "recognition_error"
# So many visitors came at other sites at this moment that the shared quota could not
# decide.
REASON_SITES_BUSY: Final = "sites_busy"


class Step(StrEnum):
    """The step a visit is in; the dispenser shows it to the visitor."""

    LOOKING = "looking"
    DISPENSING = "dispensing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for paper: its lane, the cm, and its id."""

    lane: Lane
    cm: float
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitResult:
    """The end of a visit.

    lane is the lane in which cm of paper were given or refused; reason says why it was
    not the face lane, or what went wrong. motor_on_ms is the time from the request
    until the motor turned, recognition_ms the part of it that the worker spent on
    pictures.
    """

    outcome: Outcome
    lane: Lane
    cm: float = 0.0
    next_portion: datetime | None = None
    reason: str | None = None
    motor_on_ms: float | None = None
    recognition_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitContext:
    """What a visit needs, made once for each dispenser.

    clock returns the event loop's monotonic time in seconds, and to_date such a moment as
    a date; look returns the probe of the visitor, or the reason why there is none; on_step
    shows the visitor and the manager the step of the visit.
    """

    accounts: Accounts
    motor: Motor
    clock: Callable[[], float]
    to_date: Callable[[float], datetime]
    look: Callable[[], Awaitable[Probe]]
    on_step: Callable[[Step], None]


async def visit(request: Request, context: VisitContext) -> VisitResult:
    """Serve one request to its end."""
    if request.lane is Lane.STAFF:
        return await _staff_portion(request, context)
    requested_at = context.clock()
    try:
        seen, account, reservation = await _reserve(request, context)
    except Exception as error:
        if request.lane is not Lane.FACE:
            raise
        # An error in recognition must not keep a visitor from getting paper.
        reason = REASON_SITES_BUSY
        if not isinstance(error, Undecided):
            reason = REASON_RECOGNITION
            _LOGGER.exception("Recognition failed: the open lane gives the paper")
        request = replace(request, lane=Lane.OPEN)
        seen, account, reservation = await _reserve(request, context)
        seen = replace(seen, outcome=Outcome.UNRECOGNISED, reason=reason)
    if isinstance(reservation, Refusal):
        return replace(
            seen,
            outcome=Outcome.REFUSED,
            next_portion=context.to_date(reservation.next_portion_at),
        )

    context.on_step(Step.DISPENSING)
    paper = Paper(cm=0.0)
    cm = reservation.cm
    try:
        paper = await context.motor.dispense(cm)
    finally:
        # Also when the visit is cancelled: paper that did not come out is not charged,
        # and neither is paper beyond the reservation.
        settlement = account.settle(reservation, min(paper.cm, cm))
    next_portion_at = await account.next_portion_at(reservation, settlement)
    return replace(
        _with_paper(seen, paper, requested_at),
        next_portion=context.to_date(next_portion_at),
    )


async def _reserve(
    request: Request, context: VisitContext
) -> tuple[VisitResult, Account, Reservation | Refusal]:
    """Return the visit's result so far, the account, and its reservation or refusal."""
    probe = None
    if request.lane is Lane.FACE:
        context.on_step(Step.LOOKING)
        probe = await context.look()
    account = context.accounts.account(request.lane, probe)
    seen = VisitResult(
        outcome=Outcome.UNRECOGNISED if probe and probe.reason else Outcome.GRANTED,
        lane=account.lane,
        reason=probe.reason if probe else None,
        recognition_ms=probe.recognition_ms if probe and probe.frames else None,
    )
    # The rule may have become smaller since the request: the visitor still gets paper.
    cm = min(request.cm, context.accounts.max_cm(account.lane))
    try:
        return seen, account, await account.reserve(cm)
    finally:
        if probe is not None:
            probe.overwrite()


async def _staff_portion(request: Request, context: VisitContext) -> VisitResult:
    """Give a portion that is counted, and charged to no account."""
    requested_at = context.clock()
    context.on_step(Step.DISPENSING)
    paper = await context.motor.dispense(request.cm)
    given = VisitResult(outcome=Outcome.GRANTED, lane=Lane.STAFF)
    return _with_paper(given, paper, requested_at)


def _with_paper(seen: VisitResult, paper: Paper, requested_at: float) -> VisitResult:
    """Return the result with the paper that the motor gave."""
    return replace(
        seen,
        outcome=Outcome.FAILED if paper.fault else seen.outcome,
        cm=paper.cm,
        reason=paper.fault or seen.reason,
        motor_on_ms=(
            None if paper.on_at is None else (paper.on_at - requested_at) * 1000
        ),
    )
