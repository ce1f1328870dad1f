"""Random values and changed bytes."""

import math
from random import Random
from typing import Any

from custom_components.facequota.recognition.engine import Region


def mutate(draw: Random, content: bytes) -> bytes:
    """Return some bytes with a few of them changed, cut out, doubled or added."""
    result = bytearray(content)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(result) + 1)
        match draw.randrange(5):
            case 0 if result:
                result[at % len(result)] ^= 1 << draw.randrange(8)
            case 1 if result:
                result[at % len(result)] = draw.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
            case 2:
                del result[at : at + draw.randint(1, 16)]
            case 3:
                result[at:at] = draw.randbytes(draw.randint(1, 16))
            case _:
                result[at:at] = result[at : at + draw.randint(1, 64)]
    return bytes(result)


def any_region(draw: Random) -> Region:
    """Return some part of a picture, or of what lies around it."""
    top, bottom, left, right = (
        edge for _ in range(2) for edge in sorted(draw.uniform(-0.1, 1.1) for _ in "ab")
    )
    return Region(top=top, left=left, bottom=bottom, right=right)


def any_value(draw: Random) -> Any:
    """Return what somebody might put into any field."""
    return draw.choice(
        (
            *(None, True, False, "", " ", "face", "open", "staff", "NaN", "inf", "60"),
            *(0, -1, 1, 5, 60, 200, 2**31, 2**64, 10**400, -(10**400)),
            *(0.1, 60.0, math.nan, math.inf, -math.inf, 1e308, 5e-324),
            *([], {}, [60], {"hours": 1}, {"hours": math.nan}, {"days": 10**12}),
            *("x" * 65, "\0", "\ud800", "📷", b"bytes", "-00:00:01", "99999999:00"),
            draw.uniform(-300, 300),
        )
    )
