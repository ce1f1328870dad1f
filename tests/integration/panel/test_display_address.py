"""The address of a visitor's display: what it opens, how often, and for how long."""

from http import HTTPStatus
from typing import Any

from aiohttp import ClientPayloadError
from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.panel.visitor_display.screen import Picture
from custom_components.facequota.site.display_access import (
    MAX_PRESSES,
    MAX_STREAMS,
    MAX_WRONG,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant

from .displays import add_display, address, told


@pytest.mark.parametrize("rest", ["", "/events", "/press/open"])
async def test_a_wrong_address_opens_nothing(
    tablet: TestClient[Any, Any], display: ConfigSubentry, rest: str
) -> None:
    wrong = f"/facequota/display/{display.data['token'][:-1]}x{rest}"
    method = tablet.post if "press" in rest else tablet.get
    assert (await method(wrong)).status == HTTPStatus.NOT_FOUND


async def test_a_page_that_is_not_there_says_so_and_looks_again_by_itself(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    """A tablet may have started before Home Assistant, and nobody touches it."""
    await hass.config_entries.async_unload(open_site.entry_id)
    answer = await tablet.get(address(display))
    assert answer.status == HTTPStatus.NOT_FOUND
    assert "There is no display at this address" in await answer.text()
    assert int(answer.headers["Refresh"]) < 60
    await hass.config_entries.async_setup(open_site.entry_id)
    assert (await tablet.get(address(display))).status == HTTPStatus.OK


async def test_an_address_with_a_slash_at_its_end_is_the_same(
    tablet: TestClient[Any, Any], display: ConfigSubentry
) -> None:
    assert (await tablet.get(f"{address(display)}/")).status == HTTPStatus.OK
    assert (await tablet.get(f"{address(display)}//")).status == HTTPStatus.NOT_FOUND


async def test_a_removed_display_opens_nothing_and_a_new_address_replaces_the_old(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    old = address(display)
    flow = await open_site.start_subentry_reconfigure_flow(hass, display.subentry_id)
    shown = await hass.config_entries.subentries.async_configure(
        flow["flow_id"],
        {"languages": [], "buttons": [], "spoken": False, "new_address": True},
    )
    assert shown["step_id"] == "address"
    ended = await hass.config_entries.subentries.async_configure(shown["flow_id"], {})
    assert ended["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    changed = open_site.subentries[display.subentry_id]
    assert (await tablet.get(old)).status == HTTPStatus.NOT_FOUND
    assert (await tablet.get(address(changed))).status == HTTPStatus.OK
    hass.config_entries.async_remove_subentry(open_site, display.subentry_id)
    await hass.async_block_till_done()
    assert (await tablet.get(address(changed))).status == HTTPStatus.NOT_FOUND


async def test_only_the_buttons_that_were_allowed_can_be_pressed(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """A stolen address can ask for paper as the button can, and no more."""
    display = await add_display(hass, open_site, buttons=["open"])
    tablet = await hass_client_no_auth()
    for kind in ("face", "urgent", "forget", "staff", "purge"):
        answer = await tablet.post(f"{address(display)}/press/{kind}")
        assert answer.status == HTTPStatus.FORBIDDEN
    answer = await tablet.post(f"{address(display)}/press/open")
    assert answer.status == HTTPStatus.NO_CONTENT


async def test_presses_and_streams_of_one_address_are_limited(
    hass: HomeAssistant,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    statuses = [
        (await tablet.post(f"{address(display)}/press/open")).status
        for _ in range(MAX_PRESSES + 1)
    ]
    assert statuses == [HTTPStatus.NO_CONTENT] * MAX_PRESSES + [
        HTTPStatus.TOO_MANY_REQUESTS
    ]
    streams = [
        await tablet.get(f"{address(display)}/events") for _ in range(MAX_STREAMS + 1)
    ]
    assert [one.status for one in streams] == [HTTPStatus.OK] * MAX_STREAMS + [
        HTTPStatus.TOO_MANY_REQUESTS
    ]
    for one in streams:
        one.close()


async def test_a_tablet_that_comes_back_takes_the_place_of_its_own_old_stream(
    tablet: TestClient[Any, Any], display: ConfigSubentry
) -> None:
    """On a bad network the old ones were left without a word, and stay open for minutes."""
    events = f"{address(display)}/events"
    other = await tablet.get(f"{events}?tablet=other")
    left = [
        await tablet.get(f"{events}?tablet=entrance") for _ in range(MAX_STREAMS + 2)
    ]
    assert {one.status for one in left} == {HTTPStatus.OK}
    for old in left[:-1]:
        with pytest.raises(ClientPayloadError):
            await old.content.read()
    assert (await told(left[-1]))["picture"] == Picture.OPEN_LANE
    assert not other.content.at_eof()
    more = [await tablet.get(f"{events}?tablet={one}") for one in range(MAX_STREAMS)]
    assert [one.status for one in more] == [HTTPStatus.OK] * (MAX_STREAMS - 2) + [
        HTTPStatus.TOO_MANY_REQUESTS
    ] * 2
    for one in (other, left[-1], *more):
        one.close()


@pytest.mark.parametrize("rest", ["", "/events", "/press/open"])
async def test_wrong_addresses_are_limited_and_a_right_one_never_is(
    tablet: TestClient[Any, Any], display: ConfigSubentry, rest: str
) -> None:
    """A tablet whose turn it was not looks again by itself."""
    wrong = f"/facequota/display/{'x' * 43}{rest}"
    method = tablet.post if "press" in rest else tablet.get
    for _ in range(MAX_WRONG):
        assert (await method(wrong)).status == HTTPStatus.NOT_FOUND
    refused = await method(wrong)
    assert refused.status == HTTPStatus.TOO_MANY_REQUESTS
    assert int(refused.headers["Refresh"]) < 60
    assert (await tablet.get(address(display))).status == HTTPStatus.OK
