"""A worker that does not start, or is given up: an issue says why, and it is tried again."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.facequota.recognition.environment import Engine
from custom_components.facequota.recognition.supervisor import (
    MAX_QUICK_DEATHS,
    Supervisor,
)
from custom_components.facequota.visit import recogniser
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from tests.integration.broken_engine import BreakEngine
from tests.integration.conftest import ask, issues, set_up_site, summary, unload
from tests.integration.log import Log
from tests.integration.stage import Stage

from .workers import children, problem, until, until_ready, without_face

pytestmark = pytest.mark.usefixtures("log", "dispenser")


@pytest.mark.parametrize(
    ("at_start", "reason"),
    [
        ("write(b'FQ' + bytes([0, 1]) + bytes([0, 0, 0, 0]))", "protocol"),
        ("sys.exit('no models')", "died"),
        ("raise ImportError('of a broken package')", "died"),
    ],
    ids=["older_protocol", "ends", "import_fails"],
)
async def test_a_worker_that_does_not_start_is_a_repair_issue_with_its_reason(
    hass: HomeAssistant,
    stage: Stage,
    log: Log,
    issue_registry: ir.IssueRegistry,
    break_engine: BreakEngine,
    at_start: str,
    reason: str,
) -> None:
    """The open lane gives paper all the while."""
    log.tell("The recognition worker does not start")
    break_engine(at_start=at_start)
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    assert problem(hass) == "engine_failed"
    placeholders = {"site": "East gate", "reason": reason}
    assert issues(issue_registry) == {"engine_failed": placeholders}
    assert summary(await ask(hass)) == without_face("worker_not_running")
    await unload(hass, entry)
    assert not issues(issue_registry)


async def test_a_worker_that_does_not_start_is_tried_again_until_it_does(
    hass: HomeAssistant,
    stage: Stage,
    log: Log,
    issue_registry: ir.IssueRegistry,
    break_engine: BreakEngine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Each pause is twice as long as the one before; the issue stays until it runs."""
    log.tell("The recognition worker does not start")
    broken = tmp_path / "broken"
    broken.touch()
    break_engine(at_start=f"os.path.exists({str(broken)!r}) and sys.exit(3)")
    tries: list[Supervisor] = []

    def supervisor(**kinds: Any) -> Supervisor:
        tries.append(Supervisor(**kinds))
        return tries[-1]

    monkeypatch.setattr(recogniser, "Supervisor", supervisor)
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)

    async def after(seconds: int) -> None:
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
        await hass.async_block_till_done(wait_background_tasks=True)

    for done, pause in enumerate((10, 20, 40), start=1):
        assert len(tries) == done
        assert list(issues(issue_registry)) == ["engine_failed"]
        await after(pause - 2)
        assert len(tries) == done
        if pause == 40:
            broken.unlink()
        await after(pause + 1)
    assert entry.runtime_data.recogniser.ready
    assert problem(hass) is None
    assert not issues(issue_registry)
    assert summary(await ask(hass)) == without_face("no_face")
    await unload(hass, entry)


async def test_a_worker_that_was_given_up_is_tried_again_after_a_while(
    hass: HomeAssistant,
    stage: Stage,
    log: Log,
    issue_registry: ir.IssueRegistry,
    break_engine: BreakEngine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The cause of its five deaths, perhaps a lack of memory, may be over."""
    patient = partial(Supervisor, first_pause_s=0.01)
    monkeypatch.setattr(recogniser, "Supervisor", patient)
    log.tell("The recognition worker is given up")
    broken = tmp_path / "broken"
    broken.touch()
    # Decided while it starts: later it can look at no file.
    break_engine(
        at_start=f"doomed = os.path.exists({str(broken)!r})",
        at_look="doomed and os.kill(os.getpid(), 9)",
    )
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    async with asyncio.timeout(120):
        while not issues(issue_registry):
            await ask(hass)
            await asyncio.sleep(0.05)
    broken.unlink()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=11))
    await until_ready(hass, entry)
    assert not issues(issue_registry)
    await unload(hass, entry)


async def test_a_processor_without_avx_is_reported_to_the_manager(
    hass: HomeAssistant,
    stage: Stage,
    log: Log,
    issue_registry: ir.IssueRegistry,
    break_engine: BreakEngine,
) -> None:
    log.tell("The recognition worker does not start")
    break_engine(at_start="signal.raise_signal(signal.SIGILL)")
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    assert problem(hass) == "engine_no_avx"
    (issue,) = issue_registry.issues.values()
    assert (issue.translation_key, issue.is_fixable) == ("engine_no_avx", True)
    assert summary(await ask(hass)) == without_face("worker_not_running")
    await unload(hass, entry)


@pytest.mark.parametrize(
    ("death", "issue"),
    [("SIGKILL", "engine_failed"), ("SIGILL", "engine_no_avx")],
)
async def test_after_five_quick_deaths_the_worker_is_given_up_until_it_is_repaired(
    hass: HomeAssistant,
    stage: Stage,
    log: Log,
    issue_registry: ir.IssueRegistry,
    break_engine: BreakEngine,
    monkeypatch: pytest.MonkeyPatch,
    death: str,
    issue: str,
) -> None:
    """Shorter pauses between the restarts than the second that they begin with."""
    patient = partial(Supervisor, first_pause_s=0.01)
    monkeypatch.setattr(recogniser, "Supervisor", patient)
    log.tell("The recognition worker is given up")
    break_engine(at_look=f"signal.raise_signal(signal.{death})")
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    for visits in range(1, MAX_QUICK_DEATHS + 1):
        assert not issues(issue_registry)
        visit = summary(await ask(hass))
        reason = "worker_died" if death == "SIGKILL" else "worker_sigill"
        assert visit == without_face(reason)
        if visits < MAX_QUICK_DEATHS:
            await until_ready(hass, entry)
    await until(lambda: bool(issues(issue_registry)))
    assert list(issues(issue_registry)) == [issue]
    assert problem(hass) == issue
    assert summary(await ask(hass)) == without_face("worker_given_up")
    await unload(hass, entry)


async def test_a_missing_engine_is_an_issue_and_nothing_is_downloaded(
    hass: HomeAssistant,
    stage: Stage,
    issue_registry: ir.IssueRegistry,
    config_folder: Path,
) -> None:
    """A restored backup has no cache."""
    cache = config_folder / ".cache" / "facequota"
    cache.unlink()
    entry = await set_up_site(hass)
    assert problem(hass) == "engine_missing"
    assert issues(issue_registry) == {"engine_missing": {"site": "East gate"}}
    assert summary(await ask(hass)) == without_face("worker_not_running")
    assert not cache.exists()
    await unload(hass, entry)


async def test_a_worker_that_starts_while_the_site_is_stopped_leaves_nothing_behind(
    hass: HomeAssistant, stage: Stage, break_engine: BreakEngine
) -> None:
    """The harness looks for what is left running."""
    break_engine(at_start="time.sleep(600)")
    before = children()
    setting_up = asyncio.create_task(set_up_site(hass, engine=Engine.FACE_RECOGNITION))
    await until(lambda: children() > before)
    (entry,) = hass.config_entries.async_entries("facequota")
    assert await hass.config_entries.async_unload(entry.entry_id)
    await setting_up
    assert children() == before


async def test_a_dispenser_is_ready_for_the_open_lane_before_the_worker_is(
    hass: HomeAssistant, stage: Stage, break_engine: BreakEngine
) -> None:
    break_engine(at_start="time.sleep(600)")
    before = children()
    setting_up = asyncio.create_task(set_up_site(hass, engine=Engine.FACE_RECOGNITION))
    await until(lambda: children() > before)
    assert summary(await ask(hass)) == without_face("worker_not_running")
    (entry,) = hass.config_entries.async_entries("facequota")
    assert await hass.config_entries.async_unload(entry.entry_id)
    await setting_up
