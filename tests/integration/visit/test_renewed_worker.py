"""What pictures leave in the worker's memory goes with the worker, and nobody waits."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.facequota.recognition.environment import Engine
from custom_components.facequota.recognition.supervisor import Supervisor, WorkerState
from custom_components.facequota.visit import recogniser
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from tests.integration.broken_engine import BreakEngine
from tests.integration.conftest import ask, set_up_site, summary, unload
from tests.integration.log import Log
from tests.integration.stage import Stage

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
    """A visitor who comes meanwhile is served as usual, by the old worker or the new one."""
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


async def test_a_worker_that_saw_no_face_may_stay(
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


async def test_it_ends_when_a_visitor_asks_to_be_forgotten(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    """Whether the visitor was known or not."""
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


class Steps:
    """A way through a renewal that can be halted at each of its steps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Halt nowhere yet."""
        self.reached: dict[str, asyncio.Event] = {}
        self._go_on: dict[str, asyncio.Event] = {}
        for name in ("start", "answered", "stop"):
            self._patch(monkeypatch, name)

    def _patch(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        original = getattr(Supervisor, name)

        async def halting(worker: Supervisor) -> None:
            # The former one's: a start begins with a stop, too.
            is_meant = name == "start" or worker.state is WorkerState.READY
            if is_meant and (step := self.reached.pop(name, None)) is not None:
                step.set()
                await self._go_on[name].wait()
            await original(worker)

        monkeypatch.setattr(Supervisor, name, halting)

    def halt(self, name: str) -> asyncio.Event:
        """Halt once at a step; return what is set when it is reached."""
        self.reached[name], self._go_on[name] = asyncio.Event(), asyncio.Event()
        return self.reached[name]

    def go_on(self, name: str) -> None:
        """Let it go on."""
        self._go_on[name].set()


async def until_unseen(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Wait until the worker in charge has seen nobody and no other one is left."""
    recogniser = entry.runtime_data.recogniser
    async with asyncio.timeout(30):
        while (
            not recogniser.ready or recogniser.worker.has_seen or len(_children()) != 1
        ):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("step", ["start", "answered", "stop"])
async def test_a_purge_at_any_step_of_a_renewal_is_kept(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    """Also when the one that takes over has seen somebody while the other one ends."""
    steps = Steps(monkeypatch)
    stage.person("A")
    await ask(hass, cm=5)
    first = worker_of(site)
    halted = steps.halt(step)
    await purge(hass, site)
    await halted.wait()
    await ask(hass, cm=5)
    seen_by = worker_of(site)
    await purge(hass, site)
    steps.go_on(step)
    await until_gone(first)
    await until_gone(seen_by)
    await until_unseen(hass, site)


async def test_repeated_purges_end_every_worker_that_saw_a_face(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    stage.person("A")
    seen_by = set()
    for _ in range(5):
        await ask(hass, cm=5)
        # Another one may have taken over since the last look.
        if site.runtime_data.recogniser.worker.has_seen:
            seen_by.add(worker_of(site))
        await purge(hass, site)
        await asyncio.sleep(0.05)
    for pid in seen_by:
        await until_gone(pid)
    await until_unseen(hass, site)


async def test_a_purge_ends_all_of_several_workers(
    hass: HomeAssistant, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy site has more of them; it begins with one again."""
    monkeypatch.setattr(recogniser, "max_workers", lambda: 2)
    entry = await set_up_site(hass)
    stage.person("A")
    frame = stage.picture.read_bytes()
    look = entry.runtime_data.recogniser.look
    diagnostics = entry.runtime_data.recogniser.diagnostics
    async with asyncio.timeout(60):
        while diagnostics()["processes"] < 2:
            await asyncio.gather(*(look(frame, timeout=20) for _ in range(3)))
    await asyncio.gather(*(look(frame, timeout=20) for _ in range(4)))
    before = _children()
    assert len(before) == diagnostics()["processes"] == 2
    assert diagnostics()["memory_mb"] > 100
    await purge(hass, entry)
    for pid in before:
        await until_gone(int(pid))
    await until_unseen(hass, entry)
    await unload(hass, entry)


async def test_a_worker_that_saw_a_face_ends_even_if_no_other_one_can_start(
    hass: HomeAssistant,
    stage: Stage,
    log: Log,
    break_engine: BreakEngine,
    issue_registry: ir.IssueRegistry,
    tmp_path: Path,
) -> None:
    """The manager hears of it, visitors get paper, and it is tried until one runs."""
    log.tell("The recognition worker does not start")
    broken = tmp_path / "broken"
    break_engine(at_start=f"os.path.exists({str(broken)!r}) and sys.exit(3)")
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    stage.person("A")
    await ask(hass, cm=5)
    before = worker_of(entry)
    broken.touch()
    await purge(hass, entry)
    await until_gone(before)
    await until_issue(hass, issue_registry)
    assert summary(await ask(hass, cm=5))[:2] == ("unrecognised", "open")
    broken.unlink()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=11))
    await until_unseen(hass, entry)
    await hass.async_block_till_done()
    assert not issue_registry.issues
    await unload(hass, entry)


async def until_issue(hass: HomeAssistant, issue_registry: ir.IssueRegistry) -> None:
    """Wait until the manager is told that the engine does not run."""
    async with asyncio.timeout(20):
        while not issue_registry.issues:
            await asyncio.sleep(0.02)
    (issue,) = issue_registry.issues.values()
    assert issue.translation_key == "engine_failed"


def _children() -> list[str]:
    return [
        child
        for children in Path("/proc/self/task").glob("*/children")
        for child in children.read_text().split()
    ]
