"""Servers of each kind, and a book of each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import AnyBook
from scripts.park.proxy import Proxy
from scripts.park.server import KINDS, QuotaServer

from .gates import MEMORY, TEMPLE, Gate, empty_replica

type OpenBook = Callable[..., Awaitable[AnyBook]]


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Let the tests reach the servers that they start."""


@pytest.fixture(name="server", params=KINDS)
def server_fixture(request: pytest.FixtureRequest) -> Iterator[QuotaServer]:
    """Return a server that knows nothing, of each kind in turn."""
    with QuotaServer(request.param) as server:
        yield server


@pytest.fixture(name="open_book", params=(MEMORY, *KINDS))
async def open_book_fixture(
    request: pytest.FixtureRequest,
) -> AsyncIterator[OpenBook]:
    """Return what opens a book; a second one has the same visitors."""
    opened: list[Gate] = []
    if request.param == MEMORY:
        alone: list[AnyBook] = []

        async def in_memory(rule: Rule = TEMPLE) -> AnyBook:
            if not alone:
                alone.append(empty_replica(rule))
            return alone[0]

        yield in_memory
        return
    with QuotaServer(request.param) as server:

        async def shared(rule: Rule = TEMPLE) -> AnyBook:
            gate = Gate(server.port, rule=rule)
            opened.append(gate)
            await gate.open()
            return gate.book

        yield shared
        await asyncio.gather(*(gate.kill() for gate in opened))


@pytest.fixture(name="proxy")
async def proxy_fixture(server: QuotaServer) -> AsyncIterator[Proxy]:
    """Return a network between an instance and the server."""
    proxy = Proxy(server.port)
    await proxy.start()
    yield proxy
    await proxy.stop()
