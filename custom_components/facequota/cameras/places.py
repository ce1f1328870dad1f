"""Finds faces on posters and screens, by where eyes were in earlier looks.

A poster, a screen or a printed shirt on a chair has the same place and size in every
visit. A person never stands in exactly the same place twice, and never quite still.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from custom_components.facequota.recognition.engine import Eyes

MAX_PLACES: Final = 16
"""Faces of earlier looks that are compared with; nothing but their eyes' places is kept."""

MAX_SHIFT: Final = 0.006
"""Part of the picture by which each eye may be elsewhere: four pixels of 640.

Eyes and not the detector's box: HOG's boxes lie on a grid, a third of those of somebody
who sways by six pixels were the same. Of the eyes 7 % are; of a picture that hangs all.
"""


class EarlierPlaces:
    """Where eyes were in earlier looks, in memory, until the visitors are forgotten."""

    def __init__(self) -> None:
        """Begin with none."""
        self.hanging: Eyes | None = None
        """The eyes of a hanging face in the last look."""
        self._places: deque[Eyes] = deque(maxlen=MAX_PLACES)

    def forget(self) -> None:
        """Forget all of them."""
        self._places.clear()
        self.hanging = None

    def hangs(self, frames: Sequence[Eyes]) -> bool:
        """Return if the eyes stayed, in this look, where eyes were in an earlier look.

        Remembers their last place. `frames` are the eyes in each frame, in order.
        """
        if not frames:
            return False
        last = frames[-1]
        hangs = last in self and all(is_same(last, one) for one in frames)
        self.hanging = last if hangs else None
        self._places.append(last)
        return hangs

    def __contains__(self, place: Eyes) -> bool:
        """Return if a face was there before, of the same size."""
        return any(is_same(place, earlier) for earlier in self._places)


def is_same(one: Eyes, other: Eyes) -> bool:
    """Return if two faces are in the same place and of the same size."""
    return all(abs(a - b) <= MAX_SHIFT for a, b in zip(one, other, strict=True))
