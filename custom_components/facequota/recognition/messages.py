"""The messages between Home Assistant's process and the child.

A message is a header of eight bytes (two of magic, version, kind, length of the body,
big endian) and its body. A picture's body begins with the region of its visitor in the
frame before (message_parts.py). The parent sends pictures, the child first says hello and
then answers each picture with a sighting. The parent trusts nothing that it reads:
sizes are bounded before they are read, numbers are checked, and anything that is not
exactly as described is a ProtocolError.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
import json
import math
import struct

import numpy as np

from .engine import EngineInfo, Guidance, Sighting, Unreadable
from .message_parts import (
    LINES_SIZE,
    REGION_SIZE,
    ProtocolError,
    decode_lines,
    decode_region,
    encode_lines,
    encode_region,
)
from .squares import MAX_SQUARES

PROTOCOL_VERSION = 5

MAX_PICTURE_BYTES = 20 * 1024 * 1024
"""Above any camera's snapshot: a 16-megapixel PNG of a noisy scene fits."""

MAX_HELLO_BYTES = 4096
MAX_DIMENSION = 4096

_MAGIC = b"FQ"
_HEADER = struct.Struct("!2sBBI")
HEADER_SIZE = _HEADER.size

# guidance and unreadable (0: none, else the place in the enumeration from 1), faces,
# quality, face height, milliseconds, live, the eyes (NaN: none), length of the template
# that follows the region, the squares and the lines as float32
_SIGHTING = struct.Struct("!BBBffffffffH")
# Digests, 0 where there are fewer.
_SQUARES = struct.Struct(f"!{MAX_SQUARES}I")
_LINES_AT = _SIGHTING.size + REGION_SIZE + _SQUARES.size
_HEAD_SIZE = _LINES_AT + LINES_SIZE
_NO_EYES = (math.nan,) * 4
_GUIDANCES = (None, *Guidance)
_UNREADABLE = (None, *Unreadable)
_MAX_SIGHTING_BYTES = _HEAD_SIZE + 4 * MAX_DIMENSION
_MAX_FACES = 255


class Kind(IntEnum):
    """What a message is."""

    HELLO = 1
    PICTURE = 2
    SIGHTING = 3


_LIMITS = {
    Kind.HELLO: MAX_HELLO_BYTES,
    Kind.PICTURE: REGION_SIZE + MAX_PICTURE_BYTES,
    Kind.SIGHTING: _MAX_SIGHTING_BYTES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The child's first message, once its engine is loaded."""

    engine: EngineInfo
    sandbox: Mapping[str, bool]
    """What the kernel granted: fact → true or false (see sandbox.py)."""


def encode_header(kind: Kind, length: int) -> bytes:
    """Return the header of a message whose body has `length` bytes."""
    return _HEADER.pack(_MAGIC, PROTOCOL_VERSION, kind, length)


def decode_header(header: bytes | bytearray, *, expected: Kind) -> int:
    """Return the length of the body that follows.

    Raises ProtocolError on invalid data, another version, another kind than `expected`
    and a body that is longer than its kind allows.
    """
    try:
        magic, version, kind, length = _HEADER.unpack(header)
    except struct.error as err:
        raise ProtocolError("a header has the wrong size") from err
    if magic != _MAGIC:
        raise ProtocolError("this is no message")
    if version != PROTOCOL_VERSION:
        raise ProtocolError(f"protocol {version} instead of {PROTOCOL_VERSION}")
    if kind != expected:
        raise ProtocolError(f"message of kind {kind} instead of {expected}")
    if length > _LIMITS[expected]:
        raise ProtocolError(f"a body of {length} bytes")
    return int(length)


def encode_hello(hello: Hello) -> bytes:
    """Return the body of a hello."""
    return json.dumps(
        {"engine": asdict(hello.engine), "sandbox": dict(hello.sandbox)}
    ).encode()


def decode_hello(body: bytes | bytearray) -> Hello:
    """Return the hello that a body holds. Raises ProtocolError."""
    try:
        content = json.loads(body)
        engine = EngineInfo(**content["engine"])
        sandbox = content["sandbox"]
        is_sound = (
            all(isinstance(x, str) for x in (engine.name, engine.version))
            and type(engine.dimension) is int
            and 0 < engine.dimension <= MAX_DIMENSION
            and engine.metric == "euclidean"
            and isinstance(sandbox, dict)
            and all(isinstance(value, bool) for value in sandbox.values())
        )
    except (ValueError, TypeError, KeyError, RecursionError) as err:
        raise ProtocolError("an unreadable hello") from err
    if not is_sound:
        raise ProtocolError("a hello with impossible values")
    return Hello(engine=engine, sandbox=sandbox)


def encode_sighting(sighting: Sighting) -> bytes:
    """Return the body of a sighting."""
    template = (
        b"" if sighting.template is None else sighting.template.astype(">f4").tobytes()
    )
    return (
        _SIGHTING.pack(
            _GUIDANCES.index(sighting.guidance),
            _UNREADABLE.index(sighting.unreadable),
            min(sighting.faces, _MAX_FACES),
            sighting.quality,
            _number(sighting.face_height_px),
            sighting.recognition_ms,
            _number(sighting.live),
            *(sighting.eyes or _NO_EYES),
            len(template) // 4,
        )
        + encode_region(sighting.region)
        + _SQUARES.pack(*sighting.squares, *[0] * (MAX_SQUARES - len(sighting.squares)))
        + encode_lines(sighting.lines)
        + template
    )


def decode_sighting(body: bytes | bytearray, *, dimension: int) -> Sighting:
    """Return the sighting that a body holds.

    Raises ProtocolError, also when its template has another dimension than the hello
    promised or a component that is not finite.
    """
    try:
        fields = _SIGHTING.unpack_from(body)
    except struct.error as err:
        raise ProtocolError("a sighting that is too short") from err
    code, why, faces, quality, height, ms, live, *eyes, length = fields
    if len(body) != _HEAD_SIZE + 4 * length or length not in (0, dimension):
        raise ProtocolError(f"a template of {length} numbers instead of {dimension}")
    if code >= len(_GUIDANCES) or (code == 0) != (length > 0):
        raise ProtocolError(f"guidance {code} with a template of {length} numbers")
    guidance = _GUIDANCES[code]
    is_unreadable = guidance is Guidance.UNREADABLE_PICTURE
    if why >= len(_UNREADABLE) or (why > 0 and not is_unreadable):
        raise ProtocolError(f"guidance {code} of a picture that is unreadable: {why}")
    is_height = math.isnan(height) or 0 < height < math.inf
    are_parts = all(math.isnan(part) or 0 <= part <= 1 for part in (live, *eyes))
    are_parts = are_parts and len({math.isnan(part) for part in eyes}) == 1
    if not (0 <= quality <= 1 and 0 <= ms < math.inf and is_height and are_parts):
        raise ProtocolError("a sighting with impossible numbers")
    template = np.frombuffer(body, ">f4", offset=_HEAD_SIZE).astype(np.float32)
    if not np.isfinite(template).all():
        raise ProtocolError("a template that is not finite")
    return Sighting(
        guidance=guidance,
        template=template if length else None,
        quality=quality,
        face_height_px=_optional(height),
        faces=faces,
        recognition_ms=ms,
        live=_optional(live),
        eyes=None if math.isnan(eyes[0]) else tuple(eyes),
        region=decode_region(body[_SIGHTING.size : _SIGHTING.size + REGION_SIZE]),
        squares=frozenset(_SQUARES.unpack_from(body, _SIGHTING.size + REGION_SIZE))
        - {0},
        lines=decode_lines(body[_LINES_AT:_HEAD_SIZE]),
        unreadable=_UNREADABLE[why],
    )


def _number(value: float | None) -> float:
    """Return the number that stands for a value or for a missing one."""
    return math.nan if value is None else value


def _optional(number: float) -> float | None:
    """Return the value that a number stands for."""
    return None if math.isnan(number) else number
