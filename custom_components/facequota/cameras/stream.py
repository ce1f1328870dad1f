"""A camera's stream (RTSP and whatever else FFmpeg reads), by a process of its own.

Home Assistant keeps a stream's last key frame and answers with it, however old it is.
The reader tells by the time stamps when each picture was begun.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Final

from custom_components.facequota.recognition.orientation import UPRIGHT, turned

from .pace import paced
from .reader import StreamReader
from .source import Kind, Picture

SCHEMES: Final = ("rtsp", "rtsps", "rtmp", "http", "https")


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A stream; it stays open after a look where the manager wants that."""

    reader: StreamReader
    url: str = field(repr=False)
    stays_open: bool
    orientation: int = UPRIGHT
    """How its pictures are to be turned, by EXIF's number."""

    kind: Kind = Kind.STREAM

    async def pictures(self) -> AsyncGenerator[Picture]:
        """Open the stream, if it is not, and ask for one picture after the other."""
        try:
            await self.reader.open(self.url)
            async for _ in paced():
                picture = await self.reader.next()
                yield replace(
                    picture, content=turned(picture.content, self.orientation)
                )
        finally:
            if not self.stays_open:
                await self.reader.close()
