"""Counts, inside a real Home Assistant, the pictures that something still refers to.

Only the proof puts this beside FaceQuota: a search of the memory from outside cannot
tell what is in use from what was freed.
"""

from collections import Counter
import gc
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers import config_validation as cv

DOMAIN: Final = "pictures_alive"
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)
# A JPEG begins with these bytes; what is shorter is no camera's picture.
JPEG: Final = b"\xff\xd8\xff"
MIN_BYTES: Final = 4096


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Offer the action."""

    async def count(call: ServiceCall) -> ServiceResponse:
        """Return how many pictures there are, by the type that refers to them."""
        gc.collect()
        return {"pictures": dict(pictures())}

    hass.services.async_register(
        DOMAIN, "count", count, supports_response=SupportsResponse.ONLY
    )
    return True


def pictures() -> Counter[str]:
    """Return the objects that refer to bytes with a picture in them, each once."""
    found: dict[int, str] = {}
    for one in gc.get_objects():
        for referred in gc.get_referents(one):
            if (
                isinstance(referred, bytes | bytearray)
                and len(referred) >= MIN_BYTES
                and JPEG in referred[:MIN_BYTES]
            ):
                found[id(referred)] = f"{type(one).__module__}.{type(one).__qualname__}"
    return Counter(found.values())
