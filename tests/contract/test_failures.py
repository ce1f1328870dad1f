"""Failures of the shared quota: visitors get paper in each of them."""

from typing import Any

import pytest

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.shared_quota.functions import library
from custom_components.facequota.shared_quota.trouble import Trouble
from scripts.park.proxy import Proxy
from scripts.park.server import QuotaServer

from .gates import Gate, gates, refused, reserved, running_at, until

HALVES = Rule(allowance_cm=120, window_s=540)


async def _away(gate: Gate) -> None:
    await until(lambda: not gate.book.status.connected)


async def test_with_no_server_at_all_an_instance_is_a_book_of_its_own() -> None:
    gate = Gate(1)
    await gate.open(wait=False)
    assert reserved(await gate.paper(1)).new
    refused(await gate.paper(1))
    assert not gate.book.status.connected
    await gate.kill()


async def test_a_visitor_who_had_paper_before_the_server_went_is_still_known(
    server: QuotaServer,
) -> None:
    async with gates(2, server.port) as (one, other):
        reserved(await one.paper(1))
        await until(lambda: other.knows(1) and not running_at(other))
        server.kill()
        refused(await other.paper(1))
        assert reserved(await other.paper(2)).new
        await _away(other)
        assert other.book.status.trouble is Trouble.NO_ANSWER


async def test_what_was_given_while_the_server_was_away_counts_when_it_is_back(
    server: QuotaServer,
) -> None:
    """It comes back empty, and the instances send it what they know."""
    async with gates(2, server.port) as (one, other):
        reserved(await one.paper(1))
        await until(lambda: other.knows(1))
        server.kill()
        reserved(await one.paper(2))
        reserved(await other.paper(3))
        await _away(one)
        await _away(other)
        server.start()
        await one.connected()
        await other.connected()
        await until(lambda: all(g.knows(n) for g in (one, other) for n in (1, 2, 3)))
        for person in (1, 2, 3):
            refused(await one.paper(person))
            refused(await other.paper(person))
        assert one.book.status.double_grants == other.book.status.double_grants == 0


async def test_a_portion_that_runs_while_the_server_loses_its_memory_is_settled(
    server: QuotaServer,
) -> None:
    """The rest is given back, though another instance told the server of the visitor."""
    async with gates(2, server.port) as (one, other):
        reservation = reserved(await other.paper_later(1))
        await until(lambda: one.knows(1))
        server.kill()
        await _away(one)
        await _away(other)
        server.start()
        await one.connected()
        other.book.settle(reservation, 20, other.now())
        await other.connected()
        await until(lambda: other.book.status.waiting == 0)
        await until(
            lambda: all(
                (gate.book.next_expiry() or 0) < gate.now() + 200
                for gate in (one, other)
            )
        )
        assert reserved(await one.paper(1, 40))


async def test_a_server_that_does_not_answer_stops_no_paper(
    server: QuotaServer, proxy: Proxy
) -> None:
    """The answer comes while the network still stands still."""
    async with gates(1, proxy.port) as (gate,):
        proxy.freeze()
        reserved(await gate.paper(1))
        refused(await gate.paper(1))
        proxy.thaw()
        await gate.connected()
        refused(await gate.paper(1))


async def test_a_lost_answer_charges_no_visitor_twice(
    server: QuotaServer, proxy: Proxy
) -> None:
    """The server reserved and could not say so; the instance gave paper by itself."""
    async with gates(1, server.port, rule=HALVES) as (other,):
        gate = Gate(proxy.port, rule=HALVES)
        await gate.open()
        proxy.hold_answers()
        reserved(await gate.paper(1))
        proxy.thaw()
        await gate.connected()
        await until(lambda: gate.book.status.waiting == 0)
        await until(lambda: other.knows(1))
        assert reserved(await other.paper(1))
        refused(await other.paper(1))
        await gate.kill()


async def test_the_next_similar_visitor_decides_when_the_nearest_was_forgotten(
    server: QuotaServer,
) -> None:
    """A reservation that was called off is forgotten; the portion was charged to another id."""
    async with gates(1, server.port, rule=HALVES) as (gate,):
        epoch, life = await gate.raw("HMGET", gate.key("meta"), "epoch", "life")

        async def call(name: str, *arguments: str | bytes | float) -> list[Any]:
            answer: list[Any] = await gate.raw(
                "FCALL", library()[0] + name, 1, gate.key(""), epoch, *arguments
            )
            return answer

        async def reserve(token: str, nearest: str, *others: str) -> list[Any]:
            position = await gate.raw("HGET", gate.key("meta"), "added")
            search = (nearest, b"sealed" if nearest else b"", *others)
            return await call(
                "reserve", life, position, token, 60, f"new {token}", b"sealed", *search
            )

        assert (await reserve("1", ""))[2] == b"new 1"
        assert (await reserve("2", ""))[2] == b"new 2"
        await call("settle", "1", 0, "new 1")
        for _ in range(2):  # A message that was lost is sent twice.
            answer = await reserve("3", "new 1", "new 2")
            assert (answer[0], answer[2], answer[3]) == (b"granted", b"new 2", 0)
        assert (await reserve("4", "new 1", "new 2"))[0] == b"refused"


async def test_a_gate_that_dies_before_it_settles_costs_the_visitor_nothing(
    server: QuotaServer,
) -> None:
    """What it had reserved is given back by the server once no motor can run any more."""
    async with gates(1, server.port) as (other,):
        one = Gate(server.port)
        await one.open()
        reservation = reserved(await one.paper_later(1))
        await until(lambda: other.knows(1))
        await one.kill()
        refused(await other.paper(1))
        held = f"{reservation.visitor} {reservation.token}"
        assert await other.raw("ZSCORE", other.key("open"), held)
        await other.raw("ZADD", other.key("open"), 1, held)
        await until(lambda: not other.knows(1))
        assert reserved(await other.paper(1)).new


async def test_a_visitor_forgotten_while_an_instance_is_away_is_forgotten_there_too(
    server: QuotaServer, proxy: Proxy
) -> None:
    async with gates(1, server.port) as (one,):
        other = Gate(proxy.port)
        await other.open()
        for person in (1, 2):
            reserved(await one.paper(person))
        await until(lambda: other.knows(2))
        await proxy.stop()
        await _away(other)
        one.book.purge(one.now())
        reserved(await one.paper(3))
        await proxy.start()
        await other.connected()
        assert not other.knows(1)
        assert other.knows(3)
        await other.kill()


async def test_a_purge_while_the_server_is_away_is_repeated_there_before_anything_else(
    server: QuotaServer, proxy: Proxy
) -> None:
    async with gates(1, server.port) as (one,):
        other = Gate(proxy.port)
        await other.open()
        reserved(await one.paper(1))
        await until(lambda: other.knows(1))
        await proxy.stop()
        await _away(other)
        assert other.book.purge(other.now()).faces == 1
        await proxy.start()
        await other.connected()
        assert not other.knows(1)
        await until(lambda: not one.knows(1))
        await other.kill()


async def test_a_purge_says_who_followed_it_and_who_did_not(
    server: QuotaServer, proxy: Proxy
) -> None:
    async with gates(2, server.port) as (one, two):
        three = Gate(proxy.port, name="gate 3")
        await three.open()
        await until(lambda: len(one.book.status.instances) == 3)
        receipt = await one.book.purge_receipt(one.book.purge(one.now()), 30)
        assert sorted(receipt.acknowledged) == ["gate 1", "gate 2", "gate 3"]
        assert receipt.swept
        await one.connected()
        reserved(await two.paper(1))
        await until(lambda: one.knows(1))
        proxy.freeze()
        receipt = await one.book.purge_receipt(one.book.purge(one.now()), 2)
        assert receipt.missing == ("gate 3",)
        assert receipt.faces == 1
        proxy.thaw()
        await three.kill()


async def test_a_wrong_clock_of_an_instance_changes_nothing(
    server: QuotaServer,
) -> None:
    async with gates(1, server.port) as (one,):
        other = Gate(server.port, skew_s=5.0)
        await other.open()
        first = reserved(await one.paper(1))
        refusal = refused(await other.paper(1))
        assert refusal.next_portion_at - 5 == pytest.approx(
            first.next_portion_at, abs=0.2
        )
        await other.kill()


async def test_a_full_server_stops_no_paper(server: QuotaServer) -> None:
    async with gates(1, server.port) as (one,):
        await one.raw("CONFIG", "SET", "maxmemory", "1")
        reserved(await one.paper(1))
        refused(await one.paper(1))
        await until(lambda: one.book.status.trouble is Trouble.FULL)
        await one.raw("CONFIG", "SET", "maxmemory", "0")
        await one.connected()
        refused(await one.paper(1))
