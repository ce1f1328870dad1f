"""The format of an account between an instance and the server."""

from collections.abc import Iterator
import math
import struct
from typing import Any, Final

from custom_components.facequota.quota.protocol import (
    RESERVATION_S,
    Reservation,
    Rule,
    Standing,
)

from .clock import ServerClock

_SIZE: Final = struct.Struct("<H")


def text(value: bytes) -> str:
    """Return an id or a token from the server's answer."""
    return value.decode("ascii", "replace")


def unpacked(packed: bytes) -> Iterator[list[Any]]:
    """Yield the visitors of a page that the server packed into one value.

    They are packed into one value because a client is slow with many small ones.
    """
    at = 0
    while at < len(packed):
        parts: list[Any] = []
        for _ in range(4):
            (size,) = _SIZE.unpack_from(packed, at)
            at += _SIZE.size
            parts.append(packed[at : at + size])
            at += size
        parts[3] = parts[3].split(b",") if parts[3] else []
        yield parts


def standing_of(
    state: list[Any], latest: float, *, clock: ServerClock, rule: Rule, now: float
) -> Standing:
    """Return an account from the server's format; raise ValueError if it is invalid.

    The TAT is bounded by the one that the template was sealed for. So a person who has
    only the server's password cannot prolong the time for which a visitor is
    remembered.
    """
    name, tat_ms = text(state[0]), float(state[1])
    if not math.isfinite(tat_ms):
        raise ValueError("a TAT that is no number")
    tat = clock.monotonic(min(tat_ms, latest))
    opened = []
    for one in state[3]:
        token, cm, deadline = text(one).split(" ")
        if not 0 < float(cm) <= rule.allowance_cm:
            raise ValueError("a reservation that nobody could have made")
        opened.append(
            Reservation(
                token=token,
                cm=float(cm),
                expires_at=min(clock.monotonic(float(deadline)), now + RESERVATION_S),
                next_portion_at=tat,
                visitor=name,
            )
        )
    return Standing(tat=tat, reservations=tuple(opened))


def later(mine: Standing, there: Standing) -> Standing:
    """Return the later of two accounts of one visitor, with the open reservations of both."""
    opened = {one.token: one for one in (*there.reservations, *mine.reservations)}
    return Standing(tat=max(mine.tat, there.tat), reservations=tuple(opened.values()))
