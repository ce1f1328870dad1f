"""The nearest face once more: enlarged and turned until the head is level.

YuNet's points hardly follow a head that is tilted: at 45° it sees 3°, and the template
moves as far as a stranger's. If the face fills its picture, it sees a part of the tilt;
turning by that part and looking again finds the whole tilt. More looks also make the
points of an upright head more exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .engine_ncnn_yunet import Floats, YuNet

SIDE = 256
"""Pixels of the square that is looked at. 192 leave 45° unseen in every third face."""

_ROOM = 0.2
"""What is seen of its surroundings on each side, in heights of YuNet's box."""

MAX_LOOKS = 6
LEVEL = np.radians(8)
"""A head that is seen tilted by less at first is level: photographs of people are, to 85 %."""

TURNED_LEVEL = np.radians(3)
"""A head that was turned is turned on until it is seen tilted by less."""

MIN_SCORE = 0.88
"""Level faces have 0.90 and more; most of what lies on its side has less."""

_OFF_CENTRE = 0.25
"""How far the face may be from the middle of the square, in sides of it."""

_CHECK_SIDE = 96
"""Pixels of the square at which a face is looked at both ways up."""

_OTHER_SIDE = [1, 0, 2, 4, 3]
"""Eyes, nose and corners of the mouth in a mirror."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A square of a picture, turned and scaled.

    Points are complex numbers, and one at p here is at turn · p + shift in the picture.
    """

    image: Image.Image
    turn: complex
    shift: complex

    def in_picture(self, points: Floats) -> Floats:
        """Return points (n, 2) of the square as points of the picture."""
        there = (points[:, 0] + 1j * points[:, 1]) * self.turn + self.shift
        return np.stack((there.real, there.imag), axis=1).astype(np.float32)


def cut(image: Image.Image, turn: complex, shift: complex, side: int) -> Cut:
    """Return a square of so many pixels."""
    source, reduced_turn, reduced_shift = image, turn, shift
    if (factor := int(abs(turn))) >= 2:
        # Average over all pixels of a large face; otherwise fine patterns cause
        # aliasing.
        source = image.reduce(factor)
        reduced_turn, reduced_shift = turn / factor, shift / factor
    a, b = reduced_turn.real, reduced_turn.imag
    x, y = reduced_shift.real, reduced_shift.imag
    seen = source.transform(
        (side, side),
        Image.Transform.AFFINE,
        (a, -b, x, b, a, y),
        Image.Resampling.BILINEAR,
    )
    return Cut(image=seen, turn=turn, shift=shift)


def level_points(
    yunet: YuNet, image: Image.Image, box: Floats, points: Floats
) -> Floats | None:
    """Return the five points (5, 2) of a face, found with the head level.

    `box` (left, top, right, bottom) and `points` are what YuNet saw of it in the whole
    picture. None if the face is not the right way up, or its tilt is unclear.
    """
    direction = 1 + 0j
    for looks in range(1, MAX_LOOKS + 1):
        middle = complex(box[0] + box[2], box[1] + box[3]) / 2
        turn = direction * float(box[3] - box[1]) * (1 + 2 * _ROOM) / SIDE
        seen = cut(image, turn, middle - turn * (0.5 + 0.5j) * SIDE, SIDE)
        found = _central_face(yunet, np.asarray(seen.image))
        if found is None:
            return None
        tilt = _tilt(found.points)
        if abs(tilt) < (LEVEL if looks == 1 else TURNED_LEVEL):
            if found.score < MIN_SCORE or not _is_right_way_up(yunet, seen.image):
                return None
            # Points that were found on a tilted head are no help.
            other = points if looks == 1 else _mirrored(yunet, seen)
            level = seen.in_picture(found.points)
            return level if other is None else (level + other) / np.float32(2)
        direction *= np.exp(1j * tilt)
        half = (found.box[2:] - found.box[:2]) / 2 * abs(turn)
        (centre,) = seen.in_picture(found.box.reshape(2, 2).mean(axis=0)[None])
        box = np.concatenate((centre - half, centre + half))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A face in a square."""

    box: Floats
    points: Floats
    score: float


def _central_face(yunet: YuNet, square: NDArray[np.uint8]) -> _Found | None:
    """Return the surest face in the middle of a square."""
    boxes, points, scores = yunet.detect(square, min_score=0.0)
    away = np.abs((boxes[:, :2] + boxes[:, 2:]) / 2 - len(square) / 2).max(axis=1)
    scores = np.where(away <= _OFF_CENTRE * len(square), scores, 0)
    surest = int(np.argmax(scores))
    if scores[surest] == 0:
        return None
    return _Found(box=boxes[surest], points=points[surest], score=float(scores[surest]))


def _mirrored(yunet: YuNet, square: Cut) -> Floats | None:
    """Return the points that are found in the square's mirror image, as points of the picture.

    There the network's errors have the opposite direction.
    """
    mirror = square.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    found = _central_face(yunet, np.asarray(mirror))
    if found is None:
        return None
    points = found.points[_OTHER_SIDE]
    points[:, 0] = mirror.width - 1 - points[:, 0]
    return square.in_picture(points)


def _tilt(points: Floats) -> float:
    """Return how far a face is tilted, in radians: by its eyes, and by its height."""
    left, right, _, *mouth = points[:, 0] + 1j * points[:, 1]
    down = sum(mouth) / 2 - (left + right) / 2
    return float(np.angle(right - left + down / 1j))


def _is_right_way_up(yunet: YuNet, square: Image.Image) -> bool:
    """Return whether the face's score is lower when the square is turned around.

    YuNet finds most faces that are upside down as if they were upright, with wrong
    points, and their templates are all alike. Its score is higher for the right way up.
    """
    small = square.resize((_CHECK_SIDE, _CHECK_SIDE), Image.Resampling.BOX)
    upright, turned = (
        yunet.detect(np.asarray(way), min_score=0.0)[2].max()
        for way in (small, small.transpose(Image.Transpose.ROTATE_180))
    )
    return bool(upright >= turned)
