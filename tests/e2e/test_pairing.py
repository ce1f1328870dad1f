"""Two houses are made to share one quota in the browser, and the server goes in between."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import re

from playwright.async_api import expect
import pytest
import pytest_asyncio

from scripts.house.browser import PATIENCE_MS, open_browser
from scripts.house.clicks import Forms
from scripts.house.house import House, open_house
from scripts.house.park import PASSWORD, ParkGate
from scripts.house.site import Site
from scripts.park.server import VALKEY, QuotaServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

CODE = re.compile(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}")
NAMES = ("East gate", "West gate")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def houses(
    tmp_path_factory: pytest.TempPathFactory, _sockets_for_a_house: None
) -> AsyncIterator[list[tuple[House, Site]]]:
    """Open two houses with a site each."""
    async with contextlib.AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(
                open_house(tmp_path_factory.mktemp("house"), names=(name,))
            )
            for name in NAMES
        ]
        sites = await asyncio.gather(
            *(
                house.set_up_site(name=name)
                for house, name in zip(opened, NAMES, strict=True)
            )
        )
        yield list(zip(opened, sites, strict=True))


async def enter_server(forms: Forms, server: QuotaServer) -> None:
    """Enter a server, at first while it is away."""
    await forms.open_shared_quota()
    await forms.write("Server", f"127.0.0.1:{server.port}")
    await forms.agree(0)
    await forms.write("Password", PASSWORD)
    server.kill()
    await forms.submit("The server does not answer")
    server.start()
    await forms.submit("Is this the first Home Assistant of this quota?")


async def in_step(house: House, site: Site, instances: int) -> None:
    """Wait until a house is in step with so many."""
    site = await Site.find(house.client, site.dispensers)
    await ParkGate(house=house, site=site).until("connected", instances)


async def test_two_houses_are_paired_by_clicking(
    houses: list[tuple[House, Site]],
) -> None:
    """Whatever is unplugged at a step is said, and the step can be taken again."""
    (east, at_east), (west, at_west) = houses
    with QuotaServer(VALKEY, "--requirepass", PASSWORD) as server:
        async with open_browser(east.client) as page:
            forms = Forms(page, east.client.url)
            await enter_server(forms, server)
            await forms.take("Yes: make a new pairing code", "It is shown this once")
            code = await forms.dialog.get_by_text(CODE).first.inner_text()
            await expect(forms.dialog.locator("ha-qr-code")).to_be_visible(
                timeout=PATIENCE_MS
            )
            await forms.finish()
        await in_step(east, at_east, 1)
        async with open_browser(west.client) as page:
            forms = Forms(page, west.client.url)
            await enter_server(forms, server)
            await forms.take("No: enter the code", "24 letters and digits")
            await forms.write("Code", "AAAA")
            await forms.submit("This is not a pairing code")
            await forms.write("Code", code)
            server.kill()
            await forms.submit("The server does not answer")
            server.start()
            await in_step(east, at_east, 1)
            await forms.finish()
        await in_step(east, at_east, 2)
        await in_step(west, at_west, 2)
