"""A face's pixels tell a picture that is frozen from somebody who lives."""

from dataclasses import replace
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
import pytest

from custom_components.facequota.recognition.engine import Face
from custom_components.facequota.recognition.squares import (
    MAX_SQUARES,
    is_same,
    squares,
)

POINTS = np.array([[60, 60], [100, 60], [80, 80], [64, 100], [96, 100]], np.float32)
FACE = Face(
    top=30, left=40, bottom=120, right=120, points=POINTS, eyes_and_nose=POINTS[:3]
)


def picture(seed: int) -> Image.Image:
    """Return a scene as a sensor sees it at one moment: always the same, with new noise."""
    scene = np.full((160, 160, 3), 120, np.int16)
    scene[50:110, 50:110] += np.indices((60, 60)).sum(axis=0, dtype=np.int16)[..., None]
    noise = np.random.default_rng(seed).normal(0, 3, scene.shape)
    return Image.fromarray(np.clip(scene + noise, 0, 255).astype(np.uint8))


def sent(image: Image.Image, clock: str = "") -> NDArray[np.uint8]:
    """Return a picture as it arrives: with a clock at the forehead, through JPEG."""
    file = BytesIO()
    shown = image.copy()
    ImageDraw.Draw(shown).text((50, 40), clock, fill="white")
    shown.save(file, "JPEG", quality=80)
    return np.asarray(Image.open(file).convert("RGB"))


def test_a_frozen_picture_under_a_running_clock_is_the_same() -> None:
    """Also when the clock has moved the points of the face a little."""
    frozen = picture(1)
    moved = replace(FACE, points=POINTS + np.array([5, -3], np.float32))
    first = squares(sent(frozen, "12:00:01"), FACE)
    assert is_same(first, squares(sent(frozen, "12:00:02"), FACE))
    assert is_same(first, squares(sent(frozen, "12:00:03"), moved))


def test_a_person_who_does_not_move_is_not_a_frozen_picture() -> None:
    """The sensor's noise is enough."""
    one, other = (squares(sent(picture(seed)), FACE) for seed in (1, 2))
    assert one
    assert not is_same(one, other)


def test_a_square_of_one_colour_does_not_count() -> None:
    white = np.full((160, 160, 3), 255, np.uint8)
    assert squares(white, FACE) == frozenset()
    assert not is_same(frozenset(), frozenset())


@pytest.mark.parametrize("size", [0.1, 4.0, 40.0])
def test_a_face_of_any_size_and_place_has_only_so_many(size: float) -> None:
    """Also where it is partly outside of the picture."""
    pixels = sent(picture(1))
    for shift in (-80, 0, 120):
        found = squares(pixels, replace(FACE, points=POINTS * size + np.float32(shift)))
        assert len(found) <= MAX_SQUARES
