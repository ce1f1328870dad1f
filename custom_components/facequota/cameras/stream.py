"""A camera's stream (RTSP and all else that FFmpeg reads), read by a process of its own.

Home Assistant keeps a stream's last key frame and answers with it, however old it is.
The reader uses the time stamps to tell when each picture was begun.
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
    """A stream. It stays open after a look if the manager chose that."""

    reader: StreamReader
    url: str = field(repr=False)
    stays_open: bool
    orientation: int = UPRIGHT
    """How its pictures are to be turned, by EXIF's number."""

    kind: Kind = Kind.STREAM

    async def pictures(self) -> AsyncGenerator[Picture]:
        """Open the stream, if it is closed, and ask for one picture after the other."""
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
