"""Frames that are tilted, interlaced or incomplete: no wrong template comes of them."""

from pathlib import Path

import numpy as np
from PIL import Image
import pytest

from custom_components.facequota.recognition.engine import Guidance
from custom_components.facequota.recognition.supervisor import Supervisor

from . import pictures
from .seen import distance, look

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("degrees", [90, 180, 270])
async def test_a_tilted_camera_shows_no_face_that_could_be_remembered(
    worker: Supervisor, portraits: Path, degrees: int
) -> None:
    turned = Image.open(portraits / "A/1.jpg").rotate(degrees, expand=True)
    sighting = await look(worker, turned)
    assert sighting.guidance in {Guidance.LOOK_HERE, Guidance.NO_FACE}


@pytest.mark.parametrize("degrees", [20, 30, 45, -20, -30, -45])
@pytest.mark.parametrize("portrait", ["A/1.jpg", "B/1.jpg"])
async def test_a_tilted_head_has_the_template_of_the_upright_one(
    worker: Supervisor, portraits: Path, portrait: str, degrees: int
) -> None:
    """Or none: it is never the template of another person."""
    image = Image.open(portraits / portrait).convert("RGB")
    upright = await look(worker, image)
    tilted = await look(worker, image.rotate(degrees, Image.Resampling.BICUBIC))
    if tilted.guidance is None:
        assert distance(upright, tilted) < 0.4
    else:
        assert abs(degrees) > 20
        assert tilted.guidance in {Guidance.LOOK_HERE, Guidance.NO_FACE}


def lines_of(*images: Image.Image) -> Image.Image:
    """Return an interlaced frame: lines in turn from several moments."""
    frames = [np.asarray(image) for image in images]
    mixed = frames[0].copy()
    for number, other in enumerate(frames):
        mixed[number :: len(frames)] = other[number :: len(frames)]
    return Image.fromarray(mixed)


@pytest.mark.parametrize("pixels", [4, 8, 16])
async def test_a_combed_frame_is_asked_to_hold_still(
    worker: Supervisor, portraits: Path, pixels: int
) -> None:
    image = Image.open(portraits / "A/1.jpg").convert("RGB")
    moved = image.transform(image.size, Image.Transform.AFFINE, (1, 0, pixels, 0, 1, 0))
    for combed in (lines_of(image, moved), lines_of(moved, image)):
        sighting = await look(worker, combed)
        assert sighting.guidance is Guidance.HOLD_STILL


@pytest.mark.parametrize("colour", [(128, 128, 128), (0, 135, 0), (0, 0, 0)])
@pytest.mark.parametrize("side", ["bottom", "left", "right"])
async def test_a_face_of_which_a_part_was_lost_has_no_template(
    worker: Supervisor, portraits: Path, side: str, colour: tuple[int, int, int]
) -> None:
    image = Image.open(portraits / "A/1.jpg").convert("RGB")
    whole = (await look(worker, image)).region
    assert whole is not None
    width, height = image.size
    for part in (0.3, 0.5):
        x = {
            "bottom": (0, width),
            "left": (0, width * (whole.left + part * (whole.right - whole.left))),
            "right": (width * (whole.right - part * (whole.right - whole.left)), width),
        }[side]
        lost = whole.bottom - part * (whole.bottom - whole.top)
        top = height * lost if side == "bottom" else 0
        spoilt = image.copy()
        spoilt.paste(colour, (round(x[0]), round(top), round(x[1]), height))
        sighting = await look(worker, spoilt)
        assert sighting.template is None, part
        assert sighting.guidance in {
            Guidance.HOLD_STILL,
            Guidance.LOOK_HERE,
            Guidance.NO_FACE,
        }


async def test_a_face_whose_last_line_is_drawn_out_has_no_template(
    worker: Supervisor, portraits: Path
) -> None:
    """As a decoder of a video stream conceals what it did not get."""
    frame = np.asarray(Image.open(portraits / "A/1.jpg").convert("RGB")).copy()
    whole = (await look(worker, Image.fromarray(frame))).region
    assert whole is not None
    line = round(len(frame) * (whole.bottom - 0.35 * (whole.bottom - whole.top)))
    frame[line:] = frame[line]
    sighting = await look(worker, Image.fromarray(frame))
    assert sighting.template is None


async def test_a_picture_of_one_colour_shows_no_person(worker: Supervisor) -> None:
    for colour, guidance in (
        ((0, 0, 0), Guidance.MORE_LIGHT),
        ((0, 135, 0), Guidance.NO_FACE),
        ((128, 128, 128), Guidance.NO_FACE),
        ((255, 255, 255), Guidance.LESS_LIGHT),
    ):
        sighting = await look(worker, Image.new("RGB", (640, 480), colour))
        assert sighting.guidance is guidance, colour


async def test_a_jpeg_that_breaks_off_below_the_face_is_as_good_as_a_whole_one(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    """One that breaks off within the face has no template."""
    image = Image.open(portraits / "A/1.jpg").convert("RGB")
    data = pictures.encoded(image, quality=90)
    whole = await look(worker, data)
    broken = await look(worker, data[: len(data) * 19 // 20])
    assert distance(whole, broken) < same_person / 4
    for part in (0.3, 0.45, 0.6, 0.75):
        sighting = await look(worker, data[: round(part * len(data))])
        if sighting.guidance is None:
            assert distance(whole, sighting) < same_person / 4, part


HALVES = {
    "right": (290, 0, 640, 480),
    "left": (0, 0, 310, 480),
    "upper": (0, 0, 640, 150),
    "lower": (0, 145, 640, 480),
}


@pytest.mark.parametrize("half", HALVES)
async def test_half_a_face_is_asked_into_the_picture(
    worker: Supervisor, portraits: Path, half: str
) -> None:
    image = Image.open(portraits / "A/1.jpg").crop(HALVES[half])
    sighting = await look(worker, image)
    assert sighting.guidance in {Guidance.LOOK_HERE, Guidance.NO_FACE}
    assert sighting.template is None


async def test_a_whole_face_at_the_border_is_the_same_person_or_asked_to_move(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    """Whatever of the head is outside: a template is never that of somebody else."""
    image = Image.open(portraits / "A/1.jpg").convert("RGB")
    wanted = await look(worker, image)
    assert wanted.region is not None
    face, size = wanted.region, np.array(image.size)
    left, top = np.array([face.left, face.top]) * size
    right, bottom = np.array([face.right, face.bottom]) * size
    for box in (
        (left, 0, image.width, image.height),
        (0, top, image.width, image.height),
        (0, 0, right, image.height),
        (0, 0, image.width, bottom),
        (left, top, right, bottom),
    ):
        sighting = await look(worker, image.crop(box))
        if sighting.guidance is None:
            assert distance(wanted, sighting) < 0.6 * same_person, box
        else:
            assert sighting.guidance in {Guidance.LOOK_HERE, Guidance.NO_FACE}, box
