"""A replica takes over from the server: through a sentinel, or by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from valkey.asyncio import Valkey
from valkey.exceptions import ConnectionError as Disconnected

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import Reservation
from custom_components.facequota.shared_quota.trouble import Trouble
from scripts.park.proxy import Proxy
from scripts.park.sentinel import GROUP, Sentinel
from scripts.park.server import KINDS, QuotaServer
from tests.unit.quota.people import face

from .gates import Gate, gates, now, refused, reserved, until

HALVES = Rule(allowance_cm=120, window_s=540)


async def ask(port: int, *command: str) -> Any:
    """Send a server a command and return its answer."""
    client: Any = Valkey(host="127.0.0.1", port=port)
    try:
        return await client.execute_command(*command)
    finally:
        await client.aclose()


async def has_role(port: int, *role: bytes) -> None:
    """Wait until a server says that this is its role."""
    async with asyncio.timeout(60):
        while True:
            # It cuts its connections when the role changes.
            with suppress(Disconnected):
                said = await ask(port, "ROLE")
                if all(one in said for one in role):
                    return
            await asyncio.sleep(0.05)


def owed_s(gate: Gate, person: int) -> float:
    """Return for how long a gate still charges the only visitor, in s; 0 for nobody."""
    name = gate.book.identify(face(person)).visitor
    standing = gate.replica.standing(name) if name else None
    return standing.tat - now() if standing else 0.0


@pytest.fixture(name="kind", params=KINDS)
def kind_fixture(request: pytest.FixtureRequest) -> str:
    """Return each kind of server in turn."""
    kind: str = request.param
    return kind


async def test_a_sentinel_promotes_a_replica_and_paper_goes_on(kind: str) -> None:
    """Nothing is charged twice, and all books say what came out."""
    with QuotaServer(kind) as first:
        follows = ("--replicaof", "127.0.0.1", str(first.port))
        with QuotaServer(kind, *follows) as second, Sentinel(kind, first.port) as watch:
            await has_role(second.port, b"slave", b"connected")
            async with asyncio.timeout(30):
                while int((await _watched(watch))[b"num-slaves"]) != 1:
                    await asyncio.sleep(0.1)
            ports = first.port, second.port
            async with gates(2, *ports, rule=HALVES) as (one, other):
                reserved(await one.paper(1))
                first.kill()
                asked = now()
                reserved(await one.paper(2))
                reserved(await other.paper(3))
                assert now() - asked < 5.0
                for gate in (one, other):
                    await gate.connected()
                await has_role(second.port, b"master")
                for gate in (one, other):
                    await until(lambda gate=gate: all(map(gate.knows, (1, 2, 3))))
                    for person in (1, 2, 3):
                        assert owed_s(gate, person) == pytest.approx(270, abs=15)
                # It comes back empty: no reason to leave the other server.
                first.start()
                await ask(second.port, "CLIENT", "KILL", "TYPE", "normal")
                reserved(await other.paper(1))
                for gate in (one, other):
                    await gate.connected()
                    assert gate.book.status.trouble is None
                # It was given while the connections were cut: the other hears of it.
                await until(lambda: owed_s(one, 1) > 500)
                refused(await one.paper(1))
                assert one.book.status.double_grants == 0


async def _watched(watch: Sentinel) -> dict[bytes, bytes]:
    """Return what a sentinel knows of the server that it watches."""
    client: Any = Valkey(host="127.0.0.1", port=watch.port)
    try:
        found = await client.execute_command("SENTINEL", "MASTER", GROUP)
    finally:
        await client.aclose()
    if isinstance(found, dict):
        return {str(k).encode(): str(v).encode() for k, v in found.items()}
    return dict(zip(found[::2], found[1::2], strict=True))


@asynccontextmanager
async def lagging(
    kind: str,
) -> AsyncIterator[tuple[Gate, Gate, QuotaServer, QuotaServer]]:
    """Yield two gates, their server, and a replica that hears nothing any more."""
    with QuotaServer(kind) as first:
        between = Proxy(first.port)
        await between.start()
        follows = ("--replicaof", "127.0.0.1", str(between.port))
        with QuotaServer(kind, *follows) as second:
            await has_role(second.port, b"slave", b"connected")
            async with gates(2, first.port, second.port) as (one, other):
                for person in (1, 2):
                    reserved(await one.paper(person))
                await until(lambda: not one.book.status.waiting)
                await until(lambda: other.knows(1) and other.knows(2))
                await one.raw("WAIT", "1", "5000")
                between.freeze()
                try:
                    yield one, other, first, second
                finally:
                    await between.stop()


async def take_over(
    one: Gate, other: Gate, first: QuotaServer, second: QuotaServer
) -> None:
    """Kill the first server and promote the second one."""
    await until(lambda: not one.book.status.waiting + other.book.status.waiting)
    await ask(second.port, "REPLICAOF", "NO", "ONE")
    first.kill()
    await until(lambda: not one.book.status.connected, one.book)
    for gate in (one, other):
        await gate.connected()
    await until(lambda: not one.book.status.waiting + other.book.status.waiting)


async def test_changes_that_the_replica_lacks_are_sent_again(kind: str) -> None:
    """Paper, what came out of it, and that somebody was forgotten."""
    async with lagging(kind) as (one, other, first, second):
        reserved(await one.paper(3))
        part = reserved(await other.paper_later(4))
        other.book.settle(part, 20, other.now())
        assert one.book.forget(face(1), one.now())
        await until(lambda: not other.knows(1) and other.knows(3) and one.knows(4))
        await take_over(one, other, first, second)
        for gate in (one, other):
            await until(lambda gate=gate: gate.knows(3) and not gate.knows(1))
            assert gate.knows(2)
            refused(await gate.paper(3))
            await until(lambda gate=gate: owed_s(gate, 4) < 200)
            assert owed_s(gate, 4) == pytest.approx(180, abs=15)
        assert isinstance(await one.paper(4, 40), Reservation)
        assert one.book.status.double_grants == 0


async def test_a_purge_that_the_replica_had_not_heard_of_is_made_there_too(
    kind: str,
) -> None:
    async with lagging(kind) as (one, other, first, second):
        one.book.purge(one.now())
        await until(lambda: not other.knows(1) and not other.knows(2))
        await one.connected()
        await other.connected()
        await take_over(one, other, first, second)
        for gate in (one, other):
            assert not gate.knows(1)
            assert not gate.knows(2)
        assert reserved(await other.paper(1)).new


async def test_the_servers_take_over_from_each_other(kind: str) -> None:
    """The first becomes a replica: READONLY. The list has the one that took over."""
    with QuotaServer(kind) as first, QuotaServer(kind) as second:
        async with gates(1, first.port, second.port) as (gate,):
            reserved(await gate.paper(1))
            await gate.raw("REPLICAOF", "127.0.0.1", str(second.port))
            refused(await gate.paper(1))
            assert reserved(await gate.paper(2)).new
            await gate.connected()
            refused(await gate.paper(1))
            refused(await gate.paper(2))
            first.kill()
            reserved(await gate.paper(3))


async def test_with_a_replica_alone_paper_comes_and_the_trouble_is_reported(
    kind: str,
) -> None:
    with QuotaServer(kind) as server, QuotaServer(kind) as other:
        gate = Gate(server.port)
        await gate.open()
        await gate.raw("REPLICAOF", "127.0.0.1", str(other.port))
        reserved(await gate.paper(1))
        await until(lambda: gate.book.status.trouble is Trouble.READ_ONLY)
        await gate.kill()
