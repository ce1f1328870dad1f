"""Pictures through a camera entity, for cameras that only Home Assistant can read.

The first answers may be of any age: an ESP32's driver holds frames until they are asked
for, and Home Assistant keeps the last picture of many cameras. So the first answers of a
look never count. A later one was asked for after those had come; if it differs, it was
begun after that.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant

from .pace import Answer, asked
from .source import Kind, Picture

# Longer than any look, which ends by itself.
_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class EntitySource:
    """What a camera entity answers."""

    hass: HomeAssistant
    entity_id: str
    kind: Kind
    held: int | None
    """How many old pictures may lie ready; None: unknown, so that no answer counts."""

    def pictures(self) -> AsyncGenerator[Picture]:
        """Ask again and again."""
        return asked(self._answer, held=self.held)

    async def _answer(self) -> Answer:
        image = await async_get_image(self.hass, self.entity_id, timeout=_TIMEOUT_S)
        return Answer(content=image.content)
