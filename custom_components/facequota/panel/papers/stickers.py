"""Stickers for a site's buttons: a pictogram, two languages, and how long to hold."""

from collections.abc import Iterable
from typing import NamedTuple

from custom_components.facequota.const import Lane
from custom_components.facequota.hardware.firmware import HELD_FOR_OPEN_S, HELD_S
from custom_components.facequota.site.display_access import FORGET, REQUEST_KINDS

from .facts import DispenserFacts


class Sticker(NamedTuple):
    """What a button is for, and for how many seconds it is held: 0 is a press."""

    kind: str
    held_s: int


def stickers(dispensers: Iterable[DispenserFacts]) -> list[Sticker]:
    """Return the stickers that the dispensers need, each once; all four without a dispenser."""
    needed = {one for dispenser in dispensers for one in _of_dispenser(dispenser)}
    if not needed:
        return [Sticker(kind, 0) for kind in REQUEST_KINDS]
    return sorted(needed, key=lambda one: (REQUEST_KINDS.index(one.kind), one.held_s))


def _of_dispenser(one: DispenserFacts) -> Iterable[Sticker]:
    yield Sticker(Lane.FACE, 0)
    if one.open_button:
        yield Sticker(Lane.OPEN, HELD_FOR_OPEN_S if one.hold_for_open else 0)
    if one.urgent_button:
        yield Sticker(Lane.URGENT, HELD_S if one.hold_to_forget else 0)
    if one.forget_button:
        yield Sticker(FORGET, HELD_S if one.hold_to_forget else 0)
