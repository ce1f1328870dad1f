"""The notice for a visitor's phone: only where it is wanted, and nothing but the notice."""

from http import HTTPStatus
from io import BytesIO
import re
from typing import Any, Final
from unittest.mock import patch

from aiohttp.test_utils import TestClient
from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
import zxingcpp

from custom_components.facequota.panel.papers import notice_view
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from scripts.house.browser import chromium

HOUSE: Final = "http://192.0.2.10:8123"


@pytest.fixture
async def phone(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    open_site: MockConfigEntry,
) -> TestClient[Any, Any]:
    """Return a browser without an account, where the manager allows the notice."""
    hass.config_entries.async_update_entry(
        open_site, options={**open_site.options, "notice_on_network": True}
    )
    await hass.async_block_till_done()
    client: TestClient[Any, Any] = await hass_client_no_auth()
    return client


async def codes_on(page: str) -> list[str]:
    """Return the texts of the QR codes on a page as a browser shows it, read by a separate library."""
    async with chromium() as browser:
        shown = await browser.new_page()
        await shown.set_content(page)
        picture = Image.open(BytesIO(await shown.screenshot(full_page=True)))
    return [code.text for code in zxingcpp.read_barcodes(picture)]


def path(entry: MockConfigEntry, rest: str = "") -> str:
    """Return where the notice of a site is."""
    return f"/facequota/notice/{entry.entry_id}{rest}"


async def test_it_is_not_there_unless_the_manager_switches_it_on(
    hass_client_no_auth: ClientSessionGenerator, open_site: MockConfigEntry
) -> None:
    client = await hass_client_no_auth()
    answer = await client.get(path(open_site))
    assert answer.status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("accepted", "rest", "title"),
    [
        ("en-GB,en;q=0.9", "", "This paper dispenser can recognise faces"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "本出纸机可以识别人脸"),
        ("xx, zh;q=0.5", "", "本出纸机可以识别人脸"),
        ("", "", "This paper dispenser can recognise faces"),
        ("zh-CN", "/en", "This paper dispenser can recognise faces"),
    ],
)
async def test_it_is_read_in_the_language_of_the_phone_or_the_one_chosen(
    phone: TestClient[Any, Any],
    open_site: MockConfigEntry,
    accepted: str,
    rest: str,
    title: str,
) -> None:
    answer = await phone.get(
        path(open_site, rest), headers={"Accept-Language": accepted}
    )
    assert answer.status == HTTPStatus.OK
    page = await answer.text()
    assert title in page
    assert f'href="{path(open_site)}/zh-Hans"' in page


async def test_nothing_runs_in_it_and_nothing_can_be_written_into_it(
    phone: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    answer = await phone.get(path(open_site))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    page = await answer.text()
    assert not re.search(r"<script|<iframe|<form|contenteditable| style=|src=", page)


@pytest.mark.parametrize(
    "rest", ["/xx", "/en/notice.txt", "/../papers", "/en/..", "/assessment.html"]
)
async def test_there_is_nothing_but_the_notice(
    phone: TestClient[Any, Any], open_site: MockConfigEntry, rest: str
) -> None:
    answer = await phone.get(path(open_site, rest))
    assert answer.status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::1", "not an address"])
async def test_a_request_from_outside_the_network_finds_nothing(
    phone: TestClient[Any, Any], open_site: MockConfigEntry, address: str
) -> None:
    with patch("aiohttp.web.BaseRequest.remote", address):
        answer = await phone.get(path(open_site))
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_through_a_cloud_it_cannot_be_reached(
    phone: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    with patch.object(notice_view, "is_cloud_connection", return_value=True):
        answer = await phone.get(path(open_site))
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_it_can_be_read_only_so_often(
    phone: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    statuses = [
        (await phone.get(path(open_site))).status
        for _ in range(notice_view.MAX_READS + 1)
    ]
    assert statuses[:-1] == [HTTPStatus.OK] * notice_view.MAX_READS
    assert statuses[-1] == HTTPStatus.TOO_MANY_REQUESTS


async def test_the_printed_notice_leads_to_it_only_while_it_is_there(
    hass: HomeAssistant,
    socket_enabled: None,
    hass_client: ClientSessionGenerator,
    open_site: MockConfigEntry,
) -> None:
    await async_process_ha_core_config(hass, {"internal_url": HOUSE})
    client = await hass_client()
    printed = f"/api/facequota/papers/{open_site.entry_id}/en/notice.html"
    assert HOUSE not in await (await client.get(printed)).text()
    hass.config_entries.async_update_entry(
        open_site, options={**open_site.options, "notice_on_network": True}
    )
    await hass.async_block_till_done()
    page = await (await client.get(printed)).text()
    assert HOUSE + path(open_site) in page
    assert await codes_on(page) == [HOUSE + path(open_site)]
    # Who reads it there has it already.
    assert 'class="code"' not in await (await client.get(path(open_site))).text()


async def test_a_house_without_an_address_prints_a_notice_without_a_code(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    open_site: MockConfigEntry,
) -> None:
    hass.config_entries.async_update_entry(
        open_site, options={**open_site.options, "notice_on_network": True}
    )
    await hass.async_block_till_done()
    client = await hass_client()
    hass.config.api = None
    printed = f"/api/facequota/papers/{open_site.entry_id}/en/notice.html"
    answer = await client.get(printed)
    assert answer.status == HTTPStatus.OK
    assert 'class="code"' not in await answer.text()
