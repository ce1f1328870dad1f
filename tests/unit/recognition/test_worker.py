"""The real engines in their child processes, on portraits of two people."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
import pytest

from custom_components.facequota.recognition.engine import Guidance, Region
from custom_components.facequota.recognition.supervisor import Supervisor

from . import pictures
from .seen import distance, frame_of, look

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


@pytest.mark.parametrize("portrait", ["A/1.jpg", "B/1.jpg"])
async def test_a_visitor_in_sunglasses_is_asked_to_show_the_eyes(
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


async def test_a_face_that_moved_a_little_is_found_near_its_old_place(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    for scale in (0.5, 0.8, 1.1):
        before = await look(worker, frame_of((a, 200, 100, scale)))
        moved = frame_of((a, 230, 80, scale), (b, 460, 100, scale * 0.6))
        after = await look(worker, moved, before.region)
        assert after.guidance is None, scale
        assert distance(after, before) < same_person / 2, scale


async def test_a_face_that_left_its_place_is_searched_in_the_whole_picture(
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


async def test_with_a_mask_no_person_is_taken_for_another(
    worker: Supervisor, portraits: Path, same_person: float
) -> None:
    """A visitor with a mask is recognised, or asked to show the face; never taken for another person."""
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
