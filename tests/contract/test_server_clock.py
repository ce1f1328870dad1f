"""The server's clock is set while visitors are remembered."""

from collections.abc import Iterator

import pytest

from custom_components.facequota.shared_quota.trouble import Trouble
from scripts.park.clocked import ClockedServer

from .gates import Gate, gates, now, refused, reserved, until


@pytest.fixture(name="server")
def server_fixture() -> Iterator[ClockedServer]:
    """Return a server whose clock can be set.

    Debian's Redis cannot be: its allocator reads the clock before libfaketime is ready.
    """
    with ClockedServer() as server:
        yield server


def left_s(gate: Gate) -> float:
    """Return for how long the only visitor is still remembered; 0 for nobody."""
    at = gate.book.next_expiry()
    return at - now() if at else 0.0


def _entered_after(moment: float, gate: Gate) -> bool:
    return gate.book.status.connected and gate.book.status.since > moment


@pytest.mark.parametrize("ahead_s", [-40, 40])
async def test_nobody_waits_longer_or_is_remembered_longer_by_a_clock_that_was_set(
    server: ClockedServer, ahead_s: float
) -> None:
    """The instances tell the server again what is left, by their own time."""
    async with gates(2, server.port) as (one, other):
        reserved(await one.paper(1))
        await until(lambda: other.knows(1) and not one.book.status.waiting)
        at = now()
        server.set_clock(ahead_s)
        await until(lambda: _entered_after(at, one) and _entered_after(at, other))
        await until(lambda: one.knows(1) and other.knows(1))
        for gate in (one, other):
            assert left_s(gate) == pytest.approx(540, abs=15)
            told = refused(await gate.paper(1)).next_portion_at - now()
            # The later of two clocks: the server's may be the right one.
            assert told == pytest.approx(540 + max(0, ahead_s), abs=15)
        epoch = (await one.raw("HGET", one.key("meta"), "epoch")).decode()
        (key,) = await one.raw("KEYS", one.key(f"v:{epoch}:*"))
        assert int(await one.raw("PTTL", key)) / 1000 == pytest.approx(540, abs=15)


@pytest.mark.parametrize("ahead_s", [-3600, 3600])
async def test_a_clock_that_is_an_hour_wrong_is_reported_and_paper_still_comes(
    server: ClockedServer, ahead_s: float
) -> None:
    async with gates(1, server.port) as (one,):
        reserved(await one.paper(1))
        server.set_clock(ahead_s)
        await until(lambda: one.book.status.trouble is Trouble.CLOCKS)
        assert refused(await one.paper(1)).next_portion_at < now() + 560
        reserved(await one.paper(2))
        server.set_clock(0)
        await one.connected()
        for person in (1, 2):
            assert refused(await one.paper(person)).next_portion_at < now() + 560
