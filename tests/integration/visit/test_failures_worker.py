"""With any fault of the recognition worker the visitor gets paper and the manager sees the fault."""

import asyncio
from pathlib import Path
import signal

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.recognition.environment import Engine
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.integration.broken_engine import BreakEngine
from tests.integration.conftest import (
    ask,
    faces,
    issues,
    set_up_site,
    step,
    summary,
    unload,
)
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.stage import Stage

from .workers import GRANTED, children, problem, send, until, until_ready, without_face

pytestmark = pytest.mark.usefixtures("log", "dispenser")


async def test_a_worker_that_is_killed_is_there_again_for_the_next_visitor(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    issue_registry: ir.IssueRegistry,
) -> None:
    """In between there is a problem, but nothing that a person had to repair."""
    stage.person("A")
    send(site, signal.SIGKILL)
    await until(lambda: not site.runtime_data.recogniser.ready)
    assert problem(hass) == "worker_restarting"
    assert summary(await ask(hass)) == without_face("worker_not_running")
    await until_ready(hass, site)
    assert problem(hass) is None
    assert summary(await ask(hass)) == GRANTED
    assert not issues(issue_registry)


async def test_a_visitor_gets_paper_although_the_worker_is_killed_in_mid_look(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    stage.person("A")
    send(site, signal.SIGSTOP)
    visit = asyncio.create_task(ask(hass))
    while step(hass) != "looking":
        await asyncio.sleep(0.01)
    send(site, signal.SIGKILL)
    # It may end before the first picture is handed over; then there is nobody to look.
    assert summary(await visit) in (
        without_face("worker_died"),
        without_face("worker_not_running"),
    )
    assert faces(site) == 0
    await until_ready(hass, site)
    assert summary(await ask(hass)) == GRANTED


async def test_a_worker_that_hangs_is_replaced_and_the_visitor_gets_paper_meanwhile(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    stage.person("A")
    hanging = send(site, signal.SIGSTOP)
    assert summary(await ask(hass)) == without_face("worker_timeout")
    await until(lambda: not site.runtime_data.recogniser.ready)
    await until_ready(hass, site)
    assert not Path(f"/proc/{hanging}").exists()
    assert summary(await ask(hass)) == GRANTED


async def test_a_site_that_stops_while_a_hanging_worker_is_ended_leaves_it_nowhere(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    """A stopped process does not end when it is asked to."""
    stage.person("A")
    hanging = send(site, signal.SIGSTOP)
    await ask(hass)
    assert await hass.config_entries.async_unload(site.entry_id)
    assert not Path(f"/proc/{hanging}").exists()


async def test_visitors_stay_remembered_when_the_worker_ends(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    """The child keeps nothing, so a restart loses nothing."""
    stage.person("A")
    assert summary(await ask(hass)) == GRANTED
    send(site, signal.SIGKILL)
    await until(lambda: not site.runtime_data.recogniser.ready)
    await until_ready(hass, site)
    assert summary(await ask(hass)) == ("refused", "face", 0.0, None)


@pytest.mark.parametrize(
    "at_look",
    [
        "write(b'rubbish' * 99)",
        # Magic, version, kind (a sighting), length: of an older protocol.
        "write(b'FQ' + bytes([0, 3]) + bytes([0, 0, 0, 0]))",
        # A sighting that promises more than any sighting has.
        "write(b'FQ' + bytes([1, 3]) + bytes([255, 255, 255, 255]))",
    ],
    ids=["rubbish", "older_protocol", "endless"],
)
async def test_invalid_answers_of_a_worker_are_rejected(
    hass: HomeAssistant,
    stage: Stage,
    break_engine: BreakEngine,
    at_look: str,
) -> None:
    break_engine(at_look=at_look)
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    assert summary(await ask(hass)) == without_face("worker_protocol")
    assert faces(entry) == 0
    await unload(hass, entry)


async def test_two_visitors_at_two_dispensers_share_one_worker(
    hass: HomeAssistant, stage: Stage, second_dispenser: FakeDispenser
) -> None:
    before = children()
    exit_data = {"camera": "camera.entrance", **second_dispenser.entities}
    entry = await set_up_site(hass, more={"Exit": exit_data})
    stage.person("A")
    visits = await asyncio.gather(ask(hass), ask(hass, "exit"))
    assert {visit["lane"] for visit in visits} == {"face"}
    assert len(children() - before) == 1
    await unload(hass, entry)
