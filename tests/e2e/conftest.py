"""Switches off what the test harness does only for tests inside Home Assistant's process."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser, expect
import pytest
import pytest_asyncio
from pytest_socket import enable_socket

from scripts.house.browser import PATIENCE_MS, chromium

# Waits end at the event, not after a time: a busy machine takes longer.
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module", autouse=True)
def _sockets_for_a_house() -> None:
    """Let a house that serves a whole module be built: it listens on 127.0.0.1."""
    enable_socket()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(_sockets_for_a_house: None) -> AsyncIterator[Browser]:
    """Start one Chromium for all tests of a module: to start it is a third of most tests' work."""
    async with chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let each test talk to the house; the harness forbids it before each test."""


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Look for no left-over tasks: a house goes on from one test to the next."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the loop as it is: it is no loop of Home Assistant's."""
