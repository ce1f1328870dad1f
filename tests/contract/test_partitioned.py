"""An instance that decides alone counts, and is shown, as disconnected from that moment."""

import asyncio
from typing import Any

import pytest

from custom_components.facequota.shared_quota import connection
from custom_components.facequota.shared_quota.link import Link
from custom_components.facequota.shared_quota.sync import Sync
from scripts.park.proxy import Proxy
from scripts.park.server import QuotaServer

from .gates import Gate, gates, now, refused, reserved, until


async def test_an_instance_that_decides_alone_is_disconnected_at_once(
    server: QuotaServer, proxy: Proxy
) -> None:
    """From the decision on, not only when the connection is found to be dead."""
    async with gates(1, proxy.port) as (gate,):
        proxy.freeze()
        reserved(await gate.paper_later(1))
        assert not gate.book.status.connected
        proxy.thaw()
        await gate.connected()


async def test_a_decision_made_alone_is_sent_although_the_connection_holds(
    server: QuotaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answer was too late; nothing else was wrong, and nothing was cut."""
    async with gates(2, server.port) as (one, other):
        call, late = Link.call, asyncio.Event()

        async def slow(link: Link, name: str, *args: Any) -> Any:
            if name == "reserve" and not late.is_set():
                late.set()
                await asyncio.sleep(5)
            return await call(link, name, *args)

        monkeypatch.setattr(Link, "call", slow)
        reserved(await one.paper(1))
        assert not one.book.status.connected
        await one.connected()
        await until(lambda: other.knows(1))
        refused(await other.paper(1))


async def test_a_request_that_began_with_an_old_connection_asks_by_the_new_one(
    server: QuotaServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits until the instance is in sync again, and then does not decide alone."""
    async with gates(1, server.port) as (one,):
        gate = Gate(proxy.port)
        await gate.open()
        begun, held = asyncio.Event(), asyncio.Event()
        enter = Sync.enter

        async def slowly(sync: Sync, link: Link) -> None:
            begun.set()
            await held.wait()
            await enter(sync, link)

        monkeypatch.setattr(Sync, "enter", slowly)
        await proxy.stop()
        await proxy.start()
        await begun.wait()
        asking = asyncio.create_task(gate.paper(1))
        await asyncio.sleep(0.05)
        held.set()
        reserved(await asking)
        assert gate.book.status.connected
        refused(await one.paper(1))
        await gate.kill()


async def test_paper_of_others_that_was_given_back_during_an_entry_is_known_after_it(
    server: QuotaServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone nobody is refused for another gate's paper; in sync again they are."""
    async with gates(1, server.port) as (one,):
        reserved(await one.paper_later(1))
        gate = Gate(proxy.port)
        call, held = Link.call, asyncio.Event()
        entering: list[Link] = []

        async def slow(link: Link, name: str, *args: Any) -> Any:
            answer = await call(link, name, *args)
            if name == "snapshot":
                entering.append(link)
            if name == "changes" and link in entering:
                await held.wait()
            return answer

        monkeypatch.setattr(Link, "call", slow)
        await gate.open(wait=False)
        await until(lambda: gate.knows(1))
        alone = reserved(await gate.paper_later(1))
        assert not gate.book.status.connected
        gate.book.settle(alone, 0, gate.now())
        held.set()
        await gate.connected()
        refused(await gate.paper(1))
        await gate.kill()


async def test_faces_are_forgotten_on_time_during_a_slow_entry(
    server: QuotaServer,
) -> None:
    """Timers are set for those who were read already."""
    async with gates(1, server.port) as (one,):
        reserved(await one.paper(1))
        seen: list[float | None] = []

        class Watched(Gate):
            def changed(self) -> None:
                if not self.book.status.connected:
                    seen.append(self.book.next_expiry())

        gate = Watched(server.port)
        await gate.open()
        assert seen[0] == pytest.approx(now() + 540, abs=5)
        await gate.kill()


async def test_an_instance_that_stalled_while_another_joined_sends_it_everybody(
    server: QuotaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody seemed to have the key, so the epoch was ended; nobody had purged."""
    async with gates(1, server.port) as (one,):
        monkeypatch.setattr(connection, "TICK_S", 30.0)
        await asyncio.sleep(1.1)
        reserved(await one.paper(1))
        await until(lambda: not one.book.status.waiting)
        for instance in await one.raw("ZRANGE", one.key("instances"), 0, -1):
            await one.raw("DEL", one.key(f"i:{instance.decode()}"))
        await one.raw("DEL", one.key("instances"))
        epoch = await one.raw("HGET", one.key("meta"), "epoch")
        joining = Gate(server.port, name="another")
        await joining.open()
        assert await one.raw("HGET", one.key("meta"), "epoch") != epoch
        await until(lambda: joining.knows(1) and one.knows(1))
        refused(await joining.paper(1))
        await joining.kill()
