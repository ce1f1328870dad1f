"""The messages between Home Assistant's process and the reader of a stream.

A message is a header of five bytes (kind, length of the body, big endian) and its body.
The parent trusts nothing that it reads: lengths are bounded before they are read.
"""

from enum import IntEnum
import json
import math
import struct
from typing import Final

from .message_parts import ProtocolError
from .messages import MAX_PICTURE_BYTES

_HEADER: Final = struct.Struct("!BI")
HEADER_SIZE: Final = _HEADER.size

_PICTURE_HEAD: Final = struct.Struct("!d")
PICTURE_HEAD_SIZE: Final = _PICTURE_HEAD.size


REFUSED: Final = "refused"
"""The kind of error where the camera wants another password."""


class Question(IntEnum):
    """The parent's requests."""

    OPEN = 1
    """Receive a stream from now on; the body is JSON: its address and FFmpeg's options."""

    NEXT = 2
    """A picture that was not given yet."""

    CLOSE = 3
    """Receive nothing any more."""


class Answer(IntEnum):
    """The child's answers."""

    HELLO = 1
    """It is ready; the body is JSON: what the sandbox was granted."""

    PICTURE = 2
    """When it was begun (monotonic seconds, -inf: unknown) and a JPEG."""

    FAILED = 3
    """The stream cannot be read, or no longer. The body is the kind of error, in ASCII."""


_LIMITS: Final = {
    Question.OPEN: 16 * 1024,
    Question.NEXT: 0,
    Question.CLOSE: 0,
    Answer.HELLO: 4096,
    Answer.PICTURE: PICTURE_HEAD_SIZE + MAX_PICTURE_BYTES,
    Answer.FAILED: 200,
}


def encode[KindT: (Question, Answer)](kind: KindT, body: bytes = b"") -> bytes:
    """Return a message."""
    return _HEADER.pack(kind, len(body)) + body


def decode_header[KindT: (Question, Answer)](
    header: bytes | bytearray, kinds: type[KindT]
) -> tuple[KindT, int]:
    """Return what a message is and the length of its body. Raises ProtocolError."""
    try:
        number, length = _HEADER.unpack(header)
        kind = kinds(number)
    except (struct.error, ValueError) as err:
        raise ProtocolError("this is no message") from err
    if length > _LIMITS[kind]:
        raise ProtocolError(f"a body of {length} bytes")
    return kind, length


def encode_picture(begun_after: float, jpeg: bytes) -> bytes:
    """Return the body of a picture."""
    return _PICTURE_HEAD.pack(begun_after) + jpeg


def decode_picture(body: bytes | bytearray) -> tuple[float, bytes]:
    """Return when a picture was begun, and the picture. Raises ProtocolError."""
    if len(body) <= PICTURE_HEAD_SIZE:
        raise ProtocolError("an empty picture")
    (begun_after,) = _PICTURE_HEAD.unpack_from(body)
    if math.isnan(begun_after):
        raise ProtocolError("a picture of no time")
    return begun_after, bytes(body[PICTURE_HEAD_SIZE:])


def encode_address(url: str, options: dict[str, str]) -> bytes:
    """Return the body of an OPEN."""
    return json.dumps([url, options]).encode()


def decode_address(body: bytes) -> tuple[str, dict[str, str]]:
    """Return the address and options of an OPEN."""
    url, options = json.loads(body)
    return url, options
