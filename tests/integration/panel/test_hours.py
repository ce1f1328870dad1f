"""Visitors by hour: today in both lanes, and the usual number on this weekday."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.facequota.panel.hours import USUAL_WEEKS, async_hours
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.models import (
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from tests.integration.conftest import set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser

# Total of a counter at the end of each hour from eight: granted, refused, without a face.
COUNTED = {
    "granted": (10, 14, 20),
    "refused": (2, 2, 3),
    "without_a_face": (3, 3, 4),
}


@pytest.fixture(autouse=True)
def config_folder(recorder_mock: Recorder, engine_root: Path) -> None:
    """Record, which Home Assistant's harness wants to know first of all."""


@pytest.fixture
async def site(
    hass: HomeAssistant, enable_custom_integrations: None, dispenser: FakeDispenser
) -> Any:
    """Return a site without statistics."""
    entry = await set_up_site(hass, options={"suspended": True})
    yield entry
    await unload(hass, entry)


def row(hour: datetime, total: int) -> Any:
    """Return an hour of a counter's statistics."""
    return {"start": dt_util.as_utc(hour), "state": total, "sum": total}


async def counted(
    hass: HomeAssistant, begin: datetime, *, before: int = 0, short: bool = False
) -> None:
    """Write what counters count from eight o'clock of a day, after so many such days."""
    for counter, totals in COUNTED.items():
        hours = [begin + timedelta(hours=hour) for hour in (7, 8, 9, 10)]
        rows = [
            row(hour, before * totals[-1] + total)
            for hour, total in zip(hours, (0, *totals), strict=True)
        ]
        metadata = StatisticMetaData(
            has_sum=True,
            mean_type=StatisticMeanType.NONE,
            name=None,
            source="recorder",
            statistic_id=f"sensor.entrance_portions_{counter}",
            unit_class=None,
            unit_of_measurement="portions",
        )
        if short:
            get_instance(hass).async_import_statistics(
                metadata, rows, StatisticsShortTerm
            )
        else:
            async_import_statistics(hass, metadata, rows)
    await async_wait_recording_done(hass)


def may_read(_entity_id: str) -> bool:
    """Allow everything."""
    return True


async def test_today_is_shown_by_hour_and_lane(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    await counted(hass, dt_util.start_of_local_day(), short=True)
    hours = await async_hours(hass, site.runtime_data, may_read)
    assert hours["today"]["face"][8:11] == [7, 4, 5]
    assert hours["today"]["open"][8:11] == [3, 0, 1]
    assert hours["today"]["refused"][8:11] == [2, 0, 1]
    assert sum(hours["today"]["urgent"]) == 0
    assert hours["usual"] is None and hours["recorded"]
    assert hours["now"] == dt_util.now().hour


async def test_usual_is_the_mean_of_the_same_weekday(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    """Of the weeks that are known: a site that is two weeks old has two."""
    midnight = dt_util.start_of_local_day()
    for before, days in enumerate((7 * (USUAL_WEEKS + 1), 7, 6)):
        day = dt_util.start_of_local_day(midnight.date() - timedelta(days=days))
        await counted(hass, day, before=before)
    hours = await async_hours(hass, site.runtime_data, may_read)
    assert hours["usual"] is not None
    # Of last week alone: yesterday's weekday and a month and more ago do not count.
    assert hours["usual"][8:11] == [12, 4, 7]
    assert sum(hours["usual"]) == 23
    # Of today there is nothing, which is another thing than no visitors.
    assert not hours["recorded"]


async def test_a_user_who_may_not_read_a_counter_does_not_see_what_it_counted(
    hass: HomeAssistant,
    site: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_user: MockUser,
    hass_read_only_access_token: str,
) -> None:
    await counted(hass, dt_util.start_of_local_day(), short=True)
    hass_read_only_user.groups = []
    answers = []
    for client in (
        await hass_ws_client(hass, hass_read_only_access_token),
        await hass_ws_client(hass),
    ):
        await client.send_json_auto_id(
            {"type": "facequota/hours", "config_entry_id": site.entry_id}
        )
        answer = await client.receive_json()
        answers.append(sum(answer["result"]["today"]["face"]))
    assert answers == [0, 16]


@pytest.mark.parametrize("entry_id", ["nobody", None])
async def test_a_site_that_is_not_there_or_stopped_has_no_hours(
    hass: HomeAssistant,
    site: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    entry_id: str | None,
) -> None:
    client = await hass_ws_client(hass)
    await hass.config_entries.async_unload(site.entry_id)
    await client.send_json_auto_id(
        {"type": "facequota/hours", "config_entry_id": entry_id or site.entry_id}
    )
    answer = await client.receive_json()
    assert answer["success"] and answer["result"] is None
