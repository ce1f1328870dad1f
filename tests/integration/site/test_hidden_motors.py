"""The motor's switch is kept out of areas, labels and voice assistants."""

from collections.abc import AsyncGenerator
from types import MappingProxyType
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.components.homeassistant.exposed_entities import (
    async_expose_entity,
    async_should_expose,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    entity_registry as er,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
from tests.integration.conftest import ask, issues, set_up_site, summary, unload
from tests.integration.repairs import Fix

pytestmark = pytest.mark.usefixtures("log")

MOTOR: Final = "input_boolean.motor"
OTHER: Final = "input_boolean.lamp"
DATA: Final = {"camera": "camera.entrance", "motor": MOTOR, "cm_per_second": 200}
ASSISTANTS: Final = ("conversation", "cloud.alexa", "cloud.google_assistant")


@pytest.fixture(autouse=True)
async def helpers(hass: HomeAssistant) -> None:
    """Make two switches."""
    assert await async_setup_component(hass, "homeassistant", {})
    made: dict[str, Any] = {"input_boolean": {"motor": {}, "lamp": {}}}
    assert await async_setup_component(hass, "input_boolean", made)


@pytest.fixture
async def entry(hass: HomeAssistant) -> AsyncGenerator[MockConfigEntry]:
    """Return a site at one of them."""
    made = await set_up_site(hass, options={"suspended": True}, data=DATA)
    yield made
    await unload(hass, made)


def hidden(hass: HomeAssistant, entity_id: str) -> bool:
    """Return if an entity is hidden."""
    known = er.async_get(hass).async_get(entity_id)
    assert known is not None
    return known.hidden_by is not None


def heard_by(hass: HomeAssistant, entity_id: str) -> list[str]:
    """Return the voice assistants that may turn an entity on."""
    return [one for one in ASSISTANTS if async_should_expose(hass, one, entity_id)]


async def test_turning_on_an_area_gives_no_paper_and_a_visit_does(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The switch is shown again when its site is removed."""
    area = ar.async_get(hass).async_create("Restroom").id
    for one in (MOTOR, OTHER):
        er.async_get(hass).async_update_entity(one, area_id=area)
    await hass.services.async_call(
        "input_boolean", "turn_on", {"area_id": area}, blocking=True
    )
    assert hass.states.is_state(OTHER, "on")
    assert hass.states.is_state(MOTOR, "off")
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not hidden(hass, MOTOR)


async def test_turning_on_a_label_gives_no_paper_whatever_category_the_motor_has(
    hass: HomeAssistant,
) -> None:
    """Home Assistant turns on what has the label itself, whatever its category."""
    label = lr.async_get(hass).async_create("Closing time").label_id
    registry = er.async_get(hass)
    for one in (MOTOR, OTHER):
        category = EntityCategory.CONFIG
        registry.async_update_entity(one, labels={label}, entity_category=category)
    entry = await set_up_site(hass, options={"suspended": True}, data=DATA)
    await hass.services.async_call(
        "input_boolean", "turn_on", {"label_id": label}, blocking=True
    )
    assert hass.states.is_state(OTHER, "on")
    assert hass.states.is_state(MOTOR, "off")
    await unload(hass, entry)


async def test_a_voice_assistant_that_had_the_switch_does_not_have_the_motor(
    hass: HomeAssistant,
) -> None:
    """Home Assistant remembers what it once gave to one, hidden or not."""
    for assistant in ASSISTANTS:
        async_expose_entity(hass, assistant, MOTOR, True)
        async_expose_entity(hass, assistant, OTHER, True)
    entry = await set_up_site(hass, options={"suspended": True}, data=DATA)
    assert heard_by(hass, MOTOR) == []
    assert heard_by(hass, OTHER) == list(ASSISTANTS)
    await unload(hass, entry)


async def test_a_switch_that_no_registry_knows_is_taken_from_voice_assistants_too(
    hass: HomeAssistant, issue_registry: ir.IssueRegistry
) -> None:
    """One of YAML without an id: it cannot be in an area either."""
    hass.states.async_set("switch.yaml", "off")
    async_expose_entity(hass, "conversation", "switch.yaml", True)
    entry = await set_up_site(
        hass, options={"suspended": True}, data={**DATA, "motor": "switch.yaml"}
    )
    assert heard_by(hass, "switch.yaml") == []
    assert "motor_in_reach" not in issues(issue_registry)
    await unload(hass, entry)


@pytest.mark.parametrize("how", ["shown", "exposed"])
async def test_a_motor_that_a_person_puts_in_reach_is_reported_and_hidden_with_a_click(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    how: str,
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    registry = er.async_get(hass)
    # Under another name, and back: it is still watched.
    for old, new in ((MOTOR, "input_boolean.paper"), ("input_boolean.paper", MOTOR)):
        registry.async_update_entity(old, new_entity_id=new)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert "motor_in_reach" not in issues(issue_registry)
    if how == "shown":
        registry.async_update_entity(MOTOR, hidden_by=None)
    else:
        async_expose_entity(hass, "conversation", MOTOR, True)
    await hass.async_block_till_done()
    (subentry_id,) = entry.subentries
    issue = issue_registry.async_get_issue("facequota", f"motor_in_reach_{subentry_id}")
    assert issue is not None
    fix = Fix(hass, hass_client)
    shown = await fix.open(issue)
    assert shown["description_placeholders"]["entity"] == MOTOR
    assert (await fix.press())["type"] == "create_entry"
    assert hidden(hass, MOTOR)
    assert heard_by(hass, MOTOR) == []
    assert "motor_in_reach" not in issues(issue_registry)


async def test_a_switch_that_is_no_motor_any_more_is_shown_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Another one took its place, or its dispenser was removed."""
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**DATA, "motor": OTHER}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (hidden(hass, MOTOR), hidden(hass, OTHER)) == (False, True)
    second = ConfigSubentry(
        data=MappingProxyType(DATA),
        subentry_type="dispenser",
        title="Exit",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(entry, second)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (hidden(hass, MOTOR), hidden(hass, OTHER)) == (True, True)
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (hidden(hass, MOTOR), hidden(hass, OTHER)) == (True, False)
