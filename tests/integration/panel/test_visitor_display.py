"""The visitor's display: opened by its address alone, and nothing but what a visitor may see."""

from datetime import timedelta
from http import HTTPStatus
import json
import re
from typing import Any

from aiohttp import ClientPayloadError
from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.const import SUBENTRY_DISPLAY
from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel.visitor_display.screen import (
    SHOWN_FOR_S,
    Picture,
    Screen,
)
from custom_components.facequota.site.display_access import (
    MAX_PRESSES,
    MAX_STREAMS,
    MAX_WRONG,
)
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util
from tests.integration.conftest import CAMERA, ask, faces, set_up_site, unload
from tests.integration.fake_dispenser import JAM, FakeDispenser
from tests.integration.remembered import remember


async def add_display(
    hass: HomeAssistant, entry: MockConfigEntry, **chosen: Any
) -> ConfigSubentry:
    """Add a display by its flow and return what was stored."""
    flow = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_DISPLAY), context={"source": SOURCE_USER}
    )
    assert flow["type"] is FlowResultType.FORM
    (dispenser,) = entry.runtime_data.dispensers
    shown = await hass.config_entries.subentries.async_configure(
        flow["flow_id"],
        {
            "dispenser": dispenser,
            "languages": ["en"],
            "buttons": ["face", "open", "urgent", "forget"],
            "spoken": False,
            **chosen,
        },
    )
    assert shown["step_id"] == "address"
    await hass.config_entries.subentries.async_configure(flow["flow_id"], {})
    await hass.async_block_till_done()
    made: ConfigSubentry = next(
        one
        for one in entry.subentries.values()
        if one.subentry_type == SUBENTRY_DISPLAY
    )
    return made


@pytest.fixture
async def display(hass: HomeAssistant, open_site: MockConfigEntry) -> ConfigSubentry:
    """Return a display with every button."""
    return await add_display(hass, open_site)


@pytest.fixture
async def tablet(
    hass_client_no_auth: ClientSessionGenerator, display: ConfigSubentry
) -> TestClient[Any, Any]:
    """Return a browser without an account."""
    made: TestClient[Any, Any] = await hass_client_no_auth()
    return made


def address(display: ConfigSubentry) -> str:
    """Return the address of a display."""
    return f"/facequota/display/{display.data['token']}"


async def told(answer: Any) -> dict[str, Any]:
    """Return the next state that the stream tells."""
    while True:
        line = (await answer.content.readline()).decode()
        if line.startswith("data: "):
            state: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return state


async def test_adding_a_display_forgets_nobody(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    remember(open_site, 1)
    site = open_site.runtime_data
    await add_display(hass, open_site)
    assert open_site.runtime_data is site
    assert faces(open_site) == 1


async def test_the_page_needs_no_account_and_nothing_from_elsewhere(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """And it is light, with every button and in every language at once."""
    every = [tag.lower() for tag in LANGUAGES]
    display = await add_display(hass, open_site, languages=every)
    tablet = await hass_client_no_auth()
    answer = await tablet.get(address(display))
    assert answer.status == HTTPStatus.OK
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = await answer.read()
    assert b"http" not in page.replace(b"http-equiv", b"")
    size = len(page)
    waiting = re.findall(r'(?:src|href)="([^"]+)"', page.decode())
    assert len(waiting) == 2
    for part in waiting:
        file = await tablet.get(part)
        assert file.status == HTTPStatus.OK
        text = await file.read()
        size += len(text)
        folder = part.rpartition("/")[0]
        waiting += [
            f"{folder}/{one}"
            for one in re.findall(r'from "\./([\w.]+)"', text.decode())
        ]
    assert len(waiting) == 3
    assert size <= 60_000


@pytest.mark.parametrize(
    ("nearest", "first", "then"),
    [((), "Exit", "Garden"), (("Garden", "Exit"), "Garden", "Exit")],
)
async def test_a_visitor_is_sent_to_the_nearest_dispenser_that_has_paper(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    nearest: tuple[str, ...],
    first: str,
    then: str,
) -> None:
    """By the order that the manager gave, else the site's; followed while it is shown."""
    motors = {"Exit": "switch.exit_motor", "Garden": "switch.garden_motor"}
    for motor in motors.values():
        hass.states.async_set(motor, "off")
    more = {name: {"camera": CAMERA, "motor": motor} for name, motor in motors.items()}
    entry = await set_up_site(hass, options={"suspended": True}, more=more)
    by_name = {
        one.subentry.title: one for one in entry.runtime_data.dispensers.values()
    }
    ids = [by_name[name].subentry.subentry_id for name in nearest]
    screen = Screen(hass, by_name["Entrance"], ids)
    screen.start()
    told: list[str | None] = []
    screen.changes.add(lambda: told.append(screen.as_dict().get("elsewhere")))
    dispenser.set(JAM, "on")
    await hass.async_block_till_done()
    by_name[first].roll.supply.left_cm = 0
    by_name[first].update()
    await hass.async_block_till_done()
    assert told == [first, then]
    screen.stop()
    await unload(hass, entry)


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


async def test_a_page_learns_that_it_was_made_of_other_settings(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    """Nobody goes to each tablet after a change of languages or buttons, or an update."""

    async def made() -> tuple[str, str]:
        page = await (await tablet.get(address(display))).text()
        answer = await tablet.get(f"{address(display)}/events")
        line = (await answer.content.readline()).decode()
        answer.close()
        (known,) = re.findall(r'data-made="(\w+)"', page)
        return known, line.removeprefix("id: ").strip()

    before = await made()
    assert before[0] == before[1]
    hass.config_entries.async_update_subentry(
        open_site, display, data={**display.data, "languages": ["de"]}
    )
    await hass.async_block_till_done()
    after = await made()
    assert after[0] == after[1] != before[0]


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


async def test_it_shows_each_step_and_the_time_of_the_next_portion(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    answer = await tablet.get(f"{address(display)}/events")
    assert (await told(answer))["picture"] == Picture.OPEN_LANE
    pressed = await tablet.post(f"{address(display)}/press/open")
    assert pressed.status == HTTPStatus.NO_CONTENT
    while (state := await told(answer))["picture"] != Picture.TAKE:
        pass
    assert set(state) == {"picture", "sentence", "now"}
    answer.close()


async def test_a_refusal_says_until_when_and_disappears_after_a_moment(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    (one,) = open_site.runtime_data.dispensers.values()
    screen = Screen(hass, one)
    screen.start()
    for _ in range(10):
        await ask(hass, lane="open")
    refused = await ask(hass, lane="open")
    assert refused["outcome"] == "refused"
    shown = screen.as_dict()
    assert shown["picture"] == Picture.WAIT
    assert shown["until"] > hass.loop.time()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=SHOWN_FOR_S + 1))
    await hass.async_block_till_done()
    assert screen.as_dict()["picture"] == Picture.OPEN_LANE
    assert "until" not in screen.as_dict()
    screen.stop()


async def test_an_empty_or_broken_dispenser_says_so_before_anybody_tries(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    (one,) = open_site.runtime_data.dispensers.values()
    screen = Screen(hass, one)
    dispenser.set(JAM, "on")
    await hass.async_block_till_done()
    assert screen.as_dict() == {"picture": Picture.OUT_OF_ORDER, "elsewhere": None}
    one.roll.supply.left_cm = 0
    assert screen.as_dict() == {"picture": Picture.NO_PAPER, "elsewhere": None}


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


async def test_what_a_display_tells_names_nobody_and_no_entity(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    tablet: TestClient[Any, Any],
    display: ConfigSubentry,
) -> None:
    remember(open_site, 1)
    page = await (await tablet.get(address(display))).text()
    answer = await tablet.get(f"{address(display)}/events")
    state = await told(answer)
    answer.close()
    assert set(state) <= {"picture", "sentence", "until", "elsewhere", "now"}
    assert "sensor." not in page and "switch." not in page
