"""Makes a JPEG of the newest picture of a stream's packets, upright and with square pixels.

A picture is told by its difference from the one before. Where one was lost on the way, a
decoder goes on with what it has: it shows who stood there before the loss, moves them as
whoever stands there now moves, and gives them the newest time stamp. So after a loss
nothing counts until the next key frame.

In the reader's process only: the bytes are untrusted.
"""

from fractions import Fraction
import logging
from typing import Final

import av
from av.packet import Packet
from av.sidedata.sidedata import Type
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .orientation import UPRIGHT, of_display_matrix, turned
from .picture import MAX_PIXELS, WORK_LINES

MAX_STRETCH: Final = 4.0
"""No camera's pixels are so much wider than high, or higher than wide."""

# From 2 (best) to 31; at 3 nothing of a face is lost.
_JPEG_SCALE: Final = 3

# FFmpeg tells losses in its log only: most as errors, this one among what it says for
# debugging. (Of MPEG-4 Part 2, whose pictures have no numbers, it tells none.)
_GAP: Final = "Frame num gap"
av.logging.set_level(av.logging.DEBUG)
av.logging.set_skip_repeated(False)
# It holds addresses with their passwords.
logging.getLogger("libav").setLevel(logging.CRITICAL + 1)


class Decoder:
    """Decodes one stream."""

    def __init__(self, video: VideoStream) -> None:
        """Take over what the stream's description says."""
        # One of our own: that of the container goes with it, in another thread.
        decoder = av.CodecContext.create(video.codec_context.name, "r")
        assert isinstance(decoder, VideoCodecContext)
        decoder.extradata = video.codec_context.extradata
        # Threads would give each picture later, by as many pictures.
        decoder.thread_count = 1
        self._decoder = decoder
        self._has_lost = False
        self._orientation = UPRIGHT

    def newest(self, packets: list[Packet[VideoStream]]) -> VideoFrame | None:
        """Return the newest frame of the packets that follow, None if they make none."""
        newest = None
        if packets[0].is_keyframe:
            self._decoder.flush_buffers()
        for packet in packets:
            if packet.is_keyframe:
                self._has_lost = False
            if self._has_lost:
                continue
            for frame in self._decode(packet):
                self._orientation = _orientation(frame, self._orientation)
                newest = newest if self._has_lost else frame
        if newest is None or newest.width * newest.height > MAX_PIXELS:
            return None
        return newest

    def jpeg(self, frame: VideoFrame) -> bytes:
        """Return a frame as a JPEG of about WORK_LINES at most on its short side."""
        wide, high = float(frame.width), float(frame.height)
        stretch = float(self._decoder.sample_aspect_ratio or 1)
        if 1 < stretch <= MAX_STRETCH:
            wide *= stretch
        elif 1 / MAX_STRETCH <= stretch < 1:
            high /= stretch
        scale = min(1.0, WORK_LINES / min(wide, high))
        width, height = (max(2, round(side * scale / 2) * 2) for side in (wide, high))
        picture = frame.reformat(width, height, format="yuvj420p")
        encoder = av.CodecContext.create("mjpeg", "w")
        assert isinstance(encoder, VideoCodecContext)
        encoder.width, encoder.height = width, height
        encoder.pix_fmt = "yuvj420p"
        encoder.time_base = picture.time_base = Fraction(1, 25)
        encoder.thread_count = 1
        encoder.qmin = encoder.qmax = _JPEG_SCALE
        picture.pts = 0
        jpeg = b"".join(bytes(packet) for packet in encoder.encode(picture))
        return turned(jpeg, self._orientation)

    def _decode(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        """Return a packet's frames; note if something before it or in it was lost."""
        with av.logging.Capture() as said:
            try:
                frames = self._decoder.decode(packet)
            except av.FFmpegError:
                frames = []
                self._has_lost = True
        # What is wrong with a key frame spoils its picture, but shows nobody else.
        if packet.is_corrupt or any(
            level <= av.logging.ERROR or message.startswith(_GAP)
            for level, _, message in said
        ):
            self._has_lost |= not packet.is_keyframe
        return frames


def _orientation(frame: VideoFrame, before: int) -> int:
    """Return how a frame is to be turned: a stream tells it with its key frames only."""
    matrix = frame.side_data.get(Type.DISPLAYMATRIX)
    if matrix is not None:
        return of_display_matrix(bytes(matrix))
    return UPRIGHT if frame.key_frame else before
