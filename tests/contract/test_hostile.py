"""Somebody with the server's password, but without the pairing secret."""

from custom_components.facequota.shared_quota.pairing import Pairing
from scripts.park.server import QuotaServer
from tests.unit.quota.people import face

from .gates import PAIRING, Gate, gates, refused, reserved, until

STRANGER = Pairing(quota=PAIRING.quota, key=b"x" * 32)


async def test_a_template_copied_to_another_id_matches_no_visitor(
    server: QuotaServer,
) -> None:
    async with gates(2, server.port) as (one, other):
        mine = reserved(await one.paper(1)).visitor
        await until(lambda: other.knows(1))
        epoch = (await one.raw("HGET", one.key("meta"), "epoch")).decode()
        sealed = await one.raw("HGET", one.key(f"v:{epoch}:{mine}"), "t")
        at = await one.raw("ZSCORE", one.key("tats"), str(mine))
        await until(lambda: one.book.status.waiting == 0)
        position = int(await one.raw("HGET", one.key("meta"), "seq"))
        copy = one.key(f"v:{epoch}:feedfeedfeedfeed")
        await one.raw("HSET", copy, "t", sealed, "a", at, "u", "60.0 540000.0")
        await one.raw("ZADD", one.key("tats"), at, "feedfeedfeedfeed")
        await one.raw("HSET", one.key("meta"), "seq", position + 1)
        await one.raw(
            *("XADD", one.key("log"), f"{position + 1}-0"),
            *("k", "a", "v", "feedfeedfeedfeed"),
        )
        await until(lambda: other.book.status.forged > 0)
        assert len(other.replica.names()) == 1


async def test_nobody_is_remembered_longer_than_their_paper_allows(
    server: QuotaServer,
) -> None:
    async with gates(2, server.port) as (one, other):
        mine = reserved(await one.paper(1)).visitor
        await until(lambda: other.knows(1))
        epoch = (await one.raw("HGET", one.key("meta"), "epoch")).decode()
        position = int(await one.raw("HGET", one.key("meta"), "seq"))
        far = "9999999999999.0"
        await one.raw("HSET", one.key(f"v:{epoch}:{mine}"), "a", far)
        await one.raw("HSET", one.key("meta"), "seq", position + 1)
        await one.raw(
            "XADD", one.key("log"), f"{position + 1}-0", "k", "c", "v", str(mine)
        )
        reserved(await one.paper(2))
        await until(lambda: other.knows(2))
        standing = other.replica.standing(str(mine))
        assert standing is not None
        assert standing.tat <= other.now() + 540 + 1.5


async def test_without_the_pairing_code_there_is_no_key_and_no_template(
    server: QuotaServer,
) -> None:
    """It can refuse service; what it does not get is a face."""
    async with gates(1, server.port) as (one,):
        reserved(await one.paper(1))
        stranger = Gate(server.port, pairing=STRANGER)
        await stranger.open(wait=False)
        await until(lambda: stranger.book.status.connected, stranger.book)
        assert stranger.book.identify(face(1)).visitor is None
        assert not stranger.replica.names()
        await stranger.kill()


async def test_no_template_and_no_name_lies_readable_on_the_server(
    server: QuotaServer,
) -> None:
    """Every value of every key, as somebody with the password sees it."""
    async with gates(1, server.port) as (one,):
        reserved(await one.paper(1))
        plain = face(1).tobytes()
        seen = b""
        for key in await one.raw("KEYS", "*"):
            seen += await one.raw("DUMP", key)
        assert len(seen) > len(plain)
        assert b"gate 1" not in seen
        # 1.0 as a float: the whole of this face but its zeros.
        assert plain[4:8] == b"\x00\x00\x80?"
        assert b"\x00" * 32 not in seen
        refused(await one.paper(1))
