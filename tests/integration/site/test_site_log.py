"""What a site keeps over restarts: receipts and figures, and nothing of a face."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.protocol import Undecided
from custom_components.facequota.site.site_log import MAX_DAYS, SiteLog
from custom_components.facequota.site.usage import SPAN_S
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
from tests.integration.actions import act
from tests.integration.conftest import ask, faces, issues, summary
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.log import Log
from tests.integration.stage import Stage


async def exported(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return what the manager can export."""
    return await act(hass, "export_log", config_entry_id=entry.entry_id)


async def test_receipts_and_figures_outlive_a_restart_and_faces_do_not(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    log: Log,
    hass_storage: dict[str, Any],
) -> None:
    """A restart is a purge too, with its receipt."""
    stage.person("A")
    await ask(hass)
    await ask(hass, lane="open")
    await hass.services.async_call(
        "facequota", "purge", {"config_entry_id": site.entry_id}, blocking=True
    )
    await ask(hass)
    assert await hass.config_entries.async_reload(site.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert faces(site) == 0
    kept = await exported(hass, site)
    assert [(one["cause"], one["faces"]) for one in kept["receipts"]] == [
        ("automation", 1),
        ("restart", 1),
    ]
    assert kept["most_faces"] == 1
    assert kept["lanes"]["face"]["granted"] == 2
    assert kept["lanes"]["open"]["granted"] == 1
    written = hass_storage[f"facequota.{site.entry_id}"]["data"]
    assert set(written) == {
        *("receipts", "decisions", "settings"),
        *("expired", "most_faces", "lanes", "unrecognised", "totals", "counters"),
    }


async def test_a_total_does_not_begin_anew_with_each_restart(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage, log: Log
) -> None:
    """Or statistics would add all of it once more."""
    await ask(hass)
    told = async_capture_events(hass, "state_changed")
    assert await hass.config_entries.async_reload(site.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    states = {
        event.data["new_state"].state
        for event in told
        if event.data["entity_id"] == "sensor.east_gate_visits_without_recognition"
        and event.data["new_state"]
    }
    assert states == {"unavailable", "1"}


async def test_a_total_goes_on_while_its_sensor_is_disabled(
    hass: HomeAssistant, open_site: MockConfigEntry, log: Log
) -> None:
    registry, sensor = er.async_get(hass), "sensor.entrance_portions_granted"

    async def show(disabled_by: er.RegistryEntryDisabler | None) -> None:
        registry.async_update_entity(sensor, disabled_by=disabled_by)
        assert await hass.config_entries.async_reload(open_site.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)

    assert (await ask(hass))["outcome"] == "granted"
    await show(er.RegistryEntryDisabler.USER)
    assert hass.states.get(sensor) is None
    assert (await ask(hass))["outcome"] == "granted"
    await show(None)
    assert hass.states.is_state(sensor, "2")


async def test_changed_rules_and_suspensions_are_kept_with_their_time(
    hass: HomeAssistant, open_site: MockConfigEntry, log: Log
) -> None:
    """From what to what, where; the end of a suspension as well as its beginning."""

    async def call(domain: str, service: str, entity: str, **data: Any) -> None:
        data["entity_id"] = f"{domain}.{entity}"
        await hass.services.async_call(domain, service, data, blocking=True)
        await hass.async_block_till_done(wait_background_tasks=True)

    assert (await exported(hass, open_site))["decisions"] == []
    await call("number", "set_value", "east_gate_window", value=7.5)
    await call("switch", "turn_off", "entrance_face_recognition")
    await call("switch", "turn_on", "entrance_face_recognition")
    assert await hass.config_entries.async_reload(open_site.entry_id)
    await call("switch", "turn_on", "east_gate_face_recognition")
    decisions = (await exported(hass, open_site))["decisions"]
    assert [
        (one["setting"], one["dispenser"], one["old"], one["new"]) for one in decisions
    ] == [
        ("window_min", None, 9.0, 7.5),
        ("face_recognition", "Entrance", True, False),
        ("face_recognition", "Entrance", False, True),
        ("face_recognition", None, False, True),
    ]
    times = [
        dt_util.parse_datetime(one["time"], raise_on_error=True) for one in decisions
    ]
    assert times == sorted(times)


async def test_a_site_that_is_removed_leaves_no_file(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    log: Log,
    hass_storage: dict[str, Any],
) -> None:
    await ask(hass)
    assert await hass.config_entries.async_reload(open_site.entry_id)
    key = f"facequota.{open_site.entry_id}"
    assert key in hass_storage
    await hass.config_entries.async_remove(open_site.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage


async def test_counts_by_day_are_kept_for_a_year_and_some(
    hass: HomeAssistant, log: Log, freezer: FrozenDateTimeFactory
) -> None:
    # A day is 23 or 25 hours twice a year.
    freezer.move_to(dt_util.start_of_local_day() + timedelta(hours=12))
    site_log = SiteLog(hass, "a site")
    for _ in range(MAX_DAYS + 2):
        site_log.faces_expired(3)
        freezer.tick(timedelta(days=1))
    assert len(site_log.expired) == MAX_DAYS
    assert set(site_log.expired.values()) == {3}
    await site_log.save()


async def test_faces_that_expire_are_counted(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage, log: Log
) -> None:
    """By a shorter window, here."""
    stage.person("A")
    await ask(hass, cm=5)
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": "number.east_gate_window", "value": 0.1},
        blocking=True,
    )
    async with asyncio.timeout(10):
        while not hass.states.is_state("sensor.east_gate_faces_remembered", "0"):
            await asyncio.sleep(0.02)
    assert sum((await exported(hass, site))["expired"].values()) == 1


async def test_a_purge_that_fails_throws_the_whole_book_away_and_says_so(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    issue_registry: ir.IssueRegistry,
) -> None:
    """No cause of a failure is known, so the test raises one; the log has the traceback."""
    stage.person("A")
    await ask(hass)

    def fails(*_: object, **__: object) -> None:
        raise MemoryError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(Book, "purge", fails)
        receipt = await act(hass, "purge", config_entry_id=site.entry_id)
    assert receipt["faces"] == 1
    assert faces(site) == 0
    assert "purge_failed" in issues(issue_registry)
    assert summary(await ask(hass)) == ("granted", "face", 60.0, None)
    await hass.config_entries.async_remove(site.entry_id)
    assert "purge_failed" not in issues(issue_registry)


@pytest.mark.parametrize("step", ["identify", "request"])
async def test_a_visitor_gets_paper_although_the_book_fails(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    """No cause of a failure is known, so the test raises one; the log has the traceback."""
    stage.person("A")

    def fails(*_: object, **__: object) -> None:
        raise MemoryError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(Book, step, fails)
        visit = summary(await ask(hass))
        assert visit == ("unrecognised", "open", 60.0, "recognition_error")
    assert summary(await ask(hass)) == ("granted", "face", 60.0, None)


async def test_a_book_that_cannot_decide_is_not_a_fault(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As when so many come at other sites that a shared quota is never up to date."""
    stage.person("A")

    def fails(*_: object, **__: object) -> None:
        raise Undecided

    with monkeypatch.context() as busy:
        busy.setattr(Book, "request", fails)
        visit = summary(await ask(hass))
        assert visit == ("unrecognised", "open", 60.0, "sites_busy")
    assert "Recognition failed" not in caplog.text


async def test_unusual_use_is_a_problem_until_it_is_over(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    log: Log,
    freezer: FrozenDateTimeFactory,
) -> None:
    """When somebody empties a roll, nobody is named, but staff can go and look."""
    unusual = "binary_sensor.entrance_unusual_use"
    for _ in range(40):
        assert (await ask(hass, lane="staff", cm=5))["outcome"] == "granted"
    assert hass.states.is_state(unusual, "on")
    freezer.tick(SPAN_S + 1)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert hass.states.is_state(unusual, "off")
