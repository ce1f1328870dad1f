"""Automations that wait for FaceQuota's triggers and ask its condition."""

from collections.abc import AsyncGenerator
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.facequota.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.helpers.condition import async_get_all_descriptions as conditions
from homeassistant.helpers.trigger import async_get_all_descriptions as triggers
from homeassistant.setup import async_setup_component

from .conftest import CAMERA, ask, set_up_site, unload
from .fake_dispenser import FakeDispenser, Fault
from .people import somebody

VISIT: Final = "event.entrance_visit"
PURGE: Final = "event.east_gate_purge"


@pytest.fixture(autouse=True)
async def stop_automations(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Turn the automations off, so that nothing waits any more."""
    yield
    if hass.states.async_entity_ids("automation"):
        await hass.services.async_call(
            "automation", "turn_off", {"entity_id": "all"}, blocking=True
        )


async def automate(
    hass: HomeAssistant,
    triggers: list[dict[str, Any]],
    conditions: list[dict[str, Any]] | None = None,
) -> list[Any]:
    """Set up an automation as YAML does; return the list of the times it ran."""
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "alias": "tell",
                "triggers": triggers,
                "conditions": conditions or [],
                "actions": [{"event": "ran", "event_data": {"by": "{{ trigger.id }}"}}],
            }
        },
    )
    await hass.async_block_till_done()
    state = hass.states.get("automation.tell")
    assert state is not None and state.state == "on"
    ran: list[Any] = async_capture_events(hass, "ran")
    return ran


def waiting_for(name: str, entity_id: str = VISIT) -> dict[str, Any]:
    """Return a trigger of ours in an automation, with its name as its id."""
    return {
        "trigger": f"{DOMAIN}.{name}",
        "target": {"entity_id": entity_id},
        "id": name,
    }


async def told(hass: HomeAssistant, ran: list[Any]) -> list[str]:
    """Return which triggers have fired since the last time."""
    await hass.async_block_till_done()
    fired = [event.data["by"] for event in ran]
    ran.clear()
    return fired


async def test_each_outcome_fires_its_trigger(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """Granted, failed, refused; and a purge at the site."""
    entry = await set_up_site(hass, options={"suspended": True, "open_portions": 1})
    ran = await automate(
        hass,
        [
            waiting_for("portion_granted"),
            waiting_for("portion_refused"),
            waiting_for("portion_failed"),
            waiting_for("purged", PURGE),
        ],
    )
    dispenser.fault = Fault.LOST_AT_20_CM
    await ask(hass)
    assert await told(hass, ran) == ["portion_failed"]
    dispenser.fault = None
    dispenser.set_available(True)
    await ask(hass, lane="staff")
    assert await told(hass, ran) == ["portion_granted"]
    await ask(hass)
    assert await told(hass, ran) == ["portion_refused"]
    await ask(hass)
    assert await told(hass, ran) == ["portion_refused"]
    await hass.services.async_call(
        DOMAIN, "purge", {"config_entry_id": entry.entry_id}, blocking=True
    )
    assert await told(hass, ran) == ["purged"]
    await unload(hass, entry)


async def test_an_unrecognised_visitor_has_got_a_portion_too(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    """Nobody stands before the camera: the open lane gave it."""
    ran = await automate(
        hass, [waiting_for("portion_granted"), waiting_for("portion_failed")]
    )
    assert (await ask(hass))["outcome"] == "unrecognised"
    assert await told(hass, ran) == ["portion_granted"]


async def test_a_trigger_hears_one_dispenser_or_a_whole_area(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
    area_registry: ar.AreaRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Other event entities in the area are none of its business."""
    entry = await set_up_site(
        hass,
        options={"suspended": True},
        more={"Exit": {"camera": CAMERA, **second_dispenser.entities}},
    )
    area = area_registry.async_create("Restroom").id
    doorbell = entity_registry.async_get_or_create("event", "test", "doorbell")
    for entity_id in (VISIT, "event.exit_visit", doorbell.entity_id):
        entity_registry.async_update_entity(entity_id, area_id=area)
    ran = await automate(
        hass,
        [
            waiting_for("portion_granted"),
            {
                "trigger": f"{DOMAIN}.portion_granted",
                "target": {"area_id": area},
                "id": "area",
            },
        ],
    )
    hass.states.async_set(
        doorbell.entity_id, "2026-01-01T00:00:00", {"event_type": "granted"}
    )
    hass.states.async_set(
        doorbell.entity_id, "2026-01-01T00:00:01", {"event_type": "granted"}
    )
    assert await told(hass, ran) == []
    await ask(hass, at="exit")
    assert await told(hass, ran) == ["area"]
    await ask(hass)
    assert sorted(await told(hass, ran)) == ["area", "portion_granted"]
    await unload(hass, entry)


async def test_a_restart_of_a_site_fires_nothing(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Its last visit is shown again, but it is not another one."""
    await ask(hass)
    ran = await automate(hass, [waiting_for("portion_granted")])
    await hass.config_entries.async_reload(open_site.entry_id)
    assert await told(hass, ran) == []
    await ask(hass)
    assert await told(hass, ran) == ["portion_granted"]


async def test_the_condition_compares_with_the_faces_of_this_moment(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    ran = await automate(
        hass,
        [{"trigger": "event", "event_type": "look", "id": "look"}],
        [
            {
                "condition": f"{DOMAIN}.faces_remembered",
                "options": {"config_entry_id": open_site.entry_id, "above": 1},
            }
        ],
    )
    for remembered, passes in ((0, False), (1, False), (2, True)):
        if remembered:
            open_site.runtime_data.visitors.reserve(somebody(remembered), 60)
        hass.bus.async_fire("look")
        assert bool(await told(hass, ran)) is passes
    # A site that is stopped remembers nobody.
    await hass.config_entries.async_unload(open_site.entry_id)
    hass.bus.async_fire("look")
    assert await told(hass, ran) == []


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"config_entry_id": "x"},
        {"config_entry_id": "x", "above": -1},
        {"config_entry_id": "x", "above": "many"},
        {"above": 1},
    ],
)
async def test_an_invalid_condition_is_refused(
    hass: HomeAssistant, open_site: MockConfigEntry, options: dict[str, Any]
) -> None:
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "alias": "tell",
                "triggers": [{"trigger": "event", "event_type": "look"}],
                "conditions": [
                    {"condition": f"{DOMAIN}.faces_remembered", "options": options}
                ],
                "actions": [{"event": "ran"}],
            }
        },
    )
    await hass.async_block_till_done()
    state = hass.states.get("automation.tell")
    assert state is not None and state.state == "unavailable"


async def test_the_editor_knows_all_of_them(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """With what can be chosen: our event entities, a site of ours."""
    known = await triggers(hass)
    ours = {key: one for key, one in known.items() if key.startswith(f"{DOMAIN}.")}
    assert set(ours) == {
        f"{DOMAIN}.{name}"
        for name in (
            *("portion_granted", "portion_refused", "portion_failed", "purged"),
            *("refilled", "cleaning_due", "paper_will_be_empty"),
        )
    }
    within = ours.pop(f"{DOMAIN}.paper_will_be_empty")
    assert within is not None
    assert set(within["fields"]) == {"config_entry_id", "within"}
    for key, one in ours.items():
        assert one is not None
        (entity,) = one["target"]["entity"]
        domain = {"refilled": "sensor", "cleaning_due": "binary_sensor"}
        expected = domain.get(key.removeprefix(f"{DOMAIN}."), "event")
        assert (entity["integration"], entity["domain"]) == (DOMAIN, [expected])
    condition = (await conditions(hass))[f"{DOMAIN}.faces_remembered"]
    assert condition is not None
    assert set(condition["fields"]) == {"config_entry_id", "above"}
