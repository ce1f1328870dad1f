"""How a picture has to be turned to be upright, by EXIF's numbers.

1 is upright, 2 to 8 are the other seven ways (EXIF 2.32, section 4.6.5, tag 0x0112).
"""

import struct
from typing import Final

UPRIGHT: Final = 1

_JPEG_START: Final = b"\xff\xd8"
# A segment of 34 bytes for programs; in it a TIFF head and a table of one entry: the
# orientation, a single short number.
_HEAD: Final = struct.Struct(">2sH6s 2sHI HHHIHHI")

_MATRIX: Final = struct.Struct("=9i")
_ONE: Final = 1 << 16
_ORIENTATIONS: Final = {
    (1, 0, 0, 1): UPRIGHT,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}


def turned(jpeg: bytes, orientation: int) -> bytes:
    """Return a JPEG whose head says how to turn it; what it said so far no longer counts."""
    if orientation == UPRIGHT or not jpeg.startswith(_JPEG_START):
        return jpeg
    exif = _HEAD.pack(
        *(b"\xff\xe1", _HEAD.size - 2, b"Exif\0\0"),
        *(b"MM", 42, 8),
        *(1, 0x0112, 3, 1, orientation, 0, 0),
    )
    return _JPEG_START + exif + jpeg[len(_JPEG_START) :]


def of_display_matrix(matrix: bytes) -> int:
    """Return the orientation that FFmpeg's display matrix stands for, to a quarter turn.

    Nine numbers (a b u, c d v, x y w) in 65536ths: the pixel at (x, y) is shown at
    (ax + cy, bx + dy). One that stands for none of the eight is left as it is.
    """
    if len(matrix) < _MATRIX.size:
        return UPRIGHT
    a, b, _, c, d, *_ = _MATRIX.unpack_from(matrix)
    a, b, c, d = (round(number / _ONE) for number in (a, b, c, d))
    return _ORIENTATIONS.get((a, b, c, d), UPRIGHT)
