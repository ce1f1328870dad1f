"""What the cameras of the demo and the tests see: a picture tells when it was taken, and what it shows."""

from io import BytesIO
from pathlib import Path
import time

from PIL import Image
import pytest

from scripts.house.cameras import clock
from scripts.house.cameras.scene import Scene, SceneFault


@pytest.fixture
def red(tmp_path: Path) -> Path:
    """Return the picture of a red wall."""
    path = tmp_path / "red.png"
    Image.new("RGB", (640, 480), (200, 20, 20)).save(path)
    return path


def age_ms(scene: Scene) -> int:
    """Return how old a picture is that is taken now."""
    age = clock.age_ms(scene.jpeg(), time.time())
    assert age is not None
    return age


def is_red(scene: Scene) -> bool:
    """Return if the scene shows the red wall."""
    red, green, _ = scene.picture().resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    return bool(red > 2 * green)


@pytest.mark.parametrize("moment", [0.0, 1.5, 1_795_000_000.123])
@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (320, 240)])
def test_a_picture_tells_when_it_was_taken_after_compression_and_scaling(
    size: tuple[int, int], moment: float
) -> None:
    picture = Image.new("RGB", size, (176, 172, 164))
    clock.draw(picture, moment)
    file = BytesIO()
    picture.save(file, "JPEG", quality=40)
    with Image.open(file) as opened:
        small = opened.resize((size[0] * 3 // 4, size[1] * 3 // 4))
        assert clock.read(opened) == clock.milliseconds(moment)
        assert clock.read(small) == clock.milliseconds(moment)


def test_a_picture_without_a_clock_tells_no_time() -> None:
    assert clock.read(Image.new("RGB", (640, 480), (176, 172, 164))) is None


def test_a_moment_is_as_old_as_it_is_however_often_the_clock_went_round() -> None:
    picture = Image.new("RGB", (640, 480))
    clock.draw(picture, clock.MODULUS / 1000 - 0.5)
    file = BytesIO()
    picture.save(file, "JPEG")
    assert clock.age_ms(file.getvalue(), clock.MODULUS / 1000 + 0.5) == 1000


def test_a_scene_shows_who_stands_there_now(red: Path) -> None:
    scene = Scene()
    assert not is_red(scene)
    scene.show(red)
    assert is_red(scene)


def test_no_two_pictures_are_the_same(red: Path) -> None:
    scene = Scene()
    scene.show(red)
    assert scene.jpeg() != scene.jpeg()


def test_frozen_bytes_stay_the_same_when_somebody_else_comes(red: Path) -> None:
    scene = Scene()
    scene.fault = SceneFault.FROZEN_BYTES
    scene.show(red)
    first = scene.jpeg()
    time.sleep(0.1)
    assert scene.jpeg() == first
    assert age_ms(scene) >= 100
    assert not is_red(scene)


def test_a_frozen_picture_has_a_running_clock(red: Path) -> None:
    scene = Scene()
    scene.fault = SceneFault.FROZEN_PICTURE
    scene.show(red)
    first = clock.read(scene.picture())
    time.sleep(0.1)
    second = clock.read(scene.picture())
    assert first is not None
    assert second is not None
    assert second - first >= 100
    assert not is_red(scene)


def test_a_camera_without_a_signal_shows_its_card_and_recovers(red: Path) -> None:
    scene = Scene()
    scene.show(red)
    scene.fault = SceneFault.NO_SIGNAL
    assert clock.read(scene.picture()) is None
    assert not is_red(scene)
    scene.fault = None
    assert is_red(scene)
