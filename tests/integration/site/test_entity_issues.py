"""Entities that a dispenser was set up with and that are gone become repair issues."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from tests.integration.conftest import ask, issues, set_up_site, summary, unload
from tests.integration.fake_dispenser import COUNTER, JAM, MOTOR, FakeDispenser
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log", "stage")

SUSPENDED = {"suspended": True}


def missing(issue_registry: ir.IssueRegistry) -> str | None:
    """Return the entities that the manager is told to be missing."""
    placeholders = issues(issue_registry).get("entity_missing")
    if placeholders is None:
        return None
    assert placeholders["site"] == "East gate"
    assert placeholders["dispenser"] == "Entrance"
    return placeholders["entities"]


async def test_removed_entities_are_an_issue_until_they_come_back(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
) -> None:
    assert missing(issue_registry) is None
    for entity_id in (JAM, COUNTER):
        hass.states.async_remove(entity_id)
    await hass.async_block_till_done()
    assert missing(issue_registry) == f"{JAM}, {COUNTER}"
    dispenser.set(JAM, "off")
    await hass.async_block_till_done()
    assert missing(issue_registry) == COUNTER
    dispenser.set(COUNTER, "1000")
    await hass.async_block_till_done()
    assert missing(issue_registry) is None


async def test_without_its_counter_a_dispenser_still_gives_paper(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    hass.states.async_remove(COUNTER)
    dispenser.id = lambda entity_id: f"{entity_id}_renamed"  # type: ignore[method-assign]
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)


async def test_without_its_motor_a_dispenser_gives_nothing_and_charges_nothing(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
) -> None:
    await dispenser.motor.async_remove()
    await hass.async_block_till_done()
    assert missing(issue_registry) == MOTOR
    visit = await ask(hass)
    assert summary(visit) == ("failed", "open", 0.0, "motor_unavailable")


async def test_a_removed_camera_is_an_issue_and_the_open_lane_gives_paper(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    issue_registry: ir.IssueRegistry,
) -> None:
    await hass.config_entries.async_remove(stage.camera.entry_id)
    await hass.async_block_till_done()
    assert missing(issue_registry) == "camera.entrance"
    visit = await ask(hass)
    assert summary(visit) == ("unrecognised", "open", 60.0, "camera")


async def test_a_camera_that_is_disabled_where_none_is_read_is_not_missing(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    issue_registry: ir.IssueRegistry,
    stage: Stage,
) -> None:
    """Somebody meant it."""
    entity_registry.async_update_entity(
        "camera.entrance", disabled_by=er.RegistryEntryDisabler.USER
    )
    await hass.async_block_till_done()
    await hass.config_entries.async_reload(stage.camera.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get("camera.entrance") is None
    assert missing(issue_registry) is None


async def test_nothing_is_missing_while_home_assistant_still_starts(
    hass: HomeAssistant, dispenser: FakeDispenser, issue_registry: ir.IssueRegistry
) -> None:
    """Other integrations come later; afterwards what is not there is missing."""
    hass.set_state(CoreState.starting)
    hass.states.async_remove(JAM)
    entry = await set_up_site(hass, options=SUSPENDED)
    hass.states.async_remove(COUNTER)
    await hass.async_block_till_done()
    assert missing(issue_registry) is None
    dispenser.set(COUNTER, "1000")
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await hass.async_block_till_done()
    assert missing(issue_registry) == JAM
    await unload(hass, entry)


async def test_an_issue_goes_with_the_dispenser_that_it_belongs_to(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
) -> None:
    hass.states.async_remove(JAM)
    await hass.async_block_till_done()
    assert missing(issue_registry) == JAM
    (subentry_id,) = open_site.subentries
    hass.config_entries.async_remove_subentry(open_site, subentry_id)
    await hass.async_block_till_done()
    assert not issues(issue_registry)
