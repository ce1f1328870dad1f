"""Records, inside a real Home Assistant, when each picture was taken that FaceQuota looks at.

Only the bench puts this beside FaceQuota.
"""

from importlib import import_module
import sys
import time
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType

DOMAIN: Final = "pictures_seen"
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Offer the action, and note what the recognition's parent end is given."""
    supervisor = await hass.async_add_executor_job(
        import_module, "custom_components.facequota.recognition.supervisor"
    )
    look = supervisor.Supervisor.look
    seen: list[tuple[float, bytes]] = []

    async def noted(self: Any, picture: bytes, *arguments: Any, **more: Any) -> Any:
        seen.append((time.time(), picture))
        return await look(self, picture, *arguments, **more)

    supervisor.Supervisor.look = noted

    async def take(call: ServiceCall) -> ServiceResponse:
        """Return for each picture since the last call when it was looked at and how old it was."""
        taken = seen.copy()
        seen.clear()
        ages = await hass.async_add_executor_job(_ages, call.data["root"], taken)
        return {"pictures": ages}

    hass.services.async_register(
        DOMAIN, "take", take, supports_response=SupportsResponse.ONLY
    )
    return True


def _ages(root: str, seen: list[tuple[float, bytes]]) -> list[JsonValueType]:
    """Return when each picture was looked at (Unix time) and its age in ms, None where it tells none."""
    if root not in sys.path:
        sys.path.append(root)
    clock = import_module("scripts.house.cameras.clock")
    return [{"at": at, "age_ms": clock.age_ms(picture, at)} for at, picture in seen]
