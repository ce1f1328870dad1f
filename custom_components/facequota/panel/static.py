"""The URL of the frontend's modules; it changes with the version, because of caches."""

from pathlib import Path
from typing import Final

from custom_components.facequota.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_loaded_integration

FRONTEND_FOLDER: Final = Path(__file__).parent / "frontend"
STATIC_ROOT: Final = f"/{DOMAIN}_static/"


def static_url(hass: HomeAssistant) -> str:
    """Return the address of the folder of modules."""
    return f"{STATIC_ROOT}{async_get_loaded_integration(hass, DOMAIN).version}"
