"""Calling FaceQuota's actions."""

from typing import Any, Final

from custom_components.facequota.const import DOMAIN
from homeassistant.core import Context, HomeAssistant, ServiceResponse

VISIT: Final = "event.entrance_visit"


async def act(
    hass: HomeAssistant,
    action: str,
    *,
    target: dict[str, Any] | None = None,
    context: Context | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Call an action and return its answer."""
    answer: ServiceResponse = await hass.services.async_call(
        DOMAIN,
        action,
        fields,
        blocking=True,
        context=context,
        target=target,
        return_response=True,
    )
    assert answer is not None
    return dict(answer)
