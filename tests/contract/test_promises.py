"""A visitor who comes at the time shown gets paper, at every gate."""

from collections.abc import AsyncIterator

import pytest

from custom_components.facequota.quota.protocol import Reservation
from custom_components.facequota.shared_quota.clock import ServerClock
from scripts.park.proxy import Proxy
from scripts.park.server import QuotaServer

from .gates import Gate, gates, refused, reserved, running_at, until


@pytest.fixture(name="far")
async def far_fixture(proxy: Proxy) -> AsyncIterator[Gate]:
    """Return a gate behind that network."""
    gate = Gate(proxy.port, name="far gate")
    await gate.open()
    yield gate
    await gate.kill()


async def told(gate: Gate, reservation: Reservation, cm: float) -> float:
    """Let so much come out; return what the visitor is told."""
    settlement = gate.book.settle(reservation, cm, gate.now())
    return await gate.book.next_portion_at(reservation, settlement)


async def is_away(gate: Gate) -> None:
    """Wait until a gate has noticed that it is alone."""
    await until(lambda: not gate.book.status.connected)


async def test_what_did_not_come_out_counts_at_once_where_everybody_knows(
    server: QuotaServer,
) -> None:
    async with gates(2, server.port) as (one, other):
        reservation = reserved(await one.paper_later(1))
        at = await told(one, reservation, 20)
        assert at == pytest.approx(one.now() + 180, abs=1)
        refusal = refused(await other.paper(1))
        assert refusal.next_portion_at == pytest.approx(at, abs=0.5)
        assert reserved(await other.paper(1, 40))


@pytest.mark.parametrize("cm", [0, 20])
async def test_a_time_that_other_sites_cannot_know_is_not_told(
    server: QuotaServer, proxy: Proxy, far: Gate, cm: float
) -> None:
    """Elsewhere all of it counts until they hear what came out."""
    async with gates(1, server.port) as (one,):
        reservation = reserved(await far.paper_later(1))
        proxy.freeze()
        at = await told(far, reservation, cm)
        refusal = refused(await one.paper(1))
        assert at == pytest.approx(refusal.next_portion_at, abs=0.5)


async def test_after_a_lost_answer_the_time_told_holds_at_every_site(
    server: QuotaServer, proxy: Proxy, far: Gate
) -> None:
    """The server may have reserved a whole portion until it hears otherwise."""
    proxy.hold_answers()
    reservation = reserved(await far.paper_later(1))
    at = await told(far, reservation, 0)
    assert at == pytest.approx(reservation.next_portion_at, abs=1)


@pytest.mark.parametrize("cm", [0, 20])
async def test_a_gate_that_missed_what_came_out_refuses_nobody_for_it(
    server: QuotaServer, proxy: Proxy, far: Gate, cm: float
) -> None:
    """It knows how much was reserved, but not that most of it never came out."""
    async with gates(1, server.port) as (one,):
        reservation = reserved(await one.paper_later(1))
        await until(lambda: far.knows(1))
        await proxy.stop()
        await is_away(far)
        await told(one, reservation, cm)
        assert reserved(await far.paper(1, 40))


async def test_a_gate_that_is_alone_still_refuses_for_paper_that_it_gives_itself(
    server: QuotaServer, proxy: Proxy, far: Gate
) -> None:
    reserved(await far.paper_later(1))
    await proxy.stop()
    await is_away(far)
    refused(await far.paper(1))


async def test_a_server_that_lost_its_memory_is_not_told_of_what_may_be_settled(
    server: QuotaServer, proxy: Proxy, far: Gate
) -> None:
    """The instance that comes back first knows less; the other one sends the rest."""
    async with gates(1, server.port) as (one,):
        reservation = reserved(await one.paper_later(1))
        half = reserved(await one.paper_later(2))
        await until(lambda: far.knows(1) and far.knows(2))
        await proxy.stop()
        await is_away(far)
        await told(one, reservation, 0)
        await told(one, half, 30)
        await one.kill()
        server.kill()
        server.start()
        await proxy.start()
        await far.connected()
        assert reserved(await far.paper(1))
        assert not far.knows(2)
        await one.open()
        await until(lambda: far.knows(2))
        refusal = refused(await far.paper(2))
        assert refusal.next_portion_at == pytest.approx(far.now() + 270, abs=5)


async def test_a_server_that_lost_its_memory_gets_all_visitors_from_all_instances(
    server: QuotaServer, proxy: Proxy, far: Gate
) -> None:
    """Also of those who came while the first that is back was away."""
    async with gates(1, server.port) as (one,):
        await proxy.stop()
        await is_away(far)
        reserved(await one.paper(1))
        running = reserved(await one.paper_later(2))
        await until(lambda: one.book.status.waiting == 0)
        await one.kill()
        server.kill()
        server.start()
        await proxy.start()
        await far.connected()
        await one.open()
        await until(lambda: far.knows(1) and far.knows(2))
        refused(await far.paper(1))
        refused(await far.paper(2))
        at = await told(one, running, 20)
        assert at == pytest.approx(one.now() + 180, abs=5)
        await until(lambda: running_at(far) == 0)
        assert reserved(await far.paper(2, 40))


async def test_after_an_outage_a_gate_tells_only_of_paper_that_it_gave(
    server: QuotaServer, proxy: Proxy, far: Gate
) -> None:
    """What it read of the server a moment ago may have been settled since."""
    async with gates(1, server.port) as (one,):
        running = reserved(await one.paper_later(1))
        await until(lambda: far.knows(1))
        await proxy.stop()
        await is_away(far)
        reserved(await far.paper(1))
        await proxy.start()
        await far.connected()
        await told(one, running, 0)
        await until(lambda: not one.book.status.waiting)
        for key in await one.raw("KEYS", "fq:*:v:*"):
            fields = await one.raw("HKEYS", key)
            assert not [field for field in fields if field.startswith(b"r:")]


def test_a_date_is_told_by_the_later_of_two_clocks() -> None:
    """A gate whose clock is behind would send visitors who go by their own too early."""
    wall = 1_000_000.0
    behind = ServerClock(wall=lambda: wall - 5)
    behind.learn(100.0, 100.0, wall * 1000)
    assert behind.at_every_instance(640.0, 100.0) == pytest.approx(645, abs=0.2)
    before = ServerClock(wall=lambda: wall + 5)
    before.learn(100.0, 100.0, wall * 1000)
    assert before.at_every_instance(640.0, 100.0) == pytest.approx(640, abs=0.2)


def test_the_time_told_is_later_by_the_error_of_the_server_s_clock() -> None:
    clock = ServerClock(wall=lambda: 1e12)
    clock.learn(100.0, 100.6, 5_000_000.0)
    # The server may have read its clock as late as at the answer.
    assert clock.at_every_instance(clock.monotonic(5_010_000.0), 100.6) >= 110.6


async def test_a_gate_with_a_wrong_clock_promises_what_holds_elsewhere(
    server: QuotaServer,
) -> None:
    async with gates(1, server.port) as (one,):
        for skew_s in (-5.0, 5.0):
            gate = Gate(server.port, skew_s=skew_s)
            await gate.open()
            person = 3 if skew_s > 0 else 4
            reservation = reserved(await gate.paper_later(person))
            at = await told(gate, reservation, 60)
            refusal = refused(await one.paper(person))
            assert at - skew_s >= refusal.next_portion_at - 0.05
            await gate.kill()
