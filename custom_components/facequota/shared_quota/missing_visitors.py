"""Which visitors must be sent to the server, because it lacks them or a part of them."""

from collections.abc import Iterator
from typing import Final

from custom_components.facequota.quota.protocol import Standing

from .account_format import later
from .copy import Copy
from .seal import Forged

type Message = tuple[str | bytes | float, ...]

# By how much two estimates of one moment may differ.
_TOLERANCE_MS: Final = 50.0


def message(copy: Copy, name: str, mine: Standing) -> Message:
    """Return the message about a visitor's account for the server.

    Raises Forged without a key, KeyError when nobody has that id.
    """
    if copy.key is None:
        raise Forged
    tat, opened = mine.tat, list(mine.reservations)
    for settled in copy.unconfirmed.values():
        # Open there until it is settled there, which comes next.
        if settled.cm and name in copy.known_as(settled.names):
            rule = copy.replica.rule
            tat += rule.time_for(settled.reservation.cm)
            tat -= rule.time_for(settled.cm)
            opened.append(settled.reservation)
    for one in opened:
        copy.there.add(one.token)
    return (
        copy.key.epoch,
        name,
        copy.sealed(name, copy.replica.template(name)),
        f"{copy.clock.server_ms(tat):.3f}",
        *(
            f"{one.token} {one.cm} {copy.clock.server_ms(one.expires_at):.3f}"
            for one in opened
        ),
    )


def missing(
    copy: Copy, before: dict[str, Standing], there: set[str]
) -> Iterator[Message]:
    """Yield what a server that lost its memory does not know of these visitors.

    The accounts are those from before; a visitor whom it knows has the server's account.
    """
    for name, mine in before.items():
        found = copy.replica.standing(name)
        if found is None:
            continue
        both = later(mine, found)
        if name not in there or _is_more(both, found):
            copy.replica.put(name, both, None)
            yield message(copy, name, mine)


def _is_more(both: Standing, there: Standing) -> bool:
    """Return whether a visitor owes more, or has more reserved, than the server has."""
    opened = {one.token for one in there.reservations}
    return (both.tat - there.tat) * 1000 > _TOLERANCE_MS or any(
        one.token not in opened for one in both.reservations
    )
