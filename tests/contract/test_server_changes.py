"""Somebody changes a server that is in use: visitors get paper, and the quota recovers."""

import asyncio
from contextlib import suppress
import socket
from typing import Any

import pytest
from pytest_socket import socket_allow_hosts
from valkey.asyncio import Valkey

from custom_components.facequota.quota.protocol import Undecided
from custom_components.facequota.shared_quota import connection, server as server_module
from custom_components.facequota.shared_quota.addresses import read_addresses
from custom_components.facequota.shared_quota.pairing import Pairing
from custom_components.facequota.shared_quota.trouble import Trouble
from scripts.park.proxy import Proxy
from scripts.park.server import QuotaServer

from .gates import Gate, gates, now, refused, reserved, until

ELSEWHERE = Pairing(quota="another", key=b"y" * 32)


async def paper_or_open_lane(gate: Gate, person: int) -> None:
    """Let a new visitor ask: paper in time, by either lane."""
    asked = now()
    with suppress(Undecided):  # The open lane gives it.
        reserved(await gate.paper(person))
    assert now() - asked < 2.5


async def both_know_everybody(one: Gate, other: Gate, *people: int) -> None:
    """Wait until both are in sync, and check that no visitor was lost."""
    for gate in (one, other):
        await gate.connected()
    await until(lambda: all(g.knows(p) for g in (one, other) for p in people))
    for person in people:
        refused(await one.paper(person))
        refused(await other.paper(person))


@pytest.mark.parametrize(
    "command",
    [
        ("FLUSHALL",),
        ("FUNCTION", "FLUSH"),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("DEL", "log"),
        ("DEL", "meta"),
    ],
    ids=" ".join,
)
async def test_data_that_is_lost_on_the_server_is_sent_again(
    server: QuotaServer, command: tuple[str, ...]
) -> None:
    async with gates(2, server.port) as (one, other):
        reserved(await one.paper(1))
        await until(lambda: other.knows(1) and not one.book.status.waiting)
        if command[0] == "DEL":
            command = ("DEL", one.key(command[1]))
        await one.raw(*command)
        await paper_or_open_lane(one, 2)
        # The next tick finds out.
        await asyncio.sleep(2 * connection.TICK_S)
        await both_know_everybody(one, other, 1)


async def test_a_server_that_takes_connections_and_never_answers_is_away() -> None:
    """It hangs: neither an error nor an end of the connection."""
    with QuotaServer() as server:
        silent = Proxy(server.port)
        await silent.start()
        silent.freeze()
        gate = Gate(silent.port)
        await gate.open(wait=False)
        await paper_or_open_lane(gate, 1)
        refused(await gate.paper(1))
        await until(lambda: gate.book.status.trouble is Trouble.NO_ANSWER)
        silent.thaw()
        await gate.connected()
        refused(await gate.paper(1))
        await gate.kill()
        await silent.stop()


async def test_a_connection_that_is_closed_on_one_side_is_made_anew(
    server: QuotaServer, proxy: Proxy
) -> None:
    async with gates(1, server.port) as (one,):
        gate = Gate(proxy.port)
        await gate.open()
        reserved(await gate.paper(1))
        proxy.end_answers()
        reserved(await gate.paper(2))
        proxy.thaw()
        await both_know_everybody(one, gate, 1, 2)
        await gate.kill()


@pytest.mark.parametrize(
    ("command", "undo", "trouble"),
    [
        (
            ("ACL", "SETUSER", "default", "-fcall"),
            ("ACL", "SETUSER", "default", "+fcall"),
            Trouble.NO_PERMISSION,
        ),
        (
            ("CONFIG", "SET", "save", "3600 1"),
            ("CONFIG", "SET", "save", ""),
            Trouble.PERSISTENCE,
        ),
        (
            ("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"),
            ("CONFIG", "SET", "maxmemory-policy", "noeviction"),
            Trouble.EVICTION,
        ),
        (("CONFIG", "SET", "maxmemory", "1"), None, Trouble.FULL),
    ],
    ids=("permission", "persistence", "eviction", "full"),
)
async def test_settings_that_are_changed_later_are_noticed_and_reported(
    server: QuotaServer,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    undo: tuple[str, ...] | None,
    trouble: Trouble,
) -> None:
    """Not only at the start: a server that begins to write to a disk is left."""
    monkeypatch.setattr(connection, "CHECK_EVERY_TICKS", 1)
    async with gates(1, server.port) as (one,):
        reserved(await one.paper(1))
        await one.raw(*command)
        if trouble is Trouble.FULL:
            reserved(await one.paper(2))
        await until(lambda: one.book.status.trouble is trouble)
        refused(await one.paper(1))
        await paper_or_open_lane(one, 3)
        await one.raw(*(undo or ("CONFIG", "SET", "maxmemory", "0")))
        await one.connected()
        for person in (1, 3):
            refused(await one.paper(person))


async def test_a_changed_password_is_reported_when_it_is_needed(
    server: QuotaServer,
) -> None:
    async with gates(1, server.port) as (one,):
        reserved(await one.paper(1))
        await one.raw("CONFIG", "SET", "requirepass", "another")
        refused(await one.paper(1))
        client: Any = Valkey(host="127.0.0.1", port=server.port, password="another")
        await client.execute_command(
            "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"
        )
        await until(lambda: one.book.status.trouble is Trouble.WRONG_PASSWORD)
        refused(await one.paper(1))
        reserved(await one.paper(2))
        await client.execute_command("CONFIG", "SET", "requirepass", "")
        await client.aclose()
        await one.connected()
        refused(await one.paper(2))


@pytest.mark.parametrize("name", ["meta", "log", "tats", "open", "instances"])
async def test_a_key_that_is_something_else_stops_no_paper(
    server: QuotaServer, name: str
) -> None:
    """Somebody with the password can deny service, and nothing more."""
    async with gates(1, server.port) as (one,):
        reserved(await one.paper(1))
        await until(lambda: not one.book.status.waiting)
        await one.raw("DEL", one.key(name))
        await one.raw("SET", one.key(name), "something else")
        await paper_or_open_lane(one, 2)
        await until(lambda: one.book.status.trouble is Trouble.REFUSED)
        refused(await one.paper(1))
        await one.raw("DEL", one.key(name))
        await one.connected()
        await until(lambda: one.knows(1))
        refused(await one.paper(1))


async def test_forged_changes_cannot_stop_paper(
    server: QuotaServer,
) -> None:
    """A number far ahead in the log: no member can write one after it."""
    async with gates(1, server.port) as (one,):
        await one.raw("XADD", one.key("log"), "999999999-0", "k", "a", "v", "nobody")
        await paper_or_open_lane(one, 1)
        await until(lambda: not one.book.status.connected)
        await one.raw("DEL", one.key("log"))
        await one.connected()
        reserved(await one.paper(2))


async def test_two_quotas_on_one_server_know_nothing_of_each_other(
    server: QuotaServer,
) -> None:
    async with gates(1, server.port) as (one,):
        other = Gate(server.port, pairing=ELSEWHERE)
        await other.open()
        reserved(await one.paper(1))
        assert reserved(await other.paper(1)).new
        other.book.purge(other.now())
        await until(lambda: not other.book.status.waiting)
        await other.connected()
        assert one.knows(1)
        assert not other.knows(1)
        assert one.book.status.instances == ("gate 1",)
        await other.kill()


async def test_an_instance_may_be_there_twice_by_the_same_name(
    server: QuotaServer,
) -> None:
    """Restored from a backup beside the first: each is one of the members."""
    name = "名前" * 200
    twins = [Gate(server.port, name=name) for _ in range(2)]
    for twin in twins:
        await twin.open()
    await until(lambda: len(twins[0].book.status.instances) == 2)
    reserved(await twins[0].paper(1))
    refused(await twins[1].paper(1))
    receipt = await twins[1].book.purge_receipt(twins[1].book.purge(now()), 30)
    assert receipt.acknowledged == (name, name)
    for twin in twins:
        await twin.kill()


def _has_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.mark.skipif(not _has_ipv6(), reason="needs IPv6 on the loopback")
@pytest.mark.parametrize("written", ["::1", "[::1]", "[::1]:{port}"])
async def test_a_server_may_have_an_ipv6_address(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
    with QuotaServer(host="::1") as server:
        monkeypatch.setattr(
            "custom_components.facequota.shared_quota.addresses.DEFAULT_PORT",
            server.port,
        )
        (address,) = read_addresses(written.format(port=server.port))
        assert (address.host, address.port) == ("::1", server.port)
        settings = server_module.ServerSettings(
            addresses=(address,), username=None, password=None, context=None
        )
        reached = server_module.Server(settings)
        await reached.open()
        await reached.check()
        await reached.close()
