"""Reading and using the entities of a site, as a manager's pages do."""

from typing import Any

from homeassistant.core import HomeAssistant


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state, which must be there."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state.state


def attributes_of(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return the attributes of an entity, which must be there."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return dict(state.attributes)


async def call(hass: HomeAssistant, action: str, entity_id: str, **data: Any) -> None:
    """Call an action and wait for what follows."""
    domain, _, service = action.partition(".")
    await hass.services.async_call(
        domain, service, {"entity_id": entity_id, **data}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)
