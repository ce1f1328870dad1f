"""A dispenser keeps its entities, whatever they are called and whatever becomes of them."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.facequota.hardware.entities import ENTITY_ROLES
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.integration.conftest import ask, issues, set_up_site, summary, unload
from tests.integration.fake_dispenser import (
    COUNTER,
    ENTITIES,
    REQUEST,
    REQUEST_WITHOUT_FACE,
    FakeDispenser,
)

pytestmark = pytest.mark.usefixtures("log")

GRANTED: Final = ("granted", "open", 60.0, None)
PROBLEM: Final = "binary_sensor.entrance_problem"
RULES: Final = {"suspended": True, "open_portions": 9}
DOMAINS: Final = {
    "motor": "switch",
    "camera": "camera",
    "portion_length": "number",
    "visitor_button": "event",
    "display": "text",
    **dict.fromkeys(
        ("paper_dispensed", "last_portion", "status", "roll_remaining"), "sensor"
    ),
}
ALL: Final = {
    role: f"{DOMAINS.get(role, 'binary_sensor')}.a_{role}" for role in ENTITY_ROLES
}


def register(hass: HomeAssistant, entity_id: str) -> er.RegistryEntry:
    """Register an entity under this id, as its integration does."""
    domain, _, name = entity_id.partition(".")
    return er.async_get(hass).async_get_or_create(
        domain, "test", name, object_id_base=name
    )


def rename(hass: HomeAssistant, entity_id: str) -> str:
    """Give an entity another id, as a person does; its state moves with it."""
    state = hass.states.get(entity_id)
    new = f"{entity_id}_renamed"
    er.async_get(hass).async_update_entity(entity_id, new_entity_id=new)
    if state is not None:
        hass.states.async_remove(entity_id)
        hass.states.async_set(new, state.state, state.attributes)
    return new


def data_of(entry: MockConfigEntry) -> dict[str, str]:
    """Return what the site's dispenser has of its entities."""
    (subentry,) = entry.subentries.values()
    return {role: subentry.data[role] for role in ENTITY_ROLES if role in subentry.data}


@pytest.fixture
async def everything(hass: HomeAssistant) -> AsyncGenerator[MockConfigEntry]:
    """Return a site whose dispenser has an entity in every role."""
    for entity_id in ALL.values():
        register(hass, entity_id)
        figure = entity_id.startswith(("number.", "sensor."))
        hass.states.async_set(entity_id, "60" if figure else "off")
    entry = await set_up_site(hass, options=RULES, data=ALL)
    yield entry
    await unload(hass, entry)


@pytest.mark.parametrize("role", ENTITY_ROLES)
async def test_an_entity_in_any_role_may_be_renamed(
    hass: HomeAssistant, everything: MockConfigEntry, role: str
) -> None:
    new = rename(hass, ALL[role])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert data_of(everything) == {**ALL, role: new}
    assert everything.runtime_data.dispensers
    (dispenser,) = everything.runtime_data.dispensers.values()
    assert dispenser.subentry.data[role] == new


@pytest.mark.parametrize("role", ENTITY_ROLES)
async def test_a_renaming_while_the_site_is_not_running_is_followed_at_its_start(
    hass: HomeAssistant, everything: MockConfigEntry, role: str
) -> None:
    await unload(hass, everything)
    new = rename(hass, ALL[role])
    assert await hass.config_entries.async_setup(everything.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert data_of(everything) == {**ALL, role: new}


async def test_paper_comes_from_a_motor_that_was_renamed(hass: HomeAssistant) -> None:
    """Also twice, and after a reload."""
    helper: dict[str, Any] = {"input_boolean": {"motor": {}}}
    assert await async_setup_component(hass, "input_boolean", helper)
    motor = "input_boolean.motor"
    data = {"camera": "camera.entrance", "motor": motor, "cm_per_second": 200}
    entry = await set_up_site(hass, options=RULES, data=data)
    assert summary(await ask(hass)) == GRANTED
    for new in ("input_boolean.paper", "input_boolean.entrance_paper"):
        er.async_get(hass).async_update_entity(motor, new_entity_id=new)
        motor = new
        await hass.async_block_till_done(wait_background_tasks=True)
        assert summary(await ask(hass)) == GRANTED
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert summary(await ask(hass)) == GRANTED
    await unload(hass, entry)


async def test_an_entity_that_comes_back_by_its_old_id_is_the_same(
    hass: HomeAssistant, everything: MockConfigEntry
) -> None:
    """A device that was removed and added again, under the names it had."""
    before = data_of(everything)
    er.async_get(hass).async_remove(ALL["jam"])
    hass.states.async_remove(ALL["jam"])
    await hass.async_block_till_done(wait_background_tasks=True)
    register(hass, ALL["jam"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert data_of(everything) == before
    new = rename(hass, ALL["jam"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert data_of(everything)["jam"] == new


def reason(hass: HomeAssistant) -> str | None:
    """Return why there is a problem."""
    state = hass.states.get(PROBLEM)
    assert state is not None
    return state.attributes.get("reason")


WORDS: Final = {
    "motor": "motor_unavailable",
    "camera": "camera",
    "portion_length": "portion_length",
}


@pytest.mark.parametrize("role", ENTITY_ROLES)
@pytest.mark.parametrize("how", ["unavailable", "disabled", "removed"])
async def test_an_entity_in_any_role_that_is_lost_is_a_problem_and_an_issue(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
    role: str,
    how: str,
) -> None:
    """What is away for a moment, as with new firmware, is a problem but no issue yet."""
    for entity_id in ALL.values():
        register(hass, entity_id)
        figure = entity_id.startswith(("number.", "sensor."))
        hass.states.async_set(entity_id, "60" if figure else "off")
    entry = await set_up_site(hass, data=ALL)
    registry = er.async_get(hass)
    match how:
        case "unavailable":
            hass.states.async_set(ALL[role], "unavailable")
        case "disabled":
            hass.states.async_remove(ALL[role])
            registry.async_update_entity(
                ALL[role], disabled_by=er.RegistryEntryDisabler.USER
            )
        case _:
            registry.async_remove(ALL[role])
            hass.states.async_remove(ALL[role])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert reason(hass) == WORDS.get(role, f"{role}_unavailable")
    kind = "entity_unavailable" if how == "unavailable" else "entity_missing"
    assert (kind in issues(issue_registry)) == (how != "unavailable")
    freezer.tick(timedelta(minutes=3))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    placeholders = issues(issue_registry)[kind]
    assert placeholders is not None
    assert placeholders["entities"] == ALL[role]
    await unload(hass, entry)
    assert issues(issue_registry) == {}


async def test_both_buttons_away_is_told_until_they_are_back(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    for button in (REQUEST, REQUEST_WITHOUT_FACE):
        dispenser.set(button, "unavailable")
    await hass.async_block_till_done()
    assert reason(hass) == "request_unavailable"
    freezer.tick(timedelta(minutes=3))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    placeholders = issues(issue_registry)["entity_unavailable"]
    assert placeholders is not None
    assert placeholders["entities"] == f"{REQUEST}, {REQUEST_WITHOUT_FACE}"
    for button in (REQUEST, REQUEST_WITHOUT_FACE):
        dispenser.set(button, "off")
    await hass.async_block_till_done()
    assert hass.states.is_state(PROBLEM, "off")
    assert "entity_unavailable" not in issues(issue_registry)


async def test_a_counter_that_is_away_leaves_no_problem_behind(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    assert COUNTER in ENTITIES.values()
    dispenser.set(COUNTER, "unavailable")
    await hass.async_block_till_done()
    assert reason(hass) == "paper_dispensed_unavailable"
    dispenser.set(COUNTER, "1000.0")
    await hass.async_block_till_done()
    assert hass.states.is_state(PROBLEM, "off")
