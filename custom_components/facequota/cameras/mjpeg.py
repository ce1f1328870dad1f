"""Motion JPEG over HTTP, read by us from the moment of the request.

Home Assistant's own reader waits for 100 KiB before it looks for a picture. The first
part may have lain ready in the camera, so its age is unknown; every later one was begun
after that.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import ClientResponse

from homeassistant.core import HomeAssistant

from .http import Address, get
from .multipart import Multipart, boundary_of
from .picture import UNKNOWN_AGE, CameraError, Kind, Picture, Source


@dataclass(slots=True)
class MjpegSource:
    """A multipart stream of pictures."""

    hass: HomeAssistant
    address: Address
    instead: Source | None = None
    """How to read the camera when its address gives no such stream."""

    kind: Kind = Kind.MJPEG

    async def pictures(self) -> AsyncGenerator[Picture]:
        """Read the stream until it ends, which a camera's never should."""
        async with get(self.hass, self.address) as response:
            content_type = response.headers.get("Content-Type", "")
            if self.instead is None or content_type.startswith("multipart/"):
                async for picture in _parts(response, boundary_of(content_type)):
                    yield picture
                raise CameraError("the stream has ended")
        self.kind = self.instead.kind
        async with aclosing(self.instead.pictures()) as pictures:
            async for picture in pictures:
                yield picture


async def _parts(response: ClientResponse, boundary: bytes) -> AsyncGenerator[Picture]:
    """Give the parts of a stream."""
    clock = asyncio.get_running_loop().time
    begun_after = UNKNOWN_AGE
    parts = Multipart(boundary)
    async for chunk in response.content.iter_any():
        contents = list(parts.feed(chunk))
        for content in contents:
            yield Picture(content=content, begun_after=begun_after)
        if contents:
            # What came together lay ready together.
            begun_after = clock()
