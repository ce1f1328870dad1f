"""What a stream's packets show: who stands there now, upright and as wide as they are."""

from fractions import Fraction
from io import BytesIO
from typing import Final, cast

import av
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.video.stream import VideoStream
import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.facequota.recognition.picture import decode
from custom_components.facequota.recognition.stream_decoder import Decoder

WIDE, HIGH = 320, 240
RATE: Final = 25
KEY_FRAME: Final = 20
LENGTH: Final = 2 * KEY_FRAME
# The one in which the next visitor takes the place of the one before.
CHANGE: Final = 10
# Mean difference of grey levels: what an encoder costs, and less than two scenes differ by.
SAME: Final = 25

_FAST: Final = {"preset": "ultrafast", "tune": "zerolatency", "g": str(KEY_FRAME)}
ENCODERS: Final = {
    "libx264": _FAST,
    "libx265": {**_FAST, "x265-params": "log-level=none"},
}

type Pixels = NDArray[np.uint8]
type VideoPacket = Packet[VideoStream]


def scene(number: int) -> Pixels:
    """Return what a camera sees: another one from CHANGE on, under a running clock."""
    blocks = np.random.default_rng(number >= CHANGE).integers(0, 255, (30, 40, 1))
    pixels = np.repeat(np.repeat(np.repeat(blocks, 8, 0), 8, 1), 3, 2)
    pixels[:16, :40] = number * 6
    return pixels.astype(np.uint8)


class Camera:
    """Encodes a scene; its packets are those that a reader receives."""

    def __init__(
        self, codec: str = "libx264", shape: Fraction | None = None, filters: str = ""
    ) -> None:
        """Encode it; `shape` is a pixel's width by its height."""
        file = BytesIO()
        with av.open(file, "w", format="mpegts") as box:
            stream = box.add_stream(codec, rate=RATE, options=ENCODERS[codec])
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv420p"
            if shape:
                stream.codec_context.sample_aspect_ratio = shape
            through = BitStreamFilterContext(filters or "null", stream)
            for number in range(LENGTH):
                frame = av.VideoFrame.from_ndarray(scene(number))
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                for packet in stream.encode(frame):
                    box.mux(through.filter(packet))
            for packet in stream.encode(None):
                box.mux(through.filter(packet))
        file.seek(0)
        received = av.open(file, "r")
        self.stream = received.streams.video[0]
        self.packets = [one for one in received.demux(self.stream) if one.size]

    def shown(self, packets: list[VideoPacket]) -> dict[int, Pixels]:
        """Return what a reader that asks after each packet shows, by its number."""
        decoder = Decoder(self.stream)
        first = self.packets[0].pts
        assert first is not None
        shown = {}
        for packet in packets:
            frame = decoder.newest([packet])
            if frame is not None and frame.pts is not None:
                number = round((frame.pts - first) * self.packets[0].time_base * RATE)
                shown[number] = decode(decoder.jpeg(frame)).pixels
        return shown


def differs(picture: Pixels, number: int) -> float:
    """Return how far a picture is from what was seen then."""
    return float(np.abs(picture.astype(int) - scene(number)).mean())


@pytest.mark.parametrize("codec", ENCODERS)
@pytest.mark.parametrize("lost", [range(1, 2), range(CHANGE, CHANGE + 1), range(8, 14)])
def test_after_a_loss_no_person_is_shown_who_has_left(codec: str, lost: range) -> None:
    """The decoder would show the one before, moved and under the newest time stamp."""
    camera = Camera(codec)
    # What others in the process make of the log before says nothing.
    av.logging.set_level(av.logging.PANIC)
    packets = [one for at, one in enumerate(camera.packets) if at not in lost]
    shown = camera.shown(packets)
    assert {at: off for at in shown if (off := differs(shown[at], at)) > SAME} == {}
    assert set(range(KEY_FRAME, LENGTH - 2)) <= set(shown)


def test_a_picture_of_which_a_part_is_missing_spoils_none_after_the_next_key_frame() -> (
    None
):
    camera = Camera()
    whole = camera.packets[CHANGE]
    packet = cast("VideoPacket", Packet(bytes(whole)[: whole.size // 2]))
    packet.pts, packet.dts, packet.time_base = whole.pts, whole.dts, whole.time_base
    camera.packets[CHANGE] = packet
    shown = camera.shown(camera.packets)
    assert {at: off for at in shown if (off := differs(shown[at], at)) > SAME} == {}
    assert set(range(KEY_FRAME, LENGTH - 2)) <= set(shown)


@pytest.mark.parametrize("codec", ENCODERS)
def test_a_stream_of_which_nothing_is_lost_is_shown_whole(codec: str) -> None:
    camera = Camera(codec)
    assert set(range(LENGTH - 2)) <= set(camera.shown(camera.packets))


@pytest.mark.parametrize("shape", [Fraction(2), Fraction(1, 2), Fraction(12, 11)])
def test_a_face_is_as_wide_as_it_is_whatever_the_shape_of_the_pixels(
    shape: Fraction,
) -> None:
    """Recorders send a half of the columns, or of the lines."""
    camera = Camera(shape=shape)
    high, wide, _ = camera.shown(camera.packets)[0].shape
    assert wide / high == pytest.approx(WIDE * shape / HIGH, rel=0.01)
    assert (high, wide) >= (HIGH, WIDE)


@pytest.mark.parametrize(
    ("turn", "upright"),
    [
        ("rotate=90", lambda pixels: np.rot90(pixels)),
        ("rotate=180", lambda pixels: np.rot90(pixels, 2)),
        ("rotate=-90", lambda pixels: np.rot90(pixels, -1)),
        ("flip=horizontal", np.fliplr),
        ("flip=vertical", np.flipud),
    ],
)
def test_a_stream_that_says_how_it_is_to_be_turned_is_upright(
    turn: str, upright: object
) -> None:
    """A camera that hangs on its side; the turn is anticlockwise (H.264, D.2.27)."""
    camera = Camera(filters=f"h264_metadata=display_orientation=insert:{turn}")
    shown = camera.shown(camera.packets)[5]
    assert callable(upright)
    wanted = upright(scene(5)).astype(int)
    assert shown.shape == wanted.shape
    assert np.abs(shown - wanted).mean() < SAME
