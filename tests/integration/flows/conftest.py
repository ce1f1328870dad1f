"""What tests of the flows share."""

import pytest

from homeassistant.core import HomeAssistant
from tests.integration.conftest import CAMERA


@pytest.fixture
def seen_entities(hass: HomeAssistant) -> None:
    """Show the camera and a plain switch."""
    hass.states.async_set(CAMERA, "idle")
    hass.states.async_set("switch.plug", "off")
