"""Single pictures from a URL, which FaceQuota requests itself.

Home Assistant's `generic` camera gives its last picture again on every error and within
its frame rate. The camera itself may hold pictures ready too, so the first answers do
not count. A later one was asked for after these had come. A cache on the way says how
old its answer is.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import ClientResponse

from homeassistant.core import HomeAssistant

from .http import Address, get
from .multipart import is_multipart
from .pace import MAX_HELD, Answer, asked
from .source import MAX_PICTURE_BYTES, CameraError, Kind, Picture, Source


class _IsStreamError(CameraError):
    """The address gives a stream of pictures."""


@dataclass(slots=True)
class StillSource:
    """A URL that gives one picture."""

    hass: HomeAssistant
    address: Address
    instead: Source | None = None
    """The source to use when the address gives a stream of pictures."""

    kind: Kind = Kind.STILL

    async def pictures(self) -> AsyncGenerator[Picture]:
        """Ask again and again."""
        try:
            async with aclosing(asked(self._answer, held=MAX_HELD)) as pictures:
                async for picture in pictures:
                    yield picture
        except _IsStreamError as err:
            if self.instead is None:
                raise CameraError("a stream of pictures") from err
            instead = self.instead
        self.kind = instead.kind
        async with aclosing(instead.pictures()) as pictures:
            async for picture in pictures:
                yield picture

    async def _answer(self) -> Answer:
        """Return one picture; raises CameraError."""
        content = bytearray()
        async with get(self.hass, self.address) as response:
            if is_multipart(response.headers.get("Content-Type", "")):
                raise _IsStreamError
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > MAX_PICTURE_BYTES:
                    raise CameraError("a picture that is too large")
        if not content:
            raise CameraError("an empty picture")
        return Answer(content=bytes(content), age_s=_age_s(response))


def _age_s(response: ClientResponse) -> float:
    """Return how long a cache may have had an answer (RFC 9111 section 5.1)."""
    age = response.headers.get("Age")
    if age is None:
        return 0.0
    # In whole seconds, rounded down.
    return float(age) + 1 if age.isdigit() else float("inf")
