"""The frames of one look: whether each is new, shows a living scene, and shows the same person."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.recognition.engine import Sighting
from custom_components.facequota.recognition.engines import Engine
from custom_components.facequota.recognition.squares import is_same
from custom_components.facequota.recognition.stillness import is_still

type Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How near two frames of one visit may be; Euclidean distances of unit vectors."""

    same_picture: float
    """No two real frames are so near: a sensor's noise alone moves a template further."""

    same_person: float
    """Frames of one person in one visit are nearer than this."""


# Measured: two real frames are never less than 0.045 (dlib) and 0.26 (ncnn) apart
# (docs/cameras.md). Two nearer ones are the same picture, encoded again.
LIKENESS: Final = {
    Engine.FACE_RECOGNITION: Likeness(same_picture=0.02, same_person=0.37),
    Engine.NCNN: Likeness(same_picture=0.08, same_person=1.0),
}

# The same pixels may come twice from an encoder that saves bits, when a person stands
# still.
MAX_REPEATS: Final = 3
# A person may hardly move for a moment: about a second of a stream's pictures.
MAX_STILL: Final = 12


class Frames:
    """Collects the frames of one look; starts again when another person is seen."""

    def __init__(self, likeness: Likeness) -> None:
        """Begin without frames."""
        self.usable: list[Sighting] = []
        """Those that count, all of one person."""
        self.seen = 0
        """How many pictures were looked at, also such as count for nothing else."""
        self.counted = 0
        """How many of them were surely begun after the request."""
        self.repeats = 0
        """How many showed a face in the pixels of one before: they count for nothing."""
        self.still = 0
        """How many of a stream showed a face that had not moved; nor do they count."""
        self.people_changed = False
        self.has_moved = False
        """Whether the face moved between two that count, as far as can be told."""
        self._likeness = likeness
        self._is_one_picture = False
        self._others: list[Sighting] = []

    @property
    def is_frozen(self) -> bool:
        """Return if the camera shows one picture again and again."""
        return (
            self._is_one_picture
            or self.repeats >= MAX_REPEATS
            or self.still >= MAX_STILL
        )

    def add(
        self, sighting: Sighting, *, counts: bool, is_of_video: bool = False
    ) -> None:
        """Add a picture; one of unknown age only shows whether the scene is alive."""
        self.seen += 1
        self.counted += counts
        if sighting.template is None:
            return
        for before in (*self._others, *self.usable):
            if is_same(before.squares, sighting.squares):
                self.repeats += 1
                sighting.overwrite()
                return
            if is_of_video and is_still(before.lines, sighting.lines):
                self.still += 1
                sighting.overwrite()
                return
            if _distance(before, sighting) < self._likeness.same_picture:
                self._is_one_picture = True
        if not counts:
            self._others.append(sighting)
            return
        if any(
            _distance(before, sighting) > self._likeness.same_person
            for before in self.usable
        ):
            self.people_changed = True
            self._others += self.usable
            self.usable, self.has_moved = [], False
        self.has_moved |= any(
            not is_still(before.lines, sighting.lines)
            for before in (*self.usable[:1], *self.usable[-1:])
        )
        self.usable.append(sighting)

    def overwrite(self) -> None:
        """Overwrite the templates in memory."""
        for sighting in (*self._others, *self.usable):
            sighting.overwrite()


def _distance(one: Sighting, other: Sighting) -> float:
    """Return the distance of two frames' templates as unit vectors."""
    assert one.template is not None
    assert other.template is not None
    product = float(one.template @ other.template)
    lengths = float(np.linalg.norm(one.template) * np.linalg.norm(other.template))
    return float(np.sqrt(max(0.0, 2.0 - 2.0 * product / lengths))) if lengths else 0.0
