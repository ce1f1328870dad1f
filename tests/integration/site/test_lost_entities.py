"""A dispenser's entities that are unavailable, disabled or removed are reported."""

from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.facequota.hardware.entities import ENTITY_ROLES
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from tests.integration.conftest import issues, set_up_site, unload
from tests.integration.fake_dispenser import (
    COUNTER,
    ENTITIES,
    REQUEST,
    REQUEST_WITHOUT_FACE,
    FakeDispenser,
)
from tests.integration.site.roles import ALL, PROBLEM, register

pytestmark = pytest.mark.usefixtures("log")


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


async def test_two_missing_buttons_are_reported_until_they_are_back(
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
