"""Finds faces on posters and screens, by where faces were in earlier looks.

A poster, a screen or a printed shirt on a chair has the same place and size in every
visit. A person never stands in exactly the same place twice, nor quite still.
"""

from collections import deque
from typing import Final

from custom_components.facequota.recognition.engine import Region

MAX_PLACES: Final = 16
"""Faces of earlier looks that are compared with; nothing but their edges is kept."""

MAX_SHIFT: Final = 0.006
"""Part of the picture by which each edge may differ: four pixels of 640."""


class EarlierPlaces:
    """The places of faces in earlier looks, in memory, until the visitors are forgotten."""

    def __init__(self) -> None:
        """Begin with none."""
        self.hanging: Region | None = None
        """The place of a hanging face in the last look."""
        self._places: deque[Region] = deque(maxlen=MAX_PLACES)

    def forget(self) -> None:
        """Forget all of them."""
        self._places.clear()
        self.hanging = None

    def add(self, place: Region) -> None:
        """Remember where the face of this look was."""
        self._places.append(place)

    def __contains__(self, place: Region) -> bool:
        """Return if a face was there before, of the same size."""
        return any(is_same(place, earlier) for earlier in self._places)


def is_same(one: Region, other: Region) -> bool:
    """Return if two faces are in the same place and of the same size."""
    return all(
        abs(a - b) <= MAX_SHIFT
        for a, b in (
            (one.top, other.top),
            (one.left, other.left),
            (one.bottom, other.bottom),
            (one.right, other.right),
        )
    )
