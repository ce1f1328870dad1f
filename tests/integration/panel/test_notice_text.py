"""What the notice says of the site, its buttons and its cameras."""

import re
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel.papers.plain import BLANK
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.integration.conftest import DISPENSER_DATA, set_up_site
from tests.integration.fake_dispenser import FakeDispenser

from .paper_pages import FORGET, read


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_notice_names_the_minutes_of_the_window_in_force(
    hass: HomeAssistant,
    papers: TestClient[Any, Any],
    open_site: MockConfigEntry,
    language: str,
) -> None:
    async def minutes() -> list[str]:
        notice = await read(papers, open_site, "notice.html", language)
        return re.findall(r'<strong><span class="keep">([\d.,]+)', notice)

    assert await minutes() == ["9"]
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": "number.east_gate_window", "value": 7.5},
        blocking=True,
    )
    await hass.async_block_till_done()
    assert await minutes() == [f"7{LANGUAGES[language].decimal}5"]


async def test_the_notice_says_who_runs_this_and_how_to_reach_them(
    hass: HomeAssistant, papers: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    assert f"Who\n{BLANK}\n{BLANK}\n" in await read(papers, open_site, "notice.txt")
    hass.config_entries.async_update_entry(
        open_site,
        options={**open_site.options, "operator": "City parks", "contact": "+49 30 1"},
    )
    await hass.async_block_till_done()
    assert "Who\nCity parks\n+49 30 1\n" in await read(papers, open_site, "notice.txt")


@pytest.mark.parametrize(
    ("language", "button"), [("en", "button"), ("zh-Hans", "按钮")]
)
async def test_the_notice_sends_visitors_to_staff_where_a_button_is_missing(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    dispenser: FakeDispenser,
    language: str,
    button: str,
) -> None:
    """It names a button only when every dispenser of the site has it."""
    full = {**DISPENSER_DATA, "forget": FORGET}
    bare = {key: full[key] for key in full if key != "request_without_face"}
    bare["motor"] = "switch.other_motor"
    for more, named in (({}, True), ({"Exit": bare}, False)):
        entry = await set_up_site(
            hass, options={"suspended": True}, data=full, more=more
        )
        client = await hass_client()
        notice = await read(client, entry, "notice.txt", language)
        assert (button in notice) is named
        await hass.config_entries.async_remove(entry.entry_id)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            {},
            {
                "Hold the button for at least 1 second: you get the same",
                "Hold the button at the machine for 5 seconds and look at it",
            },
        ),
        (
            {"request_urgent": "binary_sensor.urgent"},
            {
                "Press the button for paper without a face: you get the same",
                "Hold the button at the machine for 5 seconds and look at it",
                "Hold the button for paper without a face for 5 seconds: one more",
            },
        ),
    ],
    ids=["one button", "two buttons"],
)
async def test_the_notice_says_what_to_hold_where_the_machine_has_our_firmware(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    dispenser: FakeDispenser,
    more: dict[str, str],
    says: set[str],
) -> None:
    owner = MockConfigEntry(domain="esphome")
    owner.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=owner.entry_id,
        connections={(dr.CONNECTION_NETWORK_MAC, "02:fa:ce:90:7a:01")},
        manufacturer="facequota",
        model="paper-dispenser",
    )
    motor = er.async_get(hass).async_get_or_create(
        "switch", "esphome", "motor", config_entry=owner, device_id=device.id
    )
    data = {**DISPENSER_DATA, "motor": motor.entity_id, "forget": FORGET, **more}
    entry = await set_up_site(hass, options={"suspended": True}, data=data)
    notice = await read(await hass_client(), entry, "notice.txt")
    assert {words for words in says if words in notice} == says
    assert ("Urgent\n" in notice) is bool(more)
    await hass.config_entries.async_remove(entry.entry_id)


async def test_a_suspended_site_says_that_no_camera_is_read(
    hass: HomeAssistant, papers: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    said = "Face recognition is switched off here. No camera is read."
    assert said in await read(papers, open_site, "notice.txt")
    hass.config_entries.async_update_entry(open_site, options={"suspended": False})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert said not in await read(papers, open_site, "notice.txt")


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        ("request", "The camera is opened only after somebody has asked"),
        ("presence", "While somebody stands at the machine its camera is open"),
        ("always", "The camera is always open"),
    ],
)
async def test_notice_assessment_and_log_say_when_the_camera_is_opened(
    hass: HomeAssistant,
    papers: TestClient[Any, Any],
    open_site: MockConfigEntry,
    opened: str,
    said: str,
) -> None:
    """From the setting in force, also right after a change."""
    (subentry,) = open_site.subentries.values()
    hass.config_entries.async_update_subentry(
        open_site, subentry, data={**subentry.data, "camera_opened": opened}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    notice = await read(papers, open_site, "notice.txt")
    assert said in notice
    choice = {
        "request": "At the request",
        "presence": "While somebody stands there",
        "always": "Always",
    }[opened]
    assessment = await read(papers, open_site, "assessment.txt")
    assert f"When the cameras are opened | {choice}" in assessment
    log = await read(papers, open_site, "log.txt")
    assert ("Camera opened" in log, choice in log) == (opened != "request",) * 2
