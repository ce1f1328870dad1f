"""Pictures from a camera entity, in memory only."""

import asyncio
import math

from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant


class CameraError(Exception):
    """The camera gave no picture in time."""


class Camera:
    """The camera entity that looks at whoever stands before one dispenser."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Remember which entity to ask."""
        self._hass = hass
        self.entity_id = entity_id

    async def frame(self, timeout_s: float) -> bytes:
        """Return the encoded bytes of one picture; raise CameraError without one."""
        try:
            async with asyncio.timeout(timeout_s):
                image = await async_get_image(
                    self._hass, self.entity_id, timeout=math.ceil(timeout_s)
                )
        # The camera is another integration's code and may raise anything; whatever it
        # is, the visitor must not pay for it.
        except Exception as err:
            # Home Assistant swallows a cancellation while it waits for a camera. A
            # visit that was called off must not go on and turn the motor.
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError from err
            raise CameraError(str(err) or type(err).__name__) from err
        return image.content
