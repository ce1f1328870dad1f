"""The parts of messages that describe a face in a picture: its region and its lines."""

import math
import struct

import numpy as np

from .engine import Line, Lines, Region
from .stillness import MAX_LENGTH

# top, left, bottom, right (NaN: none)
_REGION = struct.Struct("!ffff")
REGION_SIZE = _REGION.size
# Step (0: there is none), begin and length of a line, and its values.
_LINE = struct.Struct(f"!HHB{MAX_LENGTH}H")
LINES_SIZE = 2 * _LINE.size


class ProtocolError(Exception):
    """The other end does not follow this protocol."""


def encode_region(region: Region | None) -> bytes:
    """Return a region, or that there is none, in REGION_SIZE bytes."""
    if region is None:
        return _REGION.pack(*[math.nan] * 4)
    return _REGION.pack(region.top, region.left, region.bottom, region.right)


def decode_region(content: bytes | bytearray) -> Region | None:
    """Return the region of REGION_SIZE bytes. Raises ProtocolError."""
    try:
        top, left, bottom, right = edges = _REGION.unpack(content)
    except struct.error as err:
        raise ProtocolError("a region of the wrong size") from err
    if all(map(math.isnan, edges)):
        return None
    if not (0 <= top < bottom <= 1 and 0 <= left < right <= 1):
        raise ProtocolError("a region outside of the picture")
    return Region(top=top, left=left, bottom=bottom, right=right)


def encode_lines(lines: Lines | None) -> bytes:
    """Return the two lines of a face, or that there are none, in LINES_SIZE bytes."""
    if lines is None:
        return bytes(LINES_SIZE)
    return b"".join(
        _LINE.pack(
            line.step,
            line.begin,
            len(line.values),
            *line.values.tolist(),
            *[0] * (MAX_LENGTH - len(line.values)),
        )
        for line in lines
    )


def decode_lines(content: bytes | bytearray) -> Lines | None:
    """Return the two lines of LINES_SIZE bytes. Raises ProtocolError."""
    across, down = map(_decode_line, _LINE.iter_unpack(content))
    return None if across is None or down is None else (across, down)


def _decode_line(fields: tuple[int, ...]) -> Line | None:
    step, begin, length, *values = fields
    if length > MAX_LENGTH:
        raise ProtocolError(f"a line of {length} values")
    if step == 0:
        return None
    return Line(step=step, begin=begin, values=np.array(values[:length], np.uint16))
