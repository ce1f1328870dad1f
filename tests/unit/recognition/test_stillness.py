"""A stream's encoder gives a frozen picture other pixels at each key frame; nothing in it moves."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
import math
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
import pytest

from custom_components.facequota.recognition.engine import Face, Lines
from custom_components.facequota.recognition.engine_trial import drawn_face
from custom_components.facequota.recognition.squares import is_same, squares
from custom_components.facequota.recognition.stillness import (
    MAX_LENGTH,
    UNITS,
    is_still,
    lines,
)

# Eyes and corners of the mouth of the drawn face, and its nose.
POINTS: Final = np.array(
    [[282, 225], [358, 225], [320, 295], [295, 335], [345, 335]], np.float32
)
FACE: Final = Face(
    top=150, left=240, bottom=370, right=400, points=POINTS, eyes_and_nose=POINTS[:3]
)
RATE: Final = 25
KEY_FRAME: Final = 8
# Pictures that a look takes, one after the other: 0.16 s apart, some across key frames.
TAKEN: Final = range(6, 46, 4)
NOISE: Final = 3.0

ENCODERS: Final = {
    "300 kbit/s": {"b": "300000", "preset": "veryfast", "tune": "zerolatency"},
    "4 Mbit/s": {"b": "4000000", "preset": "ultrafast", "tune": "zerolatency"},
    "1 Mbit/s at most": {"b": "1000000", "maxrate": "1000000", "bufsize": "500000"},
    "crf 18": {"crf": "18", "preset": "medium"},
    "crf 28": {"crf": "28", "preset": "veryfast"},
    "crf 36": {"crf": "36", "preset": "ultrafast"},
    "refresh in columns": {"crf": "28", "intra-refresh": "1"},
}

type Pixels = NDArray[np.uint8]


def scene(moved: float, noise: np.random.Generator) -> Image.Image:
    """Return the face after it moved by so many pixels, as a sensor sees it."""
    image = drawn_face()
    image = image.transform(
        image.size,
        Image.Transform.AFFINE,
        (1, 0, moved, 0, 1, moved / 2),
        Image.Resampling.BICUBIC,
    )
    grain = noise.normal(0, NOISE, (*image.size[::-1], 1))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


def frozen(number: int) -> Image.Image:
    """Return one picture for ever, under a running clock."""
    image = scene(0, np.random.default_rng(1))
    ImageDraw.Draw(image).text((240, 120), f"12:00:{number / RATE:.2f}", font_size=24)
    return image


def swaying(number: int) -> Image.Image:
    """Return somebody who stands still as people do: three pixels to and fro."""
    time = number / RATE
    moved = 3 * math.sin(2 * math.pi * 0.3 * time) + math.sin(2 * math.pi * 1.1 * time)
    return scene(moved, np.random.default_rng(number))


def streamed(shown: Callable[[int], Image.Image], encoder: str) -> list[Pixels]:
    """Return what comes out of a stream at the moments at which a look takes pictures."""
    sender = av.CodecContext.create("libx264", "w")
    receiver = av.CodecContext.create("h264", "r")
    assert isinstance(sender, VideoCodecContext)
    assert isinstance(receiver, VideoCodecContext)
    sender.width, sender.height = drawn_face().size
    sender.pix_fmt, sender.framerate = "yuv420p", RATE
    sender.thread_count = receiver.thread_count = 1
    sender.options = {**ENCODERS[encoder], "g": str(KEY_FRAME), "bf": "0"}
    pictures = []
    for number in range(TAKEN.stop):
        frame = av.VideoFrame.from_ndarray(np.asarray(shown(number)))
        frame.pts = number
        pictures += [f for p in sender.encode(frame) for f in receiver.decode(p)]
    pictures += [f for p in sender.encode(None) for f in receiver.decode(p)]
    pictures += receiver.decode(None)
    return [
        _as_jpeg(Image.fromarray(pictures[number].to_ndarray(format="rgb24")))
        for number in TAKEN
    ]


def _as_jpeg(image: Image.Image) -> Pixels:
    file = BytesIO()
    image.save(file, "JPEG", quality=92)
    return np.asarray(Image.open(file))


def found(picture: Pixels) -> Lines | None:
    """Return the lines of the face, whose points a clock may have moved a little."""
    shift = np.float32(picture[0, 0].sum() % 3)
    face = Face(
        top=FACE.top,
        left=FACE.left,
        bottom=FACE.bottom + float(shift),
        right=FACE.right,
        points=POINTS + shift,
        eyes_and_nose=POINTS[:3],
    )
    return lines(picture, face)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_frozen_picture_never_moves_whatever_the_encoder_makes_of_it(
    encoder: str,
) -> None:
    pictures = streamed(frozen, encoder)
    seen = [found(picture) for picture in pictures]
    assert all(is_still(one, other) for one in seen for other in seen)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_somebody_who_stands_still_has_moved_within_two_seconds(encoder: str) -> None:
    first, *others = (found(picture) for picture in streamed(swaying, encoder))
    assert not all(is_still(first, other) for other in others)


def test_blocks_that_an_encoder_draws_anew_do_not_move_a_face() -> None:
    """At a low rate they change its lines by more than a movement would, and like none."""
    seen = found(np.asarray(scene(0, np.random.default_rng(1))))
    assert seen is not None
    noise = np.random.default_rng(2)
    assert all(is_still(seen, _in_other_blocks(seen, noise)) for _ in range(200))


def _in_other_blocks(seen: Lines, noise: np.random.Generator) -> Lines:
    """Return the lines with another error in each of an encoder's blocks."""
    across, down = (
        replace(
            line,
            values=np.clip(
                line.values
                + np.repeat(noise.normal(0, 4, 1 + len(line.values) // 8), 8)[
                    : len(line.values)
                ]
                * UNITS,
                0,
                np.iinfo(np.uint16).max,
            ).astype(np.uint16),
        )
        for line in seen
    )
    return across, down


def test_digests_of_pixels_alone_do_not_find_it_out() -> None:
    """Which is why what moves is looked at."""
    one, *others = (squares(p, FACE) for p in streamed(frozen, "1 Mbit/s at most"))
    assert not all(is_same(one, other) for other in others)


@pytest.mark.parametrize("size", [0.05, 1.0, 2.0, 20.0])
def test_a_face_of_any_size_and_place_has_lines_of_bounded_length(size: float) -> None:
    picture = np.asarray(drawn_face())
    for shift in (-300.0, 0.0, 500.0):
        face = Face(
            top=0,
            left=0,
            bottom=FACE.bottom * size + shift,
            right=0,
            points=POINTS * size + np.float32(shift),
            eyes_and_nose=POINTS[:3],
        )
        for line in lines(picture, face) or ():
            assert len(line.values) <= MAX_LENGTH


@pytest.mark.parametrize("chin", [-30, -15, 5])
@pytest.mark.parametrize("size", [0.9, 1.1, 1.3])
def test_a_face_that_is_found_in_another_size_has_not_moved(
    size: float, chin: int
) -> None:
    """Also where so many of its pixels are joined to a value in one and not in the other."""
    picture = np.asarray(scene(0, np.random.default_rng(1)))
    middle = POINTS.mean(axis=0)
    face = replace(
        FACE,
        bottom=FACE.bottom + chin,
        points=middle + (POINTS - middle) * np.float32(size),
    )
    assert is_still(lines(picture, FACE), lines(picture, face))


def test_what_cannot_be_compared_is_not_still() -> None:
    picture = np.asarray(drawn_face())
    whole = lines(picture, FACE)
    beside = Face(
        top=0,
        left=0,
        bottom=100,
        right=0,
        points=POINTS * np.float32(0.2),
        eyes_and_nose=POINTS[:3],
    )
    assert is_still(whole, whole)
    assert not is_still(whole, lines(picture, beside))
    assert not is_still(whole, None)
