"""The papers a manager hands out: made of live settings, for administrators only."""

from collections.abc import AsyncGenerator
from html.parser import HTMLParser
from http import HTTPStatus
import json
import re
from typing import Any, Final

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.languages import (
    ENGLISH,
    LANGUAGES,
    MACHINE_MADE,
    async_words,
)
from custom_components.facequota.panel.papers.plain import BLANK
from custom_components.facequota.panel.papers.render import Paper
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.integration.conftest import DISPENSER_DATA, ask, set_up_site, unload
from tests.integration.fake_dispenser import REQUEST_WITHOUT_FACE, FakeDispenser
from tests.integration.remembered import remember

FORGET: Final = "input_button.forget_me"
ALL: Final = [(paper, language) for paper in Paper for language in LANGUAGES]


@pytest.fixture
async def papers(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, open_site: MockConfigEntry
) -> TestClient[Any, Any]:
    """Return an administrator's way to the papers of a suspended site."""
    client: TestClient[Any, Any] = await hass_client()
    return client


@pytest.fixture
async def hostile_site(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site whose operator tries to be more than text."""
    markup = "<script>alert(1)</script> <img src=x onerror=alert(2)> {{ 7 * 7 }} & Co"
    entry = await set_up_site(
        hass, options={"suspended": True, "operator": markup, "contact": '"><b>x'}
    )
    yield entry
    await unload(hass, entry)


async def read(
    client: TestClient[Any, Any],
    entry: MockConfigEntry,
    name: str,
    language: str = "en",
) -> str:
    """Return a paper that has to be there."""
    answer = await client.get(path(entry, name, language))
    assert answer.status == HTTPStatus.OK
    return await answer.text()


def path(entry: MockConfigEntry, name: str, language: str = "en") -> str:
    """Return where a paper is."""
    return f"/api/facequota/papers/{entry.entry_id}/{language}/{name}"


class Structure(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


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


@pytest.mark.parametrize("paper", list(Paper))
async def test_a_paper_says_as_much_in_one_language_as_in_the_other(
    hass: HomeAssistant,
    papers: TestClient[Any, Any],
    open_site: MockConfigEntry,
    paper: Paper,
) -> None:
    """Paragraph for paragraph, cell for cell; and who translated it, where nobody did."""
    tags: dict[str, list[str]] = {}
    for language in LANGUAGES:
        page = Structure(await read(papers, open_site, f"{paper}.html", language))
        texts = await async_words(hass, language, "common")
        by_machine = texts["component.facequota.common.paper_made_by_machine"]
        assert (by_machine in page.text) is (language in MACHINE_MADE)
        tags[language] = sorted(page.tags + ["p"] * (language not in MACHINE_MADE))
    assert [one for one in tags if tags[one] != tags[ENGLISH]] == []


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
                "Hold the button for two seconds: you get the same",
                "Hold the button at the machine for five seconds and look at it",
            },
        ),
        (
            {"request_urgent": "binary_sensor.urgent"},
            {
                "Press the button for paper without a face: you get the same",
                "Hold the button at the machine for five seconds and look at it",
                "Hold the button for paper without a face for five seconds: one more",
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


@pytest.mark.parametrize(("paper", "language"), ALL)
async def test_a_name_is_text_and_never_markup(
    hass_client: ClientSessionGenerator,
    hostile_site: MockConfigEntry,
    paper: Paper,
    language: str,
) -> None:
    client = await hass_client()
    page = Structure(await read(client, hostile_site, f"{paper}.html", language))
    assert not {"script", "img", "b"} & set(page.tags)
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7 * 7 }} & Co" in page.text
    text = await read(client, hostile_site, f"{paper}.txt", language)
    assert "<script>alert(1)</script> <img src=x onerror=alert(2)>" in text


async def test_a_page_may_neither_run_nor_load_anything(
    papers: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    answer = await papers.get(path(open_site, "notice.html"))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert answer.headers["Content-Security-Policy"] == policy
    page = await answer.text()
    assert policy in page
    assert "http://" not in page and "https://" not in page


async def test_the_log_tells_of_purges_and_lanes_and_of_nobody(
    hass: HomeAssistant, papers: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    """Every paper is searched for the ids of those who are remembered."""
    visitors = remember(open_site, 1, 2)
    await ask(hass, lane="open")
    said = [
        await read(papers, open_site, f"{paper}.{kind}")
        for paper in Paper
        for kind in ("html", "txt")
    ]
    said.append(await read(papers, open_site, "log.json"))
    log = json.loads(said[-1])
    assert log["faces"] == log["most_faces_ever"] == 2
    assert log["lanes"]["open"] == {
        "granted": 1,
        "refused": 0,
        "failed": 0,
        "mean_cm": 60.0,
        "mean_wait_ms": log["lanes"]["open"]["mean_wait_ms"],
    }
    await hass.services.async_call(
        "facequota", "purge", {"config_entry_id": open_site.entry_id}, blocking=True
    )
    said.append(await read(papers, open_site, "log.json"))
    log = json.loads(said[-1])
    receipt = log["receipts"][0]
    assert (receipt["cause"], receipt["faces"]) == ("automation", 2)
    assert log["faces"] == 0 and log["empty_at"] is None
    assert "| An automation | 2 |" in await read(papers, open_site, "log.txt")
    assert not [one for one in visitors for text in said if one in text]


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        (
            "en",
            [
                "Window | whole site | 9 min | 7.5 min",
                "Face recognition | whole site | off | on",
            ],
        ),
        (
            "zh-Hans",
            [
                "时间窗 | 整个场所 | 9 分钟 | 7.5 分钟",
                "人脸识别 | 整个场所 | 关闭 | 开启",
            ],
        ),
    ],
)
async def test_the_log_tells_what_was_decided_and_when(
    hass: HomeAssistant,
    papers: TestClient[Any, Any],
    open_site: MockConfigEntry,
    language: str,
    rows: list[str],
) -> None:
    for change in ({"window_min": 7.5}, {"suspended": False}):
        options = {**open_site.options, **change}
        hass.config_entries.async_update_entry(open_site, options=options)
        await hass.async_block_till_done(wait_background_tasks=True)
    log = await read(papers, open_site, "log.txt", language)
    assert [row for row in rows if row not in log] == []


@pytest.mark.parametrize("name", ["notice.html", "assessment.txt", "log.json"])
async def test_only_an_administrator_reads_the_papers(
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    hass_read_only_access_token: str,
    open_site: MockConfigEntry,
    name: str,
) -> None:
    for client in (
        await hass_client(hass_read_only_access_token),
        await hass_client_no_auth(),
    ):
        answer = await client.get(path(open_site, name))
        assert answer.status == HTTPStatus.UNAUTHORIZED
        assert "East gate" not in await answer.text()


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("receipt.html", "en"),
        ("notice.pdf", "en"),
        ("notice", "en"),
        ("notice.json", "en"),
        ("notice.html", "nl"),
        ("page.html", "."),
    ],
)
async def test_there_is_nothing_but_the_papers(
    papers: TestClient[Any, Any], open_site: MockConfigEntry, name: str, language: str
) -> None:
    answer = await papers.get(path(open_site, name, language))
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_a_site_that_is_not_there_or_stopped_has_no_papers(
    hass: HomeAssistant, papers: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    other = MockConfigEntry(domain="local_file", title="A camera")
    other.add_to_hass(hass)
    answer = await papers.get(path(other, "notice.html"))
    assert answer.status == HTTPStatus.NOT_FOUND
    await hass.config_entries.async_unload(open_site.entry_id)
    answer = await papers.get(path(open_site, "notice.html"))
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE


async def test_the_assessment_leaves_lines_for_what_only_the_operator_knows(
    papers: TestClient[Any, Any], open_site: MockConfigEntry
) -> None:
    text = await read(papers, open_site, "assessment.txt")
    assert f"Who made this assessment | {BLANK}" in text
    assert (
        f"Decision (not used · only without a face · used with these measures) | {BLANK}"
        in text
    )
    assert text.count(BLANK) >= 20
    assert REQUEST_WITHOUT_FACE not in text


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
