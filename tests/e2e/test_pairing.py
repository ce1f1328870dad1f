"""Two houses share one quota, set up in the browser with outages at each step."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import re

from playwright.async_api import Browser, expect
import pytest
import pytest_asyncio

from scripts.house.browser import PATIENCE_MS, open_page
from scripts.house.clicks import Forms
from scripts.house.house import House, open_house
from scripts.house.park import PASSWORD, ParkGate
from scripts.house.site import Site
from scripts.park.server import VALKEY, QuotaServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

CODE = re.compile(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}")
NAMES = ("East gate", "West gate")
FIRST = "Is this the first Home Assistant of this quota?"
AWAY = "The server does not answer"


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
                house.set_up_site(name=name, engine="ncnn")
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
    await forms.submit(AWAY)
    server.start()
    await forms.submit(FIRST)


async def show_code(forms: Forms, server: QuotaServer) -> str:
    """Go on to the page with the code as the first of a quota; return the code."""
    await enter_server(forms, server)
    await forms.take("Yes: make a new pairing code", "It is shown only once")
    await expect(forms.dialog.locator("ha-qr-code")).to_be_visible(timeout=PATIENCE_MS)
    return await forms.dialog.get_by_text(CODE).first.inner_text()


async def restart(house: House) -> None:
    """Restart Home Assistant, as a manager or a power cut does."""
    await house.home_assistant.stop()
    await house.home_assistant.start()
    await house.client.close()
    await house.client.connect()


async def shares(house: House) -> bool:
    """Return whether a house has a shared quota."""
    entries = await house.client.call("config_entries/get", domain="facequota")
    found = await house.client.call(
        "config_entries/subentries/list", entry_id=entries[0]["entry_id"]
    )
    return any(one["subentry_type"] == "shared_quota" for one in found)


async def in_sync(house: House, site: Site, instances: int) -> None:
    """Wait until a house is in sync with so many instances."""
    site = await Site.find(house.client, site.dispensers)
    await ParkGate(house=house, site=site).until("connected", instances)


async def test_two_houses_are_paired_by_clicking(
    houses: list[tuple[House, Site]], browser: Browser
) -> None:
    """An outage at any step is reported, and the step can be repeated."""
    (east, at_east), (west, at_west) = houses
    with QuotaServer(VALKEY, "--requirepass", PASSWORD) as server:
        async with open_page(browser, east.client) as page:
            # The browser is closed while the code is shown: nothing has begun.
            await show_code(Forms(page, east.client.url), server)
        assert not await shares(east)
        async with open_page(browser, east.client) as page:
            # Home Assistant is restarted then: the code is no longer valid, and the form says so.
            forms = Forms(page, east.client.url)
            await show_code(forms, server)
            await restart(east)
            await forms.dialog.get_by_role("button", name="Submit").click()
            said = page.get_by_text(re.compile("Invalid flow"))
            await expect(said).to_be_visible(timeout=PATIENCE_MS)
        assert not await shares(east)
        async with open_page(browser, east.client) as page:
            # The server goes away while the code is shown: the code stays valid.
            forms = Forms(page, east.client.url)
            code = await show_code(forms, server)
            server.kill()
            await forms.finish()
        server.start()
        await in_sync(east, at_east, 1)
        async with open_page(browser, west.client) as page:
            forms = Forms(page, west.client.url)
            await enter_server(forms, server)
            await forms.take("No: enter the code", "24 letters and digits")
            await forms.write("Code", "AAAA")
            await forms.submit("This is not a pairing code")
        assert not await shares(west)
        async with open_page(browser, west.client) as page:
            forms = Forms(page, west.client.url)
            await enter_server(forms, server)
            await forms.take("No: enter the code", "24 letters and digits")
            await forms.write("Code", code)
            server.kill()
            await forms.submit(AWAY)
            server.start()
            await in_sync(east, at_east, 1)
            await forms.finish()
        await in_sync(east, at_east, 2)
        await in_sync(west, at_west, 2)


async def test_another_server_is_entered_by_clicking(
    houses: list[tuple[House, Site]], browser: Browser
) -> None:
    """Whatever is unplugged before the last click changes nothing."""
    ((west, at_west),) = houses[1:]
    with (
        QuotaServer(VALKEY, "--requirepass", PASSWORD) as first,
        QuotaServer(VALKEY, "--requirepass", PASSWORD) as second,
    ):
        for at, unplug in enumerate(("browser", "home assistant", "server")):
            async with open_page(browser, west.client) as page:
                forms = Forms(page, west.client.url)
                await forms.open_another_server()
                server = second if unplug == "server" else first
                await forms.write("Server", f"127.0.0.1:{server.port}")
                if unplug == "home assistant":
                    await restart(west)
                    await forms.dialog.get_by_role("button", name="Submit").click()
                    said = page.get_by_text(re.compile("Invalid flow"))
                    await expect(said).to_be_visible(timeout=PATIENCE_MS)
                if unplug == "server":
                    server.kill()
                    await forms.submit(AWAY)
                    server.start()
                    await forms.dialog.get_by_role("button", name="Submit").click()
                    async with asyncio.timeout(PATIENCE_MS / 1000):
                        while str(second.port) not in await server_of(west):
                            await asyncio.sleep(0.5)
            if at < 2:
                assert str(first.port) not in await server_of(west)
        assert str(second.port) in await server_of(west)
        await in_sync(west, at_west, 1)


async def server_of(house: House) -> str:
    """Return the server as the house shows it: the shared quota is named after it."""
    entries = await house.client.call("config_entries/get", domain="facequota")
    found = await house.client.call(
        "config_entries/subentries/list", entry_id=entries[0]["entry_id"]
    )
    (title,) = (one["title"] for one in found if one["subentry_type"] == "shared_quota")
    return str(title)
