"""The papers a manager hands out: made of live settings, for administrators only."""

from http import HTTPStatus
import json
from typing import Any

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
from tests.integration.conftest import ask
from tests.integration.fake_dispenser import REQUEST_WITHOUT_FACE
from tests.integration.remembered import remember

from .paper_pages import ALL, Structure, path, read


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "1 in 10,000"), ("de", "1 von 10.000"), ("fr", "10\u202f000")],
)
async def test_a_number_is_written_as_the_language_does(
    hass: HomeAssistant,
    papers: TestClient[Any, Any],
    open_site: MockConfigEntry,
    language: str,
    said: str,
) -> None:
    options = {**open_site.options, "refused_at_most_one_in": 10_000}
    hass.config_entries.async_update_entry(open_site, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert said in await read(papers, open_site, "notice.html", language)


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


async def test_the_log_shows_purges_and_lanes_and_nothing_about_a_person(
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
