"""Pictures by way of a camera entity, for whatever kind Home Assistant alone can read.

What such a camera has ready may be of any age: an ESP32's driver holds the frame that it
took when the last one was sent, Home Assistant keeps the last picture of others. So the
first answer of a look is never of now. A later one was asked for after the first had
come; when it differs it was begun after that.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant

from .pace import paced
from .picture import UNKNOWN_AGE, Kind, Picture

# Longer than any look: that ends by itself.
_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class EntitySource:
    """What a camera entity answers."""

    hass: HomeAssistant
    entity_id: str
    kind: Kind

    async def pictures(self) -> AsyncGenerator[Picture]:
        """Ask again and again."""
        # A file is read when it is asked for.
        known = self.kind is Kind.FILE
        async for asked_at in paced():
            image = await async_get_image(self.hass, self.entity_id, timeout=_TIMEOUT_S)
            yield Picture(
                content=image.content, begun_after=asked_at if known else UNKNOWN_AGE
            )
            known = True
