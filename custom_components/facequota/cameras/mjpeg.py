"""Motion JPEG over HTTP, read by us from the moment of the request.

Home Assistant's own reader waits for 100 KiB before it looks for a picture. The camera
may hold its first pictures ready, for example in a driver's buffers; these arrive one
right after another. So each of the first pictures counts only if the reader had to wait
for it: then it was begun after the one before had arrived. Every later picture was, if
no camera or server holds more than MAX_HELD ready for a slow network.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
import math
from typing import Final

from aiohttp import ClientResponse

from homeassistant.core import HomeAssistant

from .http import Address, get
from .multipart import Multipart, boundary_of, is_multipart
from .pace import MAX_HELD
from .single_pictures import StillSource
from .source import UNKNOWN_AGE, CameraError, Kind, Picture, RefusedError, Source

MIN_WAIT_S: Final = 0.02
"""After a pause this long a picture was taken now and did not lie ready."""

MIN_INTERVAL_S: Final = 0.01
"""No camera takes pictures faster. A server that kept more than MAX_HELD sends them so."""

MAX_EARLY_BYTES: Final = 1000
"""A part's head may come before its picture does."""


@dataclass(slots=True)
class MjpegSource:
    """A multipart stream of pictures."""

    hass: HomeAssistant
    address: Address
    instead: Source | None = None
    """The source to use when the address gives no multipart stream."""

    refused: Source | None = None
    """The source to use when the address wants a password that only its entity knows."""

    kind: Kind = Kind.MJPEG

    async def pictures(self) -> AsyncGenerator[Picture]:
        """Read the stream until it ends. A camera's stream should never end."""
        instead = self.instead
        try:
            async with get(self.hass, self.address) as response:
                content_type = response.headers.get("Content-Type", "")
                if content_type.strip().lower().startswith("image/"):
                    instead = StillSource(self.hass, self.address)
                elif instead is None or is_multipart(content_type):
                    async for picture in _parts(response, boundary_of(content_type)):
                        yield picture
                    raise CameraError("the stream has ended")
        except RefusedError:
            if self.refused is None:
                raise
            instead = self.refused
        self.kind = instead.kind
        async with aclosing(instead.pictures()) as pictures:
            async for picture in pictures:
                yield picture


async def _parts(response: ClientResponse, boundary: bytes) -> AsyncGenerator[Picture]:
    """Give the parts of a stream."""
    loop = asyncio.get_running_loop()
    begun_after = UNKNOWN_AGE
    first_at = math.inf
    given = 0
    waited = False

    def wait_over(end: int) -> None:
        nonlocal waited
        waited = response.content.total_bytes - end < MAX_EARLY_BYTES

    parts = Multipart(boundary)
    timer: asyncio.TimerHandle | None = None
    try:
        async for chunk in response.content.iter_any():
            contents = list(parts.feed(chunk))
            if not contents:
                continue
            # Pictures that arrive together were held ready together.
            is_paced = begun_after - first_at >= given * MIN_INTERVAL_S
            counts = (waited and len(contents) == 1) or (given >= MAX_HELD and is_paced)
            for content in contents:
                yield Picture(
                    content=content, begun_after=begun_after if counts else UNKNOWN_AGE
                )
            given += len(contents)
            # The network may pause once between pictures that were held ready.
            waited = False
            begun_after = loop.time()
            first_at = min(begun_after, first_at)
            if timer is not None:
                timer.cancel()
            # A clock that is read together with the next chunk would also count the
            # time in which Home Assistant was busy with other work.
            end = response.content.total_bytes - parts.pending
            timer = loop.call_later(MIN_WAIT_S, wait_over, end)
    finally:
        if timer is not None:
            timer.cancel()
