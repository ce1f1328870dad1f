"""Joining a shared quota and leaving it: who gets the key of an epoch, and when it ends."""

import asyncio
from typing import Any

import pytest

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import Reservation
from custom_components.facequota.shared_quota.epochs import Epochs
from custom_components.facequota.shared_quota.trouble import Trouble
from scripts.park.proxy import Proxy
from scripts.park.server import QuotaServer

from .gates import Gate, gates, refused, reserved, until


async def test_an_instance_that_missed_more_than_the_server_still_knows_starts_again(
    server: QuotaServer, proxy: Proxy
) -> None:
    async with gates(1, server.port) as (one,):
        other = Gate(proxy.port)
        await other.open()
        proxy.freeze()
        for person in (1, 2, 3):
            reserved(await one.paper(person))
        await one.raw("XTRIM", one.key("log"), "MAXLEN", 0)
        proxy.thaw()
        await until(lambda: all(other.knows(person) for person in (1, 2, 3)))
        refused(await other.paper(1))
        await other.kill()


async def test_a_quota_of_another_layout_is_left_alone(server: QuotaServer) -> None:
    async with gates(1, server.port) as (one,):
        await one.raw("HSET", one.key("meta"), "layout", "2")
        await until(lambda: not one.book.status.connected)
        await until(lambda: one.book.status.trouble is Trouble.OTHER_VERSION)
        reserved(await one.paper(1))
        refused(await one.paper(1))


async def test_no_visitor_is_forgotten_because_a_member_passes_the_key_on_slowly(
    server: QuotaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An instance that joins waits for the key, even from a busy machine."""
    hand = Epochs.hand

    async def slowly(*arguments: Any) -> None:
        await asyncio.sleep(3)
        await hand(*arguments)

    async with gates(1, server.port) as (one,):
        reserved(await one.paper(1))
        monkeypatch.setattr(Epochs, "hand", slowly)
        joining = Gate(server.port, name="late")
        await joining.open()
        assert one.knows(1)
        assert joining.knows(1)
        await joining.kill()


async def test_after_all_instances_were_restarted_the_old_faces_cannot_be_opened(
    server: QuotaServer,
) -> None:
    """Nobody has the key any more: a new epoch, and everybody has a whole allowance."""
    async with gates(2, server.port) as (one, other):
        reserved(await one.paper(1))
        await one.kill()
        await other.kill()
    async with gates(1, server.port) as (again,):
        assert not again.knows(1)
        assert reserved(await again.paper(1)).new


async def test_when_the_last_face_goes_its_epoch_s_key_goes(
    server: QuotaServer,
) -> None:
    async with gates(1, server.port, rule=Rule(allowance_cm=60, window_s=1)) as (one,):
        before = await one.raw("HGET", one.key("meta"), "epoch")
        answer = reserved(await one.paper(1))
        await asyncio.sleep(max(0.0, answer.next_portion_at - one.now()))
        while await one.raw("HGET", one.key("meta"), "epoch") == before:
            await asyncio.sleep(0.05)
        await one.connected()
        assert isinstance(await one.paper(1), Reservation)
