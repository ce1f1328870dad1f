"""A site with rolls and cleaning, and what its staff sees."""

from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.site.paper_forecast import UsageProfile
from custom_components.facequota.site.paper_supply import PaperSupply
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.integration.conftest import DISPENSER_DATA, set_up_site

TASKS = "todo.east_gate_tasks"
# As a site keeps them.
CLEANING: dict[str, Any] = {
    "counted_from": "2026-03-02T10:00:00+00:00",
    "cleaned_at": None,
    "visits_since": 1,
    "today": None,
    "visits_today": 1,
}
ROLLS: dict[str, Any] = {
    **PaperSupply(UsageProfile(dt_util.utcnow())).as_dict(),
    "left_cm": 100.0,
}
ROLL = "sensor.roll"


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state, which must be there."""
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


async def tasks(hass: HomeAssistant) -> list[tuple[str, str]]:
    """Return uid and summary of the open items."""
    answer = await hass.services.async_call(
        "todo", "get_items", {"entity_id": TASKS}, blocking=True, return_response=True
    )
    assert answer is not None
    listed: Any = answer[TASKS]
    return [(one["uid"], one["summary"]) for one in listed["items"]]


async def press(hass: HomeAssistant, entity_id: str) -> None:
    """Press a button of ours."""
    await hass.services.async_call(
        "button", "press", {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done()


async def update(hass: HomeAssistant, uid: str, **changes: str) -> None:
    """Change an item, as Home Assistant's frontend does."""
    await hass.services.async_call(
        "todo",
        "update_item",
        {"entity_id": TASKS, "item": uid, **changes},
        blocking=True,
    )
    await hass.async_block_till_done()


async def done(hass: HomeAssistant, uid: str) -> None:
    """Mark an item as done."""
    await update(hass, uid, status="completed")


async def site_with(
    hass: HomeAssistant,
    *,
    upkeep: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
) -> MockConfigEntry:
    """Set up a suspended site with what the manager decided of upkeep."""
    return await set_up_site(
        hass,
        options={"suspended": True, "upkeep": upkeep or {}},
        data={**DISPENSER_DATA, **(data or {})},
    )
