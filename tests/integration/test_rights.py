"""What a user without an administrator's rights may do, and what not."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized

from .conftest import faces
from .fake_dispenser import FakeDispenser
from .remembered import remember

SITE = "east_gate"
ALLOWED: list[tuple[str, str, dict[str, Any]]] = [
    ("button", "press", {"entity_id": f"button.{SITE}_cleaned"}),
    ("button", "press", {"entity_id": "button.entrance_refilled"}),
    ("button", "press", {"entity_id": "button.entrance_dispense"}),
    ("switch", "turn_off", {"entity_id": f"switch.{SITE}_face_recognition"}),
    ("switch", "turn_off", {"entity_id": "switch.entrance_face_recognition"}),
    ("facequota", "refilled", {"entity_id": "event.entrance_visit"}),
    ("facequota", "cleaned", {}),
]
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("button", "press", {"entity_id": f"button.{SITE}_purge"}),
    ("switch", "turn_on", {"entity_id": f"switch.{SITE}_face_recognition"}),
    ("switch", "turn_on", {"entity_id": "switch.entrance_face_recognition"}),
    ("switch", "toggle", {"entity_id": f"switch.{SITE}_face_recognition"}),
    ("number", "set_value", {"entity_id": f"number.{SITE}_portion", "value": 50}),
    ("number", "set_value", {"entity_id": f"number.{SITE}_window", "value": 5}),
    ("number", "set_value", {"entity_id": f"number.{SITE}_allowance", "value": 90}),
]
# What starts no worker: test_entities switches recognition on.
QUICK = [one for one in REFUSED if one[0] != "switch"]


@pytest.fixture
async def cleaner(hass: HomeAssistant) -> MockUser:
    """Return a user of Home Assistant's group "Users"."""
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    return MockUser(name="Cleaner", groups=[group]).add_to_hass(hass)


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
    """Home Assistant's own policy, for every entity of ours."""
    group = await hass.auth.async_get_group(GROUP_ID_READ_ONLY)
    assert group is not None
    reader = MockUser(name="Reader", groups=[group]).add_to_hass(hass)
    for action in [*ALLOWED, *REFUSED]:
        if action[0] != "facequota":
            with pytest.raises(Unauthorized):
                await call(hass, open_site, reader, action)
