"""What pictures leave in the worker's memory goes with the worker, and nobody waits."""

import asyncio
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.integration.conftest import Stage, ask, set_up_site, summary, unload

pytestmark = pytest.mark.usefixtures("log", "dispenser")


def worker_of(entry: MockConfigEntry) -> int:
    """Return the process that decodes a site's pictures."""
    worker = entry.runtime_data.recogniser.worker
    assert worker is not None and isinstance(worker.pid, int)
    return worker.pid


async def until_gone(pid: int) -> None:
    """Wait until a process has ended."""
    async with asyncio.timeout(20):
        while Path("/proc", str(pid)).exists():
            await asyncio.sleep(0.02)


async def purge(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Purge a site."""
    await hass.services.async_call(
        "facequota", "purge", {"config_entry_id": entry.entry_id}, blocking=True
    )


async def test_a_purge_ends_the_worker_that_saw_visitors(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    """And whoever comes meanwhile is served as always, by the one or the other."""
    stage.person("A")
    await ask(hass)
    before = worker_of(site)
    await purge(hass, site)
    gone = asyncio.create_task(until_gone(before))
    visits: list[tuple[str, str, float, str | None]] = []
    # The allowance is twelve of these, however long the other one takes to start.
    while not gone.done() and len(visits) < 11:
        visits.append(summary(await ask(hass, cm=5)))
    await gone
    visits.append(summary(await ask(hass, cm=5)))
    assert set(visits) == {("granted", "face", 5.0, None)}
    assert worker_of(site) != before


async def test_a_worker_that_saw_nobody_may_stay(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    """A purge every minute, by an automation, costs nothing while nobody comes."""
    before = worker_of(site)
    await purge(hass, site)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert worker_of(site) == before


async def test_it_ends_when_the_last_visitor_is_forgotten(
    hass: HomeAssistant, stage: Stage
) -> None:
    """Nobody has to purge for it."""
    entry = await set_up_site(hass, options={"window_min": 0.1})
    stage.person("A")
    await ask(hass, cm=20)
    await until_gone(worker_of(entry))
    await unload(hass, entry)


async def test_it_ends_when_somebody_asks_to_be_forgotten(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    """Whoever it is and whether they were known or not."""
    stage.person("B")
    before = worker_of(site)
    await hass.services.async_call(
        "facequota", "forget", {"entity_id": "event.entrance_visit"}, blocking=True
    )
    await until_gone(before)


async def test_a_suspension_does_not_wait_for_a_new_worker(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    """The purge of a suspension lets none begin, or ends it."""
    stage.person("A")
    await ask(hass)
    before = worker_of(site)
    site.runtime_data.suspend(True)
    await hass.async_block_till_done(wait_background_tasks=True)
    await until_gone(before)
    assert site.runtime_data.recogniser.worker is None
    assert not list(_children())


def _children() -> list[str]:
    return [
        child
        for children in Path("/proc/self/task").glob("*/children")
        for child in children.read_text().split()
    ]
