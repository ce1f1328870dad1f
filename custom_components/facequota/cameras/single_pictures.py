"""Single pictures from a URL, which FaceQuota requests itself.

Home Assistant's `generic` camera gives its last picture again on every error and within
its frame rate. The camera itself may have pictures ready too: the first answers do not
count. A later one was asked for after they had come; a cache says how old its answer is.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from aiohttp import ClientResponse

from homeassistant.core import HomeAssistant

from .http import Address, get
from .pace import MAX_HELD, Answer, asked
from .picture import MAX_PICTURE_BYTES, CameraError, Kind, Picture


@dataclass(frozen=True, slots=True)
class StillSource:
    """A URL that gives one picture."""

    hass: HomeAssistant
    address: Address
    kind: Kind = Kind.STILL

    def pictures(self) -> AsyncGenerator[Picture]:
        """Ask again and again."""
        return asked(self._answer, held=MAX_HELD)

    async def _answer(self) -> Answer:
        """Return one picture; raises CameraError."""
        content = bytearray()
        async with get(self.hass, self.address) as response:
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
