"""A bad frame tells the visitor what would help."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter
import pytest

from custom_components.facequota.recognition.assess import assess
from custom_components.facequota.recognition.engine import Face, Guidance

# Where the face is in the first portrait of person A.
TOP, LEFT, SIDE = 60, 213, 169


def face(*, top: float = TOP, left: float = LEFT, side: float = SIDE) -> Face:
    """Return a frontal face: eyes level, the nose midway between and below them."""
    eyes_and_nose = np.array(
        [
            (left + 0.3 * side, top + 0.4 * side),
            (left + 0.7 * side, top + 0.4 * side),
            (left + 0.5 * side, top + 0.7 * side),
        ],
        np.float32,
    )
    return Face(
        top=top,
        left=left,
        bottom=top + side,
        right=left + side,
        points=np.zeros((5, 2), np.float32),
        eyes_and_nose=eyes_and_nose,
    )


@pytest.fixture
def image(portraits: Path) -> Image.Image:
    """Return a well-lit, sharp portrait."""
    return Image.open(portraits / "A/1.jpg").convert("RGB")


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Return an image as the engines get it."""
    return np.asarray(image)


def smeared(image: Image.Image, width: int, axis: int) -> Image.Image:
    """Return an image as a camera with a long exposure sees somebody who moves."""
    values = np.asarray(image, np.float32)
    shifted = [np.roll(values, shift, axis) for shift in range(width)]
    return Image.fromarray(np.mean(shifted, axis=0).astype(np.uint8))


def darker(image: Image.Image, part: float) -> Image.Image:
    """Return an image with less light."""
    return ImageEnhance.Brightness(image).enhance(part)


def test_a_good_frame_needs_no_guidance(image: Image.Image) -> None:
    found = assess(pixels(image), [face()])
    assert found.guidance is None
    assert 0.5 < found.quality <= 1


def test_no_face_is_asked_for_in_an_ordinary_picture(image: Image.Image) -> None:
    found = assess(pixels(image), [])
    assert found.guidance is Guidance.NO_FACE
    assert found.quality == 0


def test_no_face_in_the_dark_asks_for_light(image: Image.Image) -> None:
    found = assess(pixels(darker(image, 0.1)), [])
    assert found.guidance is Guidance.MORE_LIGHT


def test_no_face_in_glare_asks_for_less_light() -> None:
    white = np.full((480, 640, 3), 255, np.uint8)
    assert assess(white, []).guidance is Guidance.LESS_LIGHT


def test_a_small_face_is_asked_closer(image: Image.Image) -> None:
    found = assess(pixels(image), [face(side=60)])
    assert found.guidance is Guidance.CLOSER


def test_a_dark_face_asks_for_light(image: Image.Image) -> None:
    found = assess(pixels(darker(image, 0.1)), [face()])
    assert found.guidance is Guidance.MORE_LIGHT


def test_half_the_light_is_still_enough(image: Image.Image) -> None:
    assert assess(pixels(darker(image, 0.5)), [face()]).guidance is None


def test_a_face_without_contrast_asks_for_light(image: Image.Image) -> None:
    hazy = ImageEnhance.Contrast(image).enhance(0.1)
    assert assess(pixels(hazy), [face()]).guidance is Guidance.MORE_LIGHT


def test_a_burnt_out_face_asks_for_less_light(image: Image.Image) -> None:
    glaring = ImageEnhance.Brightness(image).enhance(5)
    assert assess(pixels(glaring), [face()]).guidance is Guidance.LESS_LIGHT


def test_an_unsharp_face_is_asked_to_hold_still(image: Image.Image) -> None:
    unsharp = image.filter(ImageFilter.GaussianBlur(0.03 * SIDE))
    assert assess(pixels(unsharp), [face()]).guidance is Guidance.HOLD_STILL


@pytest.mark.parametrize("axis", [0, 1])
def test_a_smeared_face_is_asked_to_hold_still(image: Image.Image, axis: int) -> None:
    moving = smeared(image, SIDE // 8, axis)
    assert assess(pixels(moving), [face()]).guidance is Guidance.HOLD_STILL


def nose_moved(x: float, y: float) -> Face:
    """Return a face whose nose is elsewhere, in parts of its side."""
    moved = face()
    moved.eyes_and_nose[2] += np.array([x, y], np.float32) * SIDE
    return moved


@pytest.mark.parametrize(("x", "y"), [(0.2, 0), (-0.2, 0), (0, 0.25), (0, -0.2)])
def test_a_face_turned_away_is_asked_to_look_here(
    image: Image.Image, x: float, y: float
) -> None:
    found = assess(pixels(image), [nose_moved(x, y)])
    assert found.guidance is Guidance.LOOK_HERE


def test_a_face_turned_a_little_is_usable_but_worth_less(image: Image.Image) -> None:
    straight = assess(pixels(image), [face()])
    turned = assess(pixels(image), [nose_moved(0.08, 0)])
    assert turned.guidance is None
    assert turned.quality < straight.quality


def test_a_tilted_head_is_not_turned_away(image: Image.Image) -> None:
    tilted = face()
    middle = tilted.eyes_and_nose.mean(axis=0)
    angle = np.radians(25)
    turn = np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32
    )
    tilted = replace(
        tilted, eyes_and_nose=(tilted.eyes_and_nose - middle) @ turn + middle
    )
    assert assess(pixels(image), [tilted]).guidance is None


def test_eyes_in_one_place_are_no_face_that_looks_here(image: Image.Image) -> None:
    broken = replace(face(), eyes_and_nose=np.zeros((3, 2), np.float32))
    assert assess(pixels(image), [broken]).guidance is Guidance.LOOK_HERE


def test_a_face_that_is_not_clear_is_there_and_is_asked_to_look_here(
    image: Image.Image,
) -> None:
    """Behind a mask for example: a visitor is told so, not that nobody was seen."""
    found = assess(pixels(image), [replace(face(), is_clear=False)])
    assert found.guidance is Guidance.LOOK_HERE


@pytest.mark.parametrize("left", [-SIDE * 0.4, 640 - SIDE * 0.6, -2 * SIDE])
def test_half_a_face_is_asked_into_the_picture(image: Image.Image, left: float) -> None:
    found = assess(pixels(image), [face(left=left)])
    assert found.guidance is Guidance.LOOK_HERE


def test_two_faces_side_by_side_are_asked_to_come_one_at_a_time(
    image: Image.Image,
) -> None:
    found = assess(pixels(image), [face(), face(left=400, side=0.8 * SIDE)])
    assert found.guidance is Guidance.ONE_AT_A_TIME


def test_a_person_in_the_background_does_not_matter(image: Image.Image) -> None:
    found = assess(pixels(image), [face(), face(left=400, side=0.6 * SIDE)])
    assert found.guidance is None
