"""One request at a dispenser, and the states of Home Assistant that show it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .client import Client, Json
from .dispenser import Dispenser
from .home_assistant import HouseError

VISIT_SECONDS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEnd:
    """How a visit ended, from the dispenser's event entity.

    requested is when the device told of the request, decided when the motor turned: both
    the time of the event where there was no such moment.
    decided_ms is the time from the request to that moment, motor_on_ms the same where the
    motor turned: both between states that Home Assistant received from the device, or
    wrote itself; event_ms is what the event says.
    """

    time: datetime
    requested: datetime
    decided: datetime
    outcome: str
    lane: str | None
    cm: float
    next_portion: datetime | None
    reason: str | None
    decided_ms: float | None
    motor_on_ms: float | None
    event_ms: float | None
    recognition_ms: float | None


class Watch:
    """All changes of states, in their order."""

    def __init__(self, queue: asyncio.Queue[Json]) -> None:
        """Read from a subscription to state_changed."""
        self._queue = queue

    @classmethod
    @contextlib.asynccontextmanager
    async def on(cls, client: Client) -> AsyncIterator[Watch]:
        """Watch for as long as it is open."""
        async with client.events("state_changed") as queue:
            yield cls(queue)

    async def visit(
        self, dispenser: Dispenser, request: Callable[[], Awaitable[object]]
    ) -> VisitEnd:
        """Make a request and return how the visit ended. Raise HouseError when it does not."""
        while not self._queue.empty():
            self._queue.get_nowait()
        requested_at: datetime | None = None
        motor_at: datetime | None = None
        inputs = {dispenser.firmware[name] for name in INPUTS}
        await request()
        try:
            async with asyncio.timeout(VISIT_SECONDS):
                while True:
                    entity_id, state = await self._next()
                    if state is None:
                        continue
                    changed = datetime.fromisoformat(state["last_updated"])
                    if entity_id in inputs and state["state"] == "on":
                        requested_at = requested_at or changed
                    elif entity_id == dispenser.motor and state["state"] == "on":
                        motor_at = motor_at or changed
                    elif entity_id == dispenser.visit:
                        return _visit_end(state, requested_at, motor_at)
        except TimeoutError:
            raise HouseError(
                f"no visit at {dispenser.name} ended within {VISIT_SECONDS} s"
            ) from None

    async def _next(self) -> tuple[str, Json | None]:
        """Return the next entity that changed and its new state."""
        data = (await self._queue.get())["data"]
        return data["entity_id"], data["new_state"]


# The firmware's names of the two buttons of a visitor.
INPUTS: Final = ("Request", "Request without face")


def _visit_end(
    state: Json, requested_at: datetime | None, motor_at: datetime | None
) -> VisitEnd:
    """Return what an event entity tells of the visit that it has just been given."""
    attributes = state["attributes"]
    following = attributes.get("next_portion")
    time = datetime.fromisoformat(state["state"])
    decided = motor_at or time
    decided_ms = (
        (decided - requested_at).total_seconds() * 1000 if requested_at else None
    )
    return VisitEnd(
        time=time,
        requested=requested_at or time,
        decided=decided,
        outcome=attributes["event_type"],
        lane=attributes.get("lane"),
        cm=attributes.get("cm") or 0.0,
        next_portion=datetime.fromisoformat(following) if following else None,
        reason=attributes.get("reason"),
        decided_ms=decided_ms,
        motor_on_ms=decided_ms if motor_at else None,
        event_ms=attributes.get("motor_on_ms"),
        recognition_ms=attributes.get("recognition_ms"),
    )
