"""Gates of a park: each with a book of its own, all of them with the same visitors."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from valkey.asyncio import Valkey

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import AnyBook, Refusal, Reservation
from custom_components.facequota.quota.replica import Replica
from custom_components.facequota.quota.threshold import Threshold
from custom_components.facequota.shared_quota.addresses import Address
from custom_components.facequota.shared_quota.book import SharedBook
from custom_components.facequota.shared_quota.pairing import Pairing
from custom_components.facequota.shared_quota.server import Server, ServerSettings
from tests.unit.quota.people import DIMENSION, any_face, face

TEMPLE: Final = Rule(allowance_cm=60, window_s=540)
PAIRING: Final = Pairing(quota="0123456789abcdef", key=bytes(range(32)))
MEMORY: Final = "memory"


def now() -> float:
    """Return the event loop's time."""
    return asyncio.get_running_loop().time()


def empty_replica(rule: Rule = TEMPLE) -> Replica:
    """Return a book in memory that knows nobody."""
    threshold = Threshold(cohort=any_face(), limit=0.001)
    return Replica(rule=rule, threshold=threshold, dimension=DIMENSION)


def settings(*ports: int, **changes: str) -> ServerSettings:
    """Return how a server of the tests is reached."""
    return ServerSettings(
        addresses=tuple(Address(host="127.0.0.1", port=port) for port in ports),
        username=changes.get("username"),
        password=changes.get("password"),
        context=None,
    )


class Gate:
    """One instance of a shared quota, with its connection."""

    def __init__(
        self,
        *ports: int,
        rule: Rule = TEMPLE,
        name: str = "gate",
        pairing: Pairing = PAIRING,
        skew_s: float = 0.0,
        replica: Replica | None = None,
    ) -> None:
        """Know nobody; several ports are several servers; skew_s sets its clock."""
        self.now: Callable[[], float] = lambda: now() + skew_s
        self._port = ports[0]
        self.replica = replica or empty_replica(rule)
        self.book = SharedBook(
            replica=self.replica,
            server=Server(settings(*ports)),
            pairing=pairing,
            name=name,
            now=self.now,
            on_change=self.changed,
        )
        self._task: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Be told that something of the book has changed."""

    async def open(self, *, wait: bool = True) -> None:
        """Connect; with wait return when it is in sync."""
        self._task = asyncio.create_task(self.book.run())
        if wait:
            await self.connected()

    async def paper(self, person: int, cm: float = 60) -> Reservation | Refusal:
        """Let a person ask here, and have all of it if there is some."""
        answer = await self.book.reserve(face(person), cm, self.now())
        if isinstance(answer, Reservation):
            self.book.settle(answer, cm, self.now())
        return answer

    async def paper_later(self, person: int, cm: float = 60) -> Reservation | Refusal:
        """Let a person ask here while the motor has not turned yet."""
        return await self.book.reserve(face(person), cm, self.now())

    def key(self, name: str) -> str:
        """Return the full name of a key on the server."""
        return f"fq:{{{PAIRING.quota}}}:{name}"

    async def raw(self, *command: str | bytes | float) -> Any:
        """Send the server a command, as anybody can who has its password."""
        client: Any = Valkey(host="127.0.0.1", port=self._port)
        try:
            return await client.execute_command(*command)
        finally:
            await client.aclose()

    def knows(self, person: int) -> bool:
        """Return whether somebody is remembered here."""
        self.book.expire(self.now())
        return self.book.identify(face(person)).visitor is not None

    async def connected(self) -> None:
        """Return when it is in sync."""
        async with asyncio.timeout(30):
            await self.book.connected()

    async def kill(self) -> None:
        """End it between one moment and the next."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None


@asynccontextmanager
async def gates(
    count: int, *ports: int, rule: Rule = TEMPLE
) -> AsyncIterator[list[Gate]]:
    """Yield so many instances that are in sync with the server."""
    found = [Gate(*ports, rule=rule, name=f"gate {n + 1}") for n in range(count)]
    try:
        for gate in found:
            await gate.open()
        yield found
    finally:
        for gate in found:
            await gate.kill()


def reserved(answer: Reservation | Refusal) -> Reservation:
    """Return the answer as the reservation that it has to be."""
    assert isinstance(answer, Reservation), answer
    return answer


def refused(answer: Reservation | Refusal) -> Refusal:
    """Return the answer as the refusal that it has to be."""
    assert isinstance(answer, Refusal), answer
    return answer


def running_at(gate: Gate) -> int:
    """Return how many reservations a gate knows of."""
    return sum(
        len(one.reservations)
        for name in gate.replica.names()
        if (one := gate.replica.standing(name))
    )


async def until(condition: object, book: AnyBook | None = None) -> None:
    """Wait until something is true; where a book is given, let it expire meanwhile."""
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():
            if book is not None:
                book.expire(now())
            await asyncio.sleep(0.01)
