"""A dispenser's motor is nobody's light switch."""

from typing import Any

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
from tests.integration.conftest import ask, set_up_site, summary

pytestmark = pytest.mark.usefixtures("log")

MOTOR = "input_boolean.motor"


async def test_turning_on_an_area_gives_no_paper_and_a_visit_does(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """The switch is shown again when its site is removed."""
    helpers: dict[str, Any] = {"input_boolean": {"motor": {}, "lamp": {}}}
    assert await async_setup_component(hass, "input_boolean", helpers)
    area = ar.async_get(hass).async_create("Restroom").id
    for one in (MOTOR, "input_boolean.lamp"):
        entity_registry.async_update_entity(one, area_id=area)
    data = {"camera": "camera.entrance", "motor": MOTOR, "cm_per_second": 200}
    entry = await set_up_site(hass, options={"suspended": True}, data=data)
    await hass.services.async_call(
        "input_boolean", "turn_on", {"area_id": area}, blocking=True
    )
    assert hass.states.is_state("input_boolean.lamp", "on")
    assert hass.states.is_state(MOTOR, "off")
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    await hass.config_entries.async_remove(entry.entry_id)
    shown = entity_registry.async_get(MOTOR)
    assert shown is not None and shown.hidden_by is None
