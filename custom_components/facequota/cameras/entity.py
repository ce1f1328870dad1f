"""Pictures by way of a camera entity, for whatever kind Home Assistant alone can read.

What such a camera has ready may be of any age: an ESP32's driver holds the frames that
it took when others were sent, Home Assistant keeps the last picture of many. So the
first answers of a look are never of now. A later one was asked for after those had come;
when it differs it was begun after that.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant

from .pace import Answer, asked
from .picture import Kind, Picture

# Longer than any look: that ends by itself.
_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class EntitySource:
    """What a camera entity answers."""

    hass: HomeAssistant
    entity_id: str
    kind: Kind
    held: int | None
    """How many pictures may lie ready from before; None: any, so that none counts."""

    def pictures(self) -> AsyncGenerator[Picture]:
        """Ask again and again."""
        return asked(self._answer, held=self.held)

    async def _answer(self) -> Answer:
        image = await async_get_image(self.hass, self.entity_id, timeout=_TIMEOUT_S)
        return Answer(content=image.content)
