"""A week or a month in figures: from Home Assistant's statistics, not about persons."""

from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel.papers.render import async_render_report
from custom_components.facequota.panel.papers.report import Period, async_report
from custom_components.facequota.panel.papers.view import PAPERS_URL
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import (
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from tests.integration.actions import act
from tests.integration.conftest import set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.panel.paper_pages import Structure, read

GRANTED = "sensor.entrance_portions_granted"
PAPER = "sensor.entrance_paper_left"


@pytest.fixture(autouse=True)
def config_folder(recorder_mock: Recorder, engine_root: Path) -> None:
    """Record, which Home Assistant's harness wants to know first of all.

    In the place of the other tests' folder: no worker runs here.
    """


@pytest.mark.parametrize(
    ("period", "now", "begin", "end"),
    [
        (Period.WEEK, "2026-03-09T06:00", "2026-03-02", "2026-03-09"),
        (Period.MONTH, "2026-03-01T06:00", "2026-02-01", "2026-03-01"),
        (Period.MONTH, "2026-01-01T00:30", "2025-12-01", "2026-01-01"),
        (Period.MONTH, "2026-03-16T06:00", "2026-02-14", "2026-03-16"),
    ],
)
def test_a_period_is_whole_days_and_on_the_first_the_month_before(
    period: Period, now: str, begin: str, end: str
) -> None:
    zone = dt_util.get_default_time_zone()
    found = period.ending(datetime.fromisoformat(now).replace(tzinfo=zone))
    assert [f"{one:%Y-%m-%d}" for one in found] == [begin, end]


def row(start: datetime, total: float) -> dict[str, Any]:
    """Return an hour of a counter's statistics."""
    return {"start": dt_util.as_utc(start), "state": total, "sum": total}


async def remember_hours(hass: HomeAssistant, entity_id: str, rows: list[Any]) -> None:
    """Write hours of long-term statistics, as Home Assistant does by itself."""
    paper = entity_id == PAPER
    async_import_statistics(
        hass,
        StatisticMetaData(
            has_sum=not paper,
            mean_type=StatisticMeanType.ARITHMETIC if paper else StatisticMeanType.NONE,
            name=None,
            source="recorder",
            statistic_id=entity_id,
            unit_class="distance" if paper else None,
            unit_of_measurement="cm" if paper else "portions",
        ),
        rows,
    )
    await async_wait_recording_done(hass)


@pytest.fixture
async def lived(
    hass: HomeAssistant, enable_custom_integrations: None, dispenser: FakeDispenser
) -> Any:
    """Return a site with three hours of yesterday in its statistics."""
    entry = await set_up_site(hass, options={"suspended": True})
    yesterday = dt_util.start_of_local_day() - timedelta(days=1)
    hours = [yesterday + timedelta(hours=hour) for hour in (8, 9, 10)]
    before = yesterday - timedelta(days=8)
    await remember_hours(
        hass,
        GRANTED,
        [row(before, 100), row(hours[0], 104), row(hours[1], 104), row(hours[2], 111)],
    )
    await remember_hours(
        hass,
        PAPER,
        [
            {"start": dt_util.as_utc(one), "mean": left, "min": left, "max": left}
            for one, left in zip(hours, (900, 300, 0), strict=True)
        ],
    )
    yield entry
    await unload(hass, entry)


async def test_it_counts_visitors_by_hour_and_hours_with_paper(
    hass: HomeAssistant, lived: MockConfigEntry
) -> None:
    report = await async_report(hass, lived.runtime_data, Period.WEEK)
    assert report.visitors == report.totals["portions_granted"] == 11
    weekday = (dt_util.start_of_local_day() - timedelta(days=1)).weekday()
    assert report.by_hour[weekday][8:11] == [4, 0, 7]
    assert report.busiest == 7
    (paper,) = report.paper
    assert (paper.hours_with, paper.hours_known) == (2, 3)


async def test_hours_of_a_report_are_those_of_the_country_s_clock(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    lived: MockConfigEntry,
) -> None:
    client = await hass_client()
    for country, halves in (("US", {"AM", "PM"}), ("DE", set())):
        hass.config.country = country
        report = Structure(await read(client, lived, "report-week.html"))
        assert {half for half in ("AM", "PM") if half in report.text} == halves


async def test_it_is_a_paper_in_both_languages_a_table_and_an_action_s_answer(
    hass: HomeAssistant,
    lived: MockConfigEntry,
) -> None:
    site = lived.runtime_data
    (one,) = site.dispensers.values()
    one.roll.supply.refilled(dt_util.now() - timedelta(days=1))
    answer = await act(hass, "report", config_entry_id=lived.entry_id, period="week")
    assert answer["visitors"] == 11
    report = await async_report(hass, site, Period.WEEK)
    assert report.paper[0].refills == 1
    lines = report.as_csv().splitlines()
    assert lines[0].startswith("hour,portions_granted")
    assert [line.split(",")[1] for line in lines[1:]] == ["4", "7"]
    # Nothing that somebody typed is in it, which a spreadsheet might take for a formula.
    assert all(re.fullmatch(r"[\d-]{10} \d\d:00(,\d+){4}", one) for one in lines[1:])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_figures_are_another_thing_than_no_visitors(
    hass: HomeAssistant, lived: MockConfigEntry, language: str
) -> None:
    """Before the installation, and where Home Assistant's recorder leaves the sensors out."""
    site = lived.runtime_data
    known = await async_report(hass, site, Period.WEEK)
    assert (known.hours_counted, known.hours_total) == (3, 7 * 24)
    page = await async_render_report(hass, language, known)
    assert "<td>11</td>" in page and page.count("<td>–</td>") == 0
    registry = er.async_get(hass)
    for one in er.async_entries_for_config_entry(registry, lived.entry_id):
        if one.domain == "sensor":
            registry.async_update_entity(
                one.entity_id, new_entity_id=f"{one.entity_id}_not_recorded"
            )
    unknown = await async_report(hass, site, Period.WEEK)
    assert unknown.as_dict()["hours_counted"] == 0
    page = await async_render_report(hass, language, unknown)
    assert "<td>0</td>" not in page.split("</table>", maxsplit=1)[0]
    assert page.count("<td>–</td>") == 5 and "168" in page


async def test_a_report_tells_every_kind_of_setting_that_changed(
    hass: HomeAssistant, lived: MockConfigEntry
) -> None:
    """Numbers, switches, and when a camera is opened, in every language."""
    report = await async_report(hass, lived.runtime_data, Period.WEEK)
    report.decisions = [
        {"time": report.begin.isoformat(), "setting": key, "dispenser": None} | change
        for key, change in (
            ("portion_cm", {"old": 60, "new": 80}),
            ("face_recognition", {"old": True, "new": False}),
            ("camera_opened", {"old": "request", "new": "always"}),
        )
    ]
    for language in LANGUAGES:
        assert "camera_opened" not in await async_render_report(hass, language, report)
    page = await async_render_report(hass, "en", report)
    assert all(word in page for word in ("80 cm", "off", "At the request", "Always"))


async def test_the_hour_that_comes_twice_is_counted_once_and_whole(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    dispenser: FakeDispenser,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The day on which clocks are set back has 25 hours, and each visitor is in one."""
    freezer.move_to("2026-11-02T20:00:00+00:00")
    entry = await set_up_site(hass, options={"suspended": True})
    first = dt_util.start_of_local_day(date(2026, 11, 1)).astimezone(UTC)
    at = [first - timedelta(days=40)]
    at += [first + timedelta(hours=hour) for hour in range(25)]
    totals = [100.0 + visitors for visitors in range(26)]
    await remember_hours(
        hass, GRANTED, [row(one, total) for one, total in zip(at, totals, strict=True)]
    )
    for period in Period:
        report = await async_report(hass, entry.runtime_data, period)
        assert report.visitors == sum(report.by_hour[6]) == 25
        assert report.by_hour[6][:4] == [1, 2, 1, 1]
        assert "2026-11-01 01:00,2,0,0,0" in report.as_csv().splitlines()
    await unload(hass, entry)


async def test_a_report_opens_for_an_administrator_only(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    open_site: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    """Also before there are statistics, and where nothing records them."""
    client = await hass_client()
    for language, word in (("en", "Visitors by day"), ("zh-Hans", "按星期和小时")):
        for name in ("report-week.html", "report-month.html"):
            page = await client.get(
                PAPERS_URL.format(
                    entry_id=open_site.entry_id, language=language, name=name
                )
            )
            assert page.status == HTTPStatus.OK
            assert word in await page.text()
    table = await client.get(
        PAPERS_URL.format(
            entry_id=open_site.entry_id, language="en", name="report-month.csv"
        )
    )
    assert table.headers["Content-Type"].startswith("text/csv")
    for name in ("report-year.html", "report-week.txt"):
        missing = await client.get(
            PAPERS_URL.format(entry_id=open_site.entry_id, language="en", name=name)
        )
        assert missing.status == HTTPStatus.NOT_FOUND
    cleaner = await hass_client(hass_read_only_access_token)
    refused = await cleaner.get(
        PAPERS_URL.format(
            entry_id=open_site.entry_id, language="en", name="report-week.html"
        )
    )
    assert refused.status == HTTPStatus.UNAUTHORIZED
