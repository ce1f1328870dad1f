"""Single pictures from a URL, asked for by us.

Home Assistant's `generic` camera gives its last picture again on every error and within
its frame rate. The camera itself may have one ready too: the first answer's age is
unknown, a later one was asked for after the first had come.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from homeassistant.core import HomeAssistant

from .http import Address, get
from .pace import paced
from .picture import MAX_PICTURE_BYTES, UNKNOWN_AGE, CameraError, Kind, Picture


@dataclass(frozen=True, slots=True)
class StillSource:
    """A URL that gives one picture."""

    hass: HomeAssistant
    address: Address
    kind: Kind = Kind.STILL

    async def pictures(self) -> AsyncGenerator[Picture]:
        """Ask again and again."""
        known = False
        async for asked_at in paced():
            content = await self._picture()
            yield Picture(
                content=content, begun_after=asked_at if known else UNKNOWN_AGE
            )
            known = True

    async def _picture(self) -> bytes:
        """Return one picture; raises CameraError."""
        content = bytearray()
        async with get(self.hass, self.address) as response:
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > MAX_PICTURE_BYTES:
                    raise CameraError("a picture that is too large")
        if not content:
            raise CameraError("an empty picture")
        return bytes(content)
