"""The real engines in their child processes, on portraits of two people."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
import pytest
import pytest_asyncio

from custom_components.facequota.recognition.engine import Guidance, Region, Sighting
from custom_components.facequota.recognition.environment import Engine
from custom_components.facequota.recognition.supervisor import Supervisor

from . import pictures
from .conftest import installed

pytestmark = pytest.mark.asyncio(loop_scope="module")

# The distances of the engines' own makers: face_recognition's tolerance, and SFace's
# cosine of 0.363 as a distance of unit vectors. Enough to tell two people apart here.
SAME_PERSON = {"face_recognition": 0.6, "ncnn": 1.128}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=list(Engine))
async def worker(request: pytest.FixtureRequest) -> AsyncIterator[Supervisor]:
    """Return a running worker: every test here is run with every engine."""
    environment = await installed(request.param)
    supervisor = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await supervisor.start()
    yield supervisor
    await supervisor.stop()


@pytest.fixture
def same_person(worker: Supervisor) -> float:
    """Return a distance that tells the same person from another."""
    assert worker.engine is not None
    return SAME_PERSON[worker.engine.name]


async def look(
    worker: Supervisor,
    picture: bytes | Path | Image.Image,
    near: Region | None = None,
) -> Sighting:
    """Return what the worker sees."""
    if isinstance(picture, Image.Image):
        picture = pictures.encoded(picture, quality=90)
    elif isinstance(picture, Path):
        picture = picture.read_bytes()
    return await worker.look(picture, timeout=60, near=near)


def distance(one: Sighting, other: Sighting) -> float:
    """Return how far two people, or one, are apart."""
    assert one.template is not None
    assert other.template is not None
    return float(np.linalg.norm(one.template - other.template))


async def test_one_person_is_near_and_another_is_far(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    a, *more_of_a = [await look(worker, f) for f in sorted(portraits.glob("A/*.jpg"))]
    b = await look(worker, portraits / "B/1.jpg")
    assert all(distance(a, other) < same_person for other in more_of_a)
    assert distance(a, b) > same_person
    assert len(more_of_a) == 2


async def test_a_sighting_says_what_it_saw(worker: Supervisor, portraits: Path) -> None:
    sighting = await look(worker, portraits / "A/1.jpg")
    assert worker.engine is not None
    assert sighting.template is not None
    assert sighting.template.shape == (worker.engine.dimension,) == (128,)
    assert sighting.guidance is None
    assert sighting.faces == 1
    assert 120 < (sighting.face_height_px or 0) < 220
    assert 0 < sighting.quality <= 1
    assert sighting.recognition_ms > 0


async def test_the_same_picture_always_gives_the_same_template(
    worker: Supervisor, portraits: Path
) -> None:
    first = await look(worker, portraits / "A/1.jpg")
    await look(worker, portraits / "B/1.jpg")
    again = await look(worker, portraits / "A/1.jpg")
    assert distance(first, again) == 0


async def test_no_picture_ends_the_worker(worker: Supervisor, portraits: Path) -> None:
    pid = worker.pid
    for name, (data, what) in pictures.unusable().items():
        sighting = await look(worker, data)
        assert sighting.guidance is Guidance.UNREADABLE_PICTURE, name
        assert sighting.unreadable is what, name
        assert sighting.template is None, name
    await look(worker, portraits / "A/1.jpg")
    assert (worker.pid, worker.restarts) == (pid, 0)


async def test_a_person_is_the_same_in_every_form_of_picture(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    wanted = await look(worker, portraits / "A/1.jpg")
    for name, data in pictures.readable(portraits / "A/1.jpg").items():
        sighting = await look(worker, data)
        assert sighting.guidance is None, name
        assert distance(wanted, sighting) < same_person / 2, name


async def test_the_face_height_is_told_in_pixels_of_the_sent_picture(
    worker: Supervisor, portraits: Path
) -> None:
    image = Image.open(portraits / "A/1.jpg")
    usual = (await look(worker, image)).face_height_px
    large = (await look(worker, image.resize((3200, 2400)))).face_height_px
    assert usual is not None
    assert large == pytest.approx(5 * usual, rel=0.15)


@pytest.mark.parametrize("degrees", [90, 180, 270])
async def test_a_camera_that_hangs_aslant_shows_nobody_that_could_be_remembered(
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
    """Or none: it is never somebody else's."""
    image = Image.open(portraits / portrait).convert("RGB")
    upright = await look(worker, image)
    tilted = await look(worker, image.rotate(degrees, Image.Resampling.BICUBIC))
    if tilted.guidance is None:
        assert distance(upright, tilted) < 0.4
    else:
        assert abs(degrees) > 20
        assert tilted.guidance in {Guidance.LOOK_HERE, Guidance.NO_FACE}


@pytest.mark.parametrize("portrait", ["A/1.jpg", "B/1.jpg"])
async def test_whoever_wears_sunglasses_is_asked_to_show_the_eyes(
    worker: Supervisor, portraits: Path, portrait: str
) -> None:
    image = Image.open(portraits / portrait).convert("RGB")
    seen = await look(worker, image)
    assert seen.region is not None
    assert seen.eyes_at is not None
    y, middle = seen.eyes_at * image.height, (seen.region.left + seen.region.right) / 2
    apart = 0.22 * (seen.region.bottom - seen.region.top) * image.height
    for x in (middle * image.width - apart, middle * image.width + apart):
        outline = (x - 0.8 * apart, y - 0.6 * apart, x + 0.8 * apart, y + 0.7 * apart)
        ImageDraw.Draw(image).ellipse(outline, fill=(15, 15, 18))
    sighting = await look(worker, image)
    assert sighting.guidance in {Guidance.LOOK_HERE, Guidance.NO_FACE}


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


async def test_a_picture_of_one_colour_shows_nobody(worker: Supervisor) -> None:
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


def frame_of(*people: tuple[Path, int, int, float]) -> Image.Image:
    """Return a frame with people in it: portrait, x, y and scale of each."""
    frame = Image.new("RGB", (640, 480), (90, 100, 110))
    for portrait, x, y, scale in people:
        # The head and a little of its surroundings.
        image = Image.open(portrait).convert("RGB").crop((160, 10, 460, 290))
        size = (round(300 * scale), round(280 * scale))
        frame.paste(image.resize(size), (x, y))
    return frame


async def test_the_nearest_of_several_people_is_the_visitor(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    both = await look(worker, frame_of((a, 20, 80, 1.2), (b, 420, 100, 0.6)))
    assert both.guidance is None
    assert distance(both, await look(worker, a)) < same_person / 2


async def test_two_people_side_by_side_are_asked_to_come_one_at_a_time(
    worker: Supervisor, portraits: Path
) -> None:
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    for scale in (0.6, 0.8, 1.0):
        both = frame_of((a, 0, 80, scale), (b, 330, 80, scale))
        sighting = await look(worker, both)
        assert sighting.guidance is Guidance.ONE_AT_A_TIME, scale
        assert sighting.faces == 2, scale
        assert sighting.template is None, scale


async def test_a_usable_frame_tells_where_the_face_is(
    worker: Supervisor, portraits: Path
) -> None:
    """Eyes are in the upper half of it."""
    sighting = await look(worker, frame_of((portraits / "A/1.jpg", 20, 150, 1.0)))
    region = sighting.region
    assert region is not None
    assert sighting.eyes_at is not None
    assert region.top < sighting.eyes_at < (region.top + region.bottom) / 2
    assert region.right < 0.5
    side_by_side = await look(worker, Image.new("RGB", (640, 480)))
    assert side_by_side.region is None


async def test_who_moved_a_little_is_found_where_they_were(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    for scale in (0.5, 0.8, 1.1):
        before = await look(worker, frame_of((a, 200, 100, scale)))
        moved = frame_of((a, 230, 80, scale), (b, 460, 100, scale * 0.6))
        after = await look(worker, moved, before.region)
        assert after.guidance is None, scale
        assert distance(after, before) < same_person / 2, scale


async def test_who_is_no_longer_there_is_looked_for_everywhere(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    a = portraits / "A/1.jpg"
    before = await look(worker, frame_of((a, 0, 0, 0.7)))
    for x, y in ((400, 0), (0, 250), (400, 250)):
        after = await look(worker, frame_of((a, x, y, 0.7)), before.region)
        assert distance(after, before) < same_person / 2
        assert after.region is not None
        assert after.region != before.region


async def test_any_part_of_a_picture_can_be_looked_at_first(
    worker: Supervisor, portraits: Path
) -> None:
    tiny, small = 1 / 640, 1 / 48
    for side in (tiny, small, 0.5, 1.0):
        for at in (0.0, (1 - side) / 2, 1 - side):
            near = Region(top=at, left=at, bottom=at + side, right=at + side)
            sighting = await look(worker, portraits / "A/1.jpg", near)
            assert sighting.guidance is None, near


async def test_a_person_a_few_steps_away_is_asked_closer(
    worker: Supervisor, portraits: Path
) -> None:
    far = frame_of((portraits / "A/1.jpg", 250, 150, 0.28))
    assert (await look(worker, far)).guidance is Guidance.CLOSER


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


async def test_a_mask_makes_nobody_somebody_else(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    """Whoever wears one is found, or asked to show the face; never another person."""
    b = await look(worker, portraits / "B/1.jpg")
    masked = Image.open(portraits / "A/1.jpg").convert("RGB")
    plain = await look(worker, masked)
    assert plain.region is not None
    left, right = plain.region.left * 640, plain.region.right * 640
    top, bottom = plain.region.top * 480, plain.region.bottom * 480
    upper_edge, width = top + 0.55 * (bottom - top), right - left
    ImageDraw.Draw(masked).rounded_rectangle(
        (left + 0.08 * width, upper_edge, right - 0.08 * width, bottom),
        radius=0.25 * width,
        fill=(170, 200, 220),
    )
    sighting = await look(worker, masked)
    if sighting.guidance is None:
        assert distance(sighting, b) > same_person
    else:
        assert sighting.guidance is Guidance.NO_FACE


async def test_a_person_in_the_dark_is_asked_for_light(
    worker: Supervisor, portraits: Path
) -> None:
    dark = ImageEnhance.Brightness(Image.open(portraits / "A/1.jpg")).enhance(0.12)
    assert (await look(worker, dark)).guidance is Guidance.MORE_LIGHT


async def test_a_person_in_glare_is_asked_for_less_light(
    worker: Supervisor, portraits: Path
) -> None:
    bright = ImageEnhance.Brightness(Image.open(portraits / "A/1.jpg")).enhance(3)
    assert (await look(worker, bright)).guidance is Guidance.LESS_LIGHT


async def test_a_person_out_of_focus_is_asked_to_hold_still(
    worker: Supervisor, portraits: Path
) -> None:
    image = Image.open(portraits / "A/1.jpg").filter(ImageFilter.GaussianBlur(6))
    assert (await look(worker, image)).guidance is Guidance.HOLD_STILL


async def test_an_empty_room_has_no_face(worker: Supervisor) -> None:
    sighting = await look(worker, frame_of())
    assert (sighting.guidance, sighting.faces) == (Guidance.NO_FACE, 0)
    assert sighting.face_height_px is None


async def test_a_crowd_is_answered(worker: Supervisor, portraits: Path) -> None:
    crowd = frame_of(
        *(
            (portraits / "A/1.jpg", 128 * column, 120 * row, 0.42)
            for column in range(5)
            for row in range(4)
        )
    )
    sighting = await look(worker, crowd)
    assert sighting.guidance in {Guidance.ONE_AT_A_TIME, Guidance.CLOSER}
    assert sighting.template is None


async def test_the_worker_tells_what_the_kernel_granted(worker: Supervisor) -> None:
    assert set(worker.sandbox) == {
        "own_network",
        "memory_locked",
        "no_new_privileges",
        "no_sockets",
        "files_closed",
        "no_privileges",
        "first_to_go",
        "memory_limited",
        "landlock",
        "files_shut",
        "not_dumpable",
        "no_core_dump",
        "no_file_writes",
    }
