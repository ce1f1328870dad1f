"""Bytes from a camera become upright pixels or are refused."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
import pytest

from custom_components.facequota.recognition.picture import (
    MAX_PIXELS,
    UnreadablePictureError,
    decode,
)

from . import pictures


@pytest.mark.parametrize("name", pictures.unusable())
def test_an_unusable_picture_is_refused_with_its_format(name: str) -> None:
    data, what = pictures.unusable()[name]
    with pytest.raises(UnreadablePictureError) as refused:
        decode(data)
    assert refused.value.why is what


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_which_a_few_lines_are_missing_is_read(progressive: bool) -> None:
    """What is missing comes out grey, or coarse: the face is judged by what is there."""
    whole = pictures.encoded(pictures.noise(320, 240), progressive=progressive)
    picture = decode(whole[: -len(whole) // 10])
    assert picture.pixels.shape == (240, 320, 3)
    upper = decode(whole).pixels[:160].astype(np.int16) - picture.pixels[:160]
    assert np.abs(upper).mean() < (40 if progressive else 0.1)


def test_a_promise_of_too_many_pixels_is_refused_before_decoding() -> None:
    with pytest.raises(UnreadablePictureError, match="9000 × 9000 pixels"):
        decode(pictures.png_that_promises(9000, 9000))


# Pillow says so when it meets the broken EXIF among them.
corrupt_exif = pytest.mark.filterwarnings("ignore:Corrupt EXIF data")


@corrupt_exif
def test_every_form_of_a_picture_becomes_upright_rgb(portraits: Path) -> None:
    for name, data in pictures.readable(portraits / "A/1.jpg").items():
        picture = decode(data)
        height, width, channels = picture.pixels.shape
        assert channels == 3, name
        assert picture.pixels.dtype == np.uint8, name
        assert width / height == pytest.approx(4 / 3, rel=0.01), name


@corrupt_exif
def test_every_form_of_a_picture_shows_the_same(portraits: Path) -> None:
    def small(data: bytes) -> np.ndarray:
        pixels = Image.fromarray(decode(data).pixels).convert("L").resize((32, 24))
        return np.asarray(pixels, np.float32)

    forms = pictures.readable(portraits / "A/1.jpg")
    wanted = small(forms.pop("jpeg"))
    for name, data in forms.items():
        assert np.abs(small(data) - wanted).mean() < 6, name


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_brought_down_and_says_by_how_much(kind: str) -> None:
    data = pictures.encoded(Image.new("RGB", (4000, 3000)), kind)
    picture = decode(data)
    assert picture.pixels.shape[0] < 1440
    assert picture.scale == pytest.approx(3000 / picture.pixels.shape[0])


def test_a_picture_of_a_usual_size_stays_as_it_is() -> None:
    picture = decode(pictures.encoded(Image.new("RGB", (1280, 720))))
    assert picture.pixels.shape == (720, 1280, 3)
    assert picture.scale == 1


def test_the_largest_picture_allowed_is_read() -> None:
    side = int(MAX_PIXELS**0.5)
    file = BytesIO()
    Image.new("L", (side, side)).save(file, "PNG")
    assert decode(file.getvalue()).scale > 1
