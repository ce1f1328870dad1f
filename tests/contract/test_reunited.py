"""Instances that decided alone, and meet again: one person has one account."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.shared_quota.link import Link
from scripts.park.proxy import Proxy
from scripts.park.server import QuotaServer
from tests.unit.quota.people import face

from .gates import TEMPLE, Gate, gates, refused, reserved, until

HALVES = Rule(allowance_cm=120, window_s=540)


async def _away(*away: Gate) -> None:
    await until(lambda: not any(gate.book.status.connected for gate in away))


@asynccontextmanager
async def _cut_off(proxy: Proxy, rule: Rule = TEMPLE) -> AsyncIterator[Gate]:
    """Yield an instance that was in sync, and decides alone until its proxy starts."""
    gate = Gate(proxy.port, rule=rule, name="alone")
    await gate.open()
    await proxy.stop()
    await _away(gate)
    yield gate
    await gate.kill()


@contextmanager
def _together(count: int) -> Iterator[None]:
    """Let so many instances send what the server lacks at the same time."""
    call, ready = Link.call, asyncio.Event()
    waiting = 0

    async def held(link: Link, name: str, *args: Any) -> Any:
        nonlocal waiting
        if name == "merge" and not ready.is_set():
            waiting += 1
            if waiting == count:
                ready.set()
            await ready.wait()
        return await call(link, name, *args)

    with patch.object(Link, "call", held):
        yield
    assert ready.is_set()


def _one_account(*all_of_them: Gate) -> bool:
    names = {name for gate in all_of_them for name in gate.replica.names()}
    return len(names) == 1 and all(gate.replica.names() for gate in all_of_them)


def _counted(*all_of_them: Gate) -> int:
    return sum(gate.book.status.double_grants for gate in all_of_them)


async def test_gates_that_cannot_reach_each_other_agree_when_they_can(
    server: QuotaServer, proxy: Proxy
) -> None:
    """One face had a portion at each: the later TAT wins, and it is counted."""
    async with gates(1, server.port) as (one,), _cut_off(proxy) as other:
        first = reserved(await one.paper(1))
        await asyncio.sleep(0.1)
        second = reserved(await other.paper(1))
        assert second.next_portion_at > first.next_portion_at
        await proxy.start()
        await other.connected()
        assert other.book.status.double_grants == 1
        assert len(other.replica.names()) == 1
        await until(
            lambda: (one.book.next_expiry() or 0) > first.next_portion_at + 0.05
        )
        assert len(one.replica.names()) == 1
        refusal = refused(await one.paper(1))
        assert refusal.next_portion_at == pytest.approx(second.next_portion_at, abs=0.2)


async def test_a_portion_of_the_allowance_at_each_gate_is_no_double_grant(
    server: QuotaServer, proxy: Proxy
) -> None:
    async with (
        gates(1, server.port, rule=HALVES) as (one,),
        _cut_off(proxy, HALVES) as other,
    ):
        reserved(await one.paper(1))
        reserved(await other.paper(1))
        await proxy.start()
        await other.connected()
        assert other.book.status.double_grants == 0


async def test_instances_that_come_back_at_the_same_moment_have_one_account(
    server: QuotaServer,
) -> None:
    """None of them could find the other's visitor before it sent its own."""
    async with gates(3, server.port) as (one, other, third):
        server.kill()
        first = reserved(await one.paper(1))
        await asyncio.sleep(0.1)
        second = reserved(await other.paper(1))
        await asyncio.sleep(0.1)
        last = reserved(await third.paper(1))
        assert first.next_portion_at < second.next_portion_at < last.next_portion_at
        await _away(one, other, third)
        with _together(3):
            server.start()
            for gate in (one, other, third):
                await gate.connected()
        await until(lambda: _one_account(one, other, third))
        for gate in (one, other, third):
            told = refused(await gate.paper(1)).next_portion_at
            assert told == pytest.approx(last.next_portion_at, abs=0.09)
        assert _counted(one, other, third) == 2


async def test_a_visitor_whom_the_server_lost_and_who_had_paper_elsewhere_has_one_account(
    server: QuotaServer, proxy: Proxy
) -> None:
    """The server comes back empty, and who was cut off before is the first to be there."""
    apart = Proxy(server.port)
    await apart.start()
    async with _cut_off(apart) as alone, gates(2, proxy.port) as (one, other):
        reserved(await one.paper(1))
        await until(lambda: other.knows(1))
        await asyncio.sleep(0.1)
        second = reserved(await alone.paper(1))
        server.kill()
        await proxy.stop()
        await _away(one, other)
        server.start()
        await apart.start()
        await alone.connected()
        with _together(2):
            await proxy.start()
            await one.connected()
            await other.connected()
        await until(lambda: _one_account(one, other, alone))
        for gate in (one, other, alone):
            told = refused(await gate.paper(1)).next_portion_at
            assert told == pytest.approx(second.next_portion_at, abs=0.09)
        assert _counted(one, other, alone) == 1
    await apart.stop()


async def test_paper_during_the_return_of_an_instance_is_sent_too(
    server: QuotaServer, proxy: Proxy
) -> None:
    """The visitor has the other half while the message about the first is on its way."""
    async with (
        gates(1, server.port, rule=HALVES) as (one,),
        _cut_off(proxy, HALVES) as alone,
    ):
        reserved(await alone.paper(1))
        call, halves = Link.call, 1

        async def slow(link: Link, name: str, *args: Any) -> Any:
            nonlocal halves
            answer = await call(link, name, *args)
            if name == "merge" and halves == 1:
                halves += 1
                reserved(await alone.paper(1))
            return answer

        with patch.object(Link, "call", slow):
            await proxy.start()
            await alone.connected()
        assert halves == 2
        await until(lambda: one.knows(1))
        refused(await one.paper(1))


async def test_paper_while_the_other_account_is_looked_for_is_not_lost(
    server: QuotaServer, proxy: Proxy
) -> None:
    """The visitor has the second half after the first was prepared to be sent."""
    async with (
        gates(1, server.port, rule=HALVES) as (one,),
        _cut_off(proxy, HALVES) as alone,
    ):
        reserved(await one.paper(1))
        reserved(await alone.paper(1))
        identify, halves = alone.replica.identify, 1

        def later(probe: Any) -> Any:
            nonlocal halves
            if halves == 1:
                halves += 1
                answer = alone.replica.request(face(1), 60, alone.now())
                alone.replica.settle(reserved(answer), 60, alone.now())
            return identify(probe)

        with patch.object(alone.replica, "identify", later):
            await proxy.start()
            await alone.connected()
        assert halves == 2
        assert _counted(alone) == 1
