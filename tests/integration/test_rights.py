"""What a user without an administrator's rights may do, and what not."""

from http import HTTPStatus
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.panel.papers.facts import NOTICE_URL
from custom_components.facequota.panel.papers.view import PAPERS_URL
from custom_components.facequota.panel.static import STATIC_ROOT
from custom_components.facequota.site.display_access import DISPLAY_URL
from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_registry as er

from .conftest import faces
from .fake_dispenser import FakeDispenser
from .remembered import remember

SITE = "east_gate"
TRY_CAMERA = "button.entrance_try_the_camera"
ALLOWED: list[tuple[str, str, dict[str, Any]]] = [
    ("button", "press", {"entity_id": f"button.{SITE}_cleaned"}),
    ("button", "press", {"entity_id": "button.entrance_refilled"}),
    ("button", "press", {"entity_id": "button.entrance_dispense"}),
    ("switch", "turn_off", {"entity_id": f"switch.{SITE}_face_recognition"}),
    ("switch", "turn_off", {"entity_id": "switch.entrance_face_recognition"}),
    ("facequota", "refilled", {"entity_id": "event.entrance_visit"}),
    ("facequota", "cleaned", {}),
    ("facequota", "dispense", {"entity_id": "event.entrance_visit", "lane": "open"}),
    (
        "todo",
        "update_item",
        {"entity_id": f"todo.{SITE}_tasks", "item": "clean", "status": "completed"},
    ),
]
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("button", "press", {"entity_id": f"button.{SITE}_purge"}),
    ("switch", "turn_on", {"entity_id": f"switch.{SITE}_face_recognition"}),
    ("switch", "turn_on", {"entity_id": "switch.entrance_face_recognition"}),
    ("switch", "toggle", {"entity_id": f"switch.{SITE}_face_recognition"}),
    ("number", "set_value", {"entity_id": f"number.{SITE}_portion", "value": 50}),
    ("number", "set_value", {"entity_id": f"number.{SITE}_window", "value": 5}),
    ("number", "set_value", {"entity_id": f"number.{SITE}_allowance", "value": 90}),
    ("facequota", "purge", {}),
    ("facequota", "export_log", {}),
    ("facequota", "report", {}),
    ("button", "press", {"entity_id": TRY_CAMERA}),
]
# It looks through the camera: visitors may ask for it, and so may staff.
ELSEWHERE = {"forget"}
# WebSocket commands and addresses that are an administrator's, and those of everybody's.
COMMANDS_REFUSED: dict[str, dict[str, Any]] = {
    "facequota/subscribe": {},
    "facequota/languages": {"language": "en"},
}
COMMANDS_ALLOWED: dict[str, dict[str, Any]] = {
    "facequota/dashboard": {},
    "facequota/hours": {},
}
VIEWS_REFUSED = {PAPERS_URL}
# The notice where the manager allows it, and what an address of 256 random bits opens.
VIEWS_WITHOUT_ACCOUNT = {
    *(NOTICE_URL, f"{NOTICE_URL}/{{language}}"),
    *(DISPLAY_URL, f"{DISPLAY_URL}/events", f"{DISPLAY_URL}/press/{{kind}}"),
}
# Entities that do something when they are used.
USED = ("button", "number", "switch", "todo")
# What starts no worker and opens no camera: others' tests switch recognition on and try.
QUICK = [
    one
    for one in REFUSED
    if one[0] != "switch" and one[2].get("entity_id") != TRY_CAMERA
]


@pytest.fixture
async def cleaner(hass: HomeAssistant) -> MockUser:
    """Return a user of Home Assistant's group "Users"."""
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    return MockUser(name="Cleaner", groups=[group]).add_to_hass(hass)


@pytest.fixture
async def cleaner_token(hass: HomeAssistant, cleaner: MockUser) -> str:
    """Return what a cleaner's browser shows."""
    token = await hass.auth.async_create_refresh_token(cleaner, "http://cleaner/")
    return hass.auth.async_create_access_token(token)


async def call(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    user: MockUser | None,
    action: tuple[str, str, dict[str, Any]],
) -> None:
    """Call an action as a user; a site's own action gets the site."""
    domain, service, data = action
    if domain == "facequota" and not data:
        data = {"config_entry_id": entry.entry_id}
    if data.get("item") == "clean":
        # A task that is there: the site is due for cleaning.
        hass.config_entries.async_update_entry(
            entry, options={**entry.options, "upkeep": {"cleaning_visits": 1}}
        )
        await call(hass, entry, None, ALLOWED[-2])
    response = hass.services.supports_response(domain, service).value == "only"
    await hass.services.async_call(
        domain,
        service,
        data,
        blocking=True,
        return_response=response,
        context=Context(user_id=user.id if user else None),
    )
    await hass.async_block_till_done()


@pytest.mark.parametrize("action", ALLOWED, ids=lambda one: ".".join(one[:2]))
async def test_a_cleaner_may(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    cleaner: MockUser,
    action: tuple[str, str, dict[str, Any]],
) -> None:
    await call(hass, open_site, cleaner, action)


@pytest.mark.parametrize("action", REFUSED, ids=lambda one: ".".join(one[:2]))
async def test_a_cleaner_may_not(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    cleaner: MockUser,
    action: tuple[str, str, dict[str, Any]],
) -> None:
    remember(open_site, 1)
    before = dict(open_site.options)
    with pytest.raises(Unauthorized):
        await call(hass, open_site, cleaner, action)
    assert faces(open_site) == 1
    assert open_site.options == before


@pytest.mark.parametrize("action", QUICK, ids=lambda one: ".".join(one[:2]))
async def test_an_administrator_and_an_automation_may(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    hass_admin_user: MockUser,
    dispenser: FakeDispenser,
    action: tuple[str, str, dict[str, Any]],
) -> None:
    await call(hass, open_site, hass_admin_user, action)
    await call(hass, open_site, None, action)


async def test_a_user_who_may_only_read_presses_nothing(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Home Assistant's own policy, also for actions that name a site and no entity."""
    group = await hass.auth.async_get_group(GROUP_ID_READ_ONLY)
    assert group is not None
    reader = MockUser(name="Reader", groups=[group]).add_to_hass(hass)
    for action in [*ALLOWED, *REFUSED]:
        with pytest.raises(Unauthorized):
            await call(hass, open_site, reader, action)


def test_no_action_is_forgotten(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    known = {name for domain, name, _ in (*ALLOWED, *REFUSED) if domain == DOMAIN}
    assert set(hass.services.async_services()[DOMAIN]) == known | ELSEWHERE


def test_no_entity_that_does_something_is_forgotten(
    hass: HomeAssistant, open_site: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    known = {data.get("entity_id") for _, _, data in (*ALLOWED, *REFUSED)}
    used = {
        one.entity_id
        for one in er.async_entries_for_config_entry(
            entity_registry, open_site.entry_id
        )
        if one.domain in USED
    }
    assert used and used <= known


async def test_every_command_of_an_administrator_s_is_refused_to_a_cleaner(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    cleaner_token: str,
) -> None:
    await hass_ws_client(hass)
    commands = {one for one in hass.data["websocket_api"] if one.startswith(DOMAIN)}
    assert commands == {*COMMANDS_REFUSED, *COMMANDS_ALLOWED}
    client = await hass_ws_client(hass, cleaner_token)
    for command, fields in {**COMMANDS_REFUSED, **COMMANDS_ALLOWED}.items():
        if command == "facequota/hours":
            fields = {"config_entry_id": open_site.entry_id}
        await client.send_json_auto_id({"type": command, **fields})
        answer = await client.receive_json()
        assert answer["success"] is (command in COMMANDS_ALLOWED)
        if not answer["success"]:
            assert answer["error"]["code"] == "unauthorized"


async def test_every_address_is_an_administrator_s_or_bounded_otherwise(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    cleaner_token: str,
) -> None:
    cleaner, nobody = await hass_client(cleaner_token), await hass_client_no_auth()
    ours = {
        resource.canonical
        for resource in hass.http.app.router.resources()
        if DOMAIN in resource.canonical
        and not resource.canonical.startswith(STATIC_ROOT)
    }
    assert ours == VIEWS_REFUSED | VIEWS_WITHOUT_ACCOUNT
    for name in ("notice.html", "log.json", "report-week.csv", "stickers.html"):
        path = PAPERS_URL.format(entry_id=open_site.entry_id, language="en", name=name)
        for client in (cleaner, nobody):
            assert (await client.get(path)).status == HTTPStatus.UNAUTHORIZED
