"""The demo's visits in their order, and the expected result of each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from .dispenser import Dispenser
from .expected import MEASURE_CM, PORTION_CM, Expected, PastVisit, answered, granted
from .people import Person, leave, stand
from .site import Site
from .table import Line
from .visit_watch import Watch

# Long enough for all that happens within it on a slow machine, short enough to wait for.
WINDOW_S: Final = 42.0
JAM_AFTER_CM: Final = 20.0
# The firmware rests for a second after a portion; so does a person who steps up.
STEP_UP_S: Final = 1.3


class Demo:
    """A site with two dispensers, two people with their photographs, and their visits."""

    def __init__(self, site: Site, watch: Watch, a: Person, b: Person) -> None:
        """Take photographs for the cameras to show: everybody now, and when they come back."""
        self._site = site
        self._watch = watch
        self._entrance, self._exit = site.dispensers
        folder = self._entrance.pictures
        self._a = stand(a.photographs[0], folder / "a.jpg")
        self._a_later = stand(a.photographs[0], folder / "a_later.jpg", later=True)
        self._b = stand(b.photographs[0], folder / "b.jpg")
        self._nobody = leave(folder / "nobody.jpg")

    async def run(self) -> AsyncIterator[Line]:
        """Run all visits and yield one line for each."""
        first = await self._visit("A, for the first time", self._entrance, self._a)
        yield self._line(first, granted(first.told, WINDOW_S))
        due = first.told.next_portion or first.told.time
        refused = Expected(outcome="refused", lane="face", cm=0, next_portion=due)
        again = "A again, moved, darker, compressed"
        yield self._line(
            await self._visit(again, self._entrance, self._a_later), refused
        )
        yield self._line(
            await self._visit("A at the other dispenser", self._exit, self._a), refused
        )
        b = await self._visit("B", self._exit, self._b)
        yield self._line(b, granted(b.told, WINDOW_S))

        yield self._line(
            await self._visit("nobody before the camera", self._entrance, self._nobody),
            Expected(
                outcome="unrecognised", lane="open", cm=PORTION_CM, reason="no_face"
            ),
        )

        await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds() + 0.5))
        after = await self._visit("A after the window", self._entrance, self._a)
        yield self._line(after, granted(after.told, WINDOW_S))

        async for line in self._purge():
            yield line
        async for line in self._jam():
            yield line
        async for line in self._twice():
            yield line
        async for line in self._suspended():
            yield line

    async def _purge(self) -> AsyncIterator[Line]:
        """B, who had paper a moment ago, gets some after a purge, which leaves a receipt."""
        receipt = await self._site.purge()
        b = await self._visit("B after a purge", self._exit, self._b)
        line = self._line(b, granted(b.told, WINDOW_S))
        # B's account may have ended by itself meanwhile; A's has begun just now.
        counted = receipt.get("faces")
        told = f"{b.name} ({counted} removed)"
        yield line.replaced(
            visit=told,
            wrong=line.wrong or (None if counted else f"the receipt says {receipt}"),
        )

    async def _jam(self) -> AsyncIterator[Line]:
        """A jam in mid-portion: A is charged only for what came out."""
        fault = self._entrance.firmware
        await self._set("number", fault["Sim fault after"], value=JAM_AFTER_CM)
        await self._set("switch", fault["Sim jam"], on=True)
        jam = await self._visit("A, and the paper jams", self._entrance, self._a)
        await self._set("switch", fault["Sim jam"], on=False)
        owed = timedelta(seconds=jam.told.cm / PORTION_CM * WINDOW_S)
        expected = Expected(
            outcome="failed",
            lane="face",
            cm=JAM_AFTER_CM,
            reason="jam",
            next_portion=jam.told.decided + owed,
        )
        yield self._line(jam, expected)
        rest = PORTION_CM - JAM_AFTER_CM - 2 * MEASURE_CM
        visit = await self._asked(
            "A, for the rest after the jam", self._entrance, self._a, cm=rest
        )
        yield self._line(visit, Expected(outcome="granted", lane="face", cm=rest))

    async def _twice(self) -> AsyncIterator[Line]:
        """A request that arrives twice is one request."""
        await self._site.purge()
        request = str(uuid4())
        counter = self._exit.firmware["Paper dispensed"]
        first = await self._asked(
            "A, by a request", self._exit, self._a, request_id=request
        )
        yield self._line(first, granted(first.told, WINDOW_S))
        before = await self._site.client.state(counter)
        answer = await self._site.dispense(self._exit, request_id=request)
        after = await self._site.client.state(counter)
        moved = float(after["state"]) - float(before["state"])
        second = answered(answer)
        line = self._line(
            PastVisit(
                name="the same request again",
                dispenser=self._exit,
                told=second,
                paid_cm=moved,
            ),
            granted(first.told, WINDOW_S),
        )
        paid = f"{moved:.1f} cm came out again" if moved else None
        yield line.replaced(wrong=paid or line.wrong)

    async def _suspended(self) -> AsyncIterator[Line]:
        """No camera is read and nobody is remembered while recognition is off."""
        await self._site.recognise(False)
        visit = await self._visit("A while suspended", self._entrance, self._a)
        line = self._line(
            visit, Expected(outcome="granted", lane="open", cm=PORTION_CM)
        )
        faces = await self._site.client.state(
            self._site.entities["sensor.faces_remembered"]
        )
        kept = f"{faces['state']} faces are remembered"
        yield line.replaced(
            wrong=line.wrong or (kept if faces["state"] != "0" else None)
        )
        await self._site.recognise(True)

    async def _visit(self, name: str, dispenser: Dispenser, picture: Path) -> PastVisit:
        """Let a person stand before a camera and press the button there."""

        return await self._take_place(
            name, dispenser, picture, lambda: self._site.press(dispenser)
        )

    async def _asked(
        self, name: str, dispenser: Dispenser, picture: Path, **data: object
    ) -> PastVisit:
        """Let a person stand before a camera, and request paper by FaceQuota's action."""

        async def ask() -> None:
            await self._site.dispense(dispenser, **data)

        return await self._take_place(name, dispenser, picture, ask)

    async def _take_place(
        self,
        name: str,
        dispenser: Dispenser,
        picture: Path,
        request: Callable[[], Awaitable[object]],
    ) -> PastVisit:
        """Show a picture, make a request and wait for its end."""
        dispenser.scene.show(picture)
        await asyncio.sleep(STEP_UP_S)
        told = await self._watch.visit(dispenser, request)
        return PastVisit(name=name, dispenser=dispenser, told=told)

    async def _set(
        self,
        domain: str,
        entity_id: str,
        *,
        on: bool = False,
        value: float | None = None,
    ) -> None:
        """Set one of the simulator's faults."""
        action = "set_value" if value is not None else "turn_on" if on else "turn_off"
        await self._site.client.service(
            f"{domain}.{action}",
            {} if value is None else {"value": value},
            target={"entity_id": entity_id},
        )

    def _line(self, visit: PastVisit, expected: Expected) -> Line:
        """Return the table's line of a visit."""
        told = visit.told
        return Line(
            time=told.time,
            dispenser=visit.dispenser.name,
            visit=visit.name,
            lane=told.lane,
            outcome=told.outcome,
            cm=told.cm if visit.paid_cm is None else visit.paid_cm,
            next_portion=told.next_portion,
            motor_on_ms=told.motor_on_ms or told.event_ms,
            wrong=expected.wrong(told),
        )
