"""A dispenser keeps its entities when they are renamed, removed or disabled."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.hardware.entities import ENTITY_ROLES
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from tests.integration.conftest import ask, faces, set_up_site, summary, unload
from tests.integration.stage import Stage

from .roles import ALL, PROBLEM, register

pytestmark = pytest.mark.usefixtures("log")

GRANTED: Final = ("granted", "open", 60.0, None)
RULES: Final = {"suspended": True, "open_portions": 9}


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


@pytest.mark.parametrize("role", ENTITY_ROLES)
async def test_a_renaming_forgets_nobody(
    hass: HomeAssistant, everything: MockConfigEntry, role: str
) -> None:
    """The site goes on with all it knows; so it does when it is renamed back."""
    site = everything.runtime_data
    new = rename(hass, ALL[role])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert everything.runtime_data is site
    er.async_get(hass).async_update_entity(new, new_entity_id=ALL[role])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert everything.runtime_data is site
    assert data_of(everything) == ALL


async def test_a_visitor_is_still_known_after_camera_motor_and_button_were_renamed(
    hass: HomeAssistant, stage: Stage
) -> None:
    """Refused by the renamed button, of the renamed camera's picture."""
    helpers: dict[str, Any] = {"input_boolean": {"motor": {}, "button": {}}}
    assert await async_setup_component(hass, "input_boolean", helpers)
    names = {"motor": "input_boolean.motor", "request": "input_boolean.button"}
    data = {"camera": "camera.entrance", **names, "cm_per_second": 200}
    entry = await set_up_site(hass, data=data)
    stage.person("A")
    assert (await ask(hass))["outcome"] == "granted"
    registry = er.async_get(hass)
    for role in ("motor", "request"):
        new = f"input_boolean.{role}_renamed"
        registry.async_update_entity(names[role], new_entity_id=new)
    camera = registry.async_get_entity_id(
        "camera", "local_file", stage.camera.entry_id
    ) or pytest.fail("no camera")
    registry.async_update_entity(camera, new_entity_id="camera.renamed")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert faces(entry) == 1
    hass.states.async_set("input_boolean.request_renamed", "on")
    await hass.async_block_till_done(wait_background_tasks=True)
    event = hass.states.get("event.entrance_visit")
    assert event is not None
    assert (event.attributes["event_type"], event.attributes["lane"]) == (
        "refused",
        "face",
    )
    await unload(hass, entry)


async def test_a_motor_that_is_renamed_while_it_turns_is_turned_off(
    hass: HomeAssistant,
) -> None:
    """A plain one, which would turn for ever."""
    helper: dict[str, Any] = {"input_boolean": {"motor": {}}}
    assert await async_setup_component(hass, "input_boolean", helper)
    motor, new = "input_boolean.motor", "input_boolean.paper"
    data = {"camera": "camera.entrance", "motor": motor, "cm_per_second": 1}
    entry = await set_up_site(hass, options=RULES, data=data)
    asking = hass.async_create_task(ask(hass))
    while not hass.states.is_state(motor, "on"):
        await asyncio.sleep(0)
    er.async_get(hass).async_update_entity(motor, new_entity_id=new)
    assert summary(await asking)[::3] == ("failed", "motor_lost")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.is_state(new, "off")
    await unload(hass, entry)


async def test_renaming_a_site_and_its_dispensers_forgets_no_visitor(
    hass: HomeAssistant, everything: MockConfigEntry
) -> None:
    """Devices and entities are called so at once."""
    site = everything.runtime_data
    (subentry,) = everything.subentries.values()
    data = {**everything.data, "name": "West gate"}
    hass.config_entries.async_update_entry(everything, title="West gate", data=data)
    hass.config_entries.async_update_subentry(everything, subentry, title="Exit")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert everything.runtime_data is site
    faces_now = hass.states.get("sensor.east_gate_faces_remembered")
    problem = hass.states.get(PROBLEM)
    assert faces_now is not None and problem is not None
    assert faces_now.attributes["friendly_name"].startswith("West gate")
    assert problem.attributes["friendly_name"].startswith("Exit")


async def test_another_entity_in_the_place_of_one_makes_the_site_anew(
    hass: HomeAssistant, everything: MockConfigEntry
) -> None:
    """As the form does it, which knows no ids."""
    site = everything.runtime_data
    (subentry,) = everything.subentries.values()
    data = {key: one for key, one in subentry.data.items() if key != "registry_ids"}
    update = hass.config_entries.async_update_subentry
    update(everything, subentry, data=data)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert everything.runtime_data is site
    register(hass, "switch.other")
    update(everything, subentry, data={**data, "motor": "switch.other"})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert everything.runtime_data is not site
    # What was chosen again is followed, too.
    new = rename(hass, "switch.other")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert data_of(everything)["motor"] == new


async def test_the_tag_that_reports_a_cleaning_may_be_renamed(
    hass: HomeAssistant,
) -> None:
    """While the site runs, while it does not, and when it was just chosen."""
    tag = "tag.cleaned"
    register(hass, tag)
    hass.states.async_set(tag, "unknown")
    options = {**RULES, "upkeep": {"cleaned_tag": tag}}
    entry = await set_up_site(hass, options=options)
    site = entry.runtime_data

    async def scan(time: str) -> str:
        """Scan the tag under its present name, and return when it was cleaned."""
        hass.states.async_set(tag, f"2026-11-25T{time}:00.000+00:00")
        await hass.async_block_till_done(wait_background_tasks=True)
        return str(site.upkeep.cleaning.cleaned_at)

    never = str(site.upkeep.cleaning.cleaned_at)
    tag = rename(hass, tag)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert str(site.upkeep.cleaning.cleaned_at) == never
    assert await scan("10:00") != never
    assert entry.runtime_data is site
    assert entry.options["upkeep"]["cleaned_tag"] == tag

    await unload(hass, entry)
    tag = rename(hass, tag)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    site = entry.runtime_data
    before = str(site.upkeep.cleaning.cleaned_at)
    assert await scan("11:00") != before

    register(hass, "tag.other")
    options = {**entry.options, "upkeep": {"cleaned_tag": "tag.other"}}
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)
    tag = rename(hass, "tag.other")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.options["upkeep"]["cleaned_tag"] == tag
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
