"""The pictures in a multipart stream (multipart/x-mixed-replace, RFC 2046 section 5.1).

Cameras keep to it loosely: boundaries with or without their dashes or never named, parts
without a length or with a wrong one, pictures by another type, single line feeds.
Whatever a camera sends, at most one picture is kept in memory.
"""

from collections.abc import Iterator
from email.message import Message
import re
from typing import Final

from .source import MAX_PICTURE_BYTES, CameraError

MAX_HEAD_BYTES: Final = 8192
_HEAD_END: Final = re.compile(rb"\r?\n(?:\r?\n)+")
_DASHES: Final = b"--"
_JPEG_START: Final = b"\xff\xd8"
_JPEG_END: Final = b"\xff\xd9"
_PNG_START: Final = b"\x89PNG"
_PICTURE_TYPES: Final = (b"image/", b"application/octet-stream")
# At most 70 characters after the dashes (RFC 2046), which not every camera knows.
_BOUNDARY_LINE: Final = re.compile(rb"^--[^\r\n]{1,200}(?=\r?\n)", re.MULTILINE)


def is_multipart(content_type: str) -> bool:
    """Return if a Content-Type announces a stream of pictures."""
    return content_type.strip().lower().startswith("multipart/")


def boundary_of(content_type: str) -> bytes:
    """Return the boundary that a Content-Type names, empty if it names none."""
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_param("boundary")
    if not isinstance(boundary, str):
        return b""
    return boundary.strip("-").encode("latin-1", "replace")


class Multipart:
    """Takes a stream's bytes in chunks and yields each picture when it is complete."""

    def __init__(self, boundary: bytes) -> None:
        """Begin before the first part; an empty boundary is the first line with dashes."""
        self._delimiter = boundary
        self._buffer = bytearray()
        self._has_begun = False
        self._in_body = False
        self._length: int | None = None
        self._is_picture = False
        self._searched = 0

    @property
    def pending(self) -> int:
        """Return how many bytes of an incomplete picture have come."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the pictures that are complete now; raise CameraError if this is no stream."""
        self._buffer += data
        while True:
            if not self._in_body and not self._take_head():
                return
            body = self._take_body()
            if body is None:
                return
            if body and (
                self._is_picture or body.startswith((_JPEG_START, _PNG_START))
            ):
                yield body

    def _take_head(self) -> bool:
        """Drop everything up to the next part's body; return if it has begun."""
        start = self._buffer.find(self._delimiter) if self._delimiter else -1
        if start < 0 and not self._has_begun:
            # The boundary is not named, or is sent in another form.
            if line := _BOUNDARY_LINE.search(self._buffer):
                self._delimiter = line.group().rstrip()
                start = line.start()
            elif len(self._buffer) <= MAX_HEAD_BYTES:
                return False
            elif not self._delimiter:
                raise CameraError("a stream of pictures without a boundary")
        if start < 0:
            # Garbage, or the end of a part that was longer than it said.
            del self._buffer[: -len(self._delimiter)]
            return False
        self._has_begun = True
        # Most cameras send dashes before it; it is looked for as this one sends it.
        if not self._delimiter.startswith(_DASHES) and self._buffer.endswith(
            _DASHES, 0, start
        ):
            self._delimiter = _DASHES + self._delimiter
            start -= len(_DASHES)
        del self._buffer[:start]
        end = _HEAD_END.search(self._buffer, len(self._delimiter))
        if end is None:
            if len(self._buffer) > MAX_HEAD_BYTES:
                raise CameraError("a part whose head does not end")
            return False
        lines = bytes(self._buffer[: end.start()]).splitlines()[1:]
        fields = {
            name.strip().lower(): value.strip()
            for name, colon, value in (line.partition(b":") for line in lines)
            if colon
        }
        del self._buffer[: end.end()]
        length = fields.get(b"content-length", b"")
        self._length = int(length) if length.isdigit() and len(length) < 12 else None
        if (self._length or 0) > MAX_PICTURE_BYTES:
            raise CameraError("a picture that is too large")
        kind = fields.get(b"content-type", b"image/jpeg").lower()
        self._is_picture = kind.startswith(_PICTURE_TYPES)
        self._in_body, self._searched = True, 0
        return True

    def _take_body(self) -> bytes | None:
        """Return the part's body once it is complete."""
        if self._length:
            if len(self._buffer) < self._length:
                return None
            self._length = self._true_length(self._length)
        end, after = (self._length,) * 2 if self._length else self._find_end()
        if end < 0:
            if len(self._buffer) > MAX_PICTURE_BYTES:
                raise CameraError("a picture that does not end")
            return None
        body = bytes(self._buffer[:end])
        del self._buffer[:after]
        self._in_body = False
        return body

    def _true_length(self, length: int) -> int | None:
        """Return a length, None if a picture goes on after it or ends before."""
        after = bytes(self._buffer[length:]).lstrip(b"\r\n")[: len(self._delimiter)]
        return length if self._delimiter.startswith(after) else None

    def _find_end(self) -> tuple[int, int]:
        """Return where a body without a length ends and the rest begins; -1 if not yet.

        The next boundary comes with the next picture only, so a JPEG ends where the
        bytes pause after its end marker.
        """
        boundary = self._buffer.find(self._delimiter, self._searched)
        if boundary >= 0:
            return len(self._buffer[:boundary].rstrip(b"\r\n-")), boundary
        self._searched = max(0, len(self._buffer) - len(self._delimiter))
        tail = bytes(self._buffer[-4:]).rstrip(b"\r\n")
        if tail.endswith(_JPEG_END) and self._buffer.startswith(_JPEG_START):
            end = self._buffer.rfind(_JPEG_END) + len(_JPEG_END)
            return end, len(self._buffer)
        return -1, -1
