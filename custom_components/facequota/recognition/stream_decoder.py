"""Makes a JPEG of the newest picture of a stream's packets, upright and with square pixels.

A picture is encoded as the difference from the one before. If one was lost in
transport, a decoder continues with the old picture: it shows the person from before the
loss, with the movements of the person who stands there now and the newest time stamp.
So after a loss no picture counts until the next key frame.

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

# From 2 (best) to 31; at 3 no detail of a face is lost.
_JPEG_SCALE: Final = 3

# FFmpeg reports losses in its log only: most as errors, this one as a debug message.
# (It reports none for MPEG-4 Part 2, whose pictures have no numbers.)
_GAP: Final = "Frame num gap"


class Decoder:
    """Decodes one stream."""

    def __init__(self, video: VideoStream) -> None:
        """Take the settings from the stream's description; FFmpeg tells all to its log."""
        av.logging.set_level(av.logging.DEBUG)
        av.logging.set_skip_repeated(False)
        # The log holds addresses with their passwords.
        logging.getLogger("libav").setLevel(logging.CRITICAL + 1)
        # One of our own: that of the container goes with it, in another thread.
        decoder = av.CodecContext.create(video.codec_context.name, "r")
        assert isinstance(decoder, VideoCodecContext)
        decoder.extradata = video.codec_context.extradata
        # Threads would delay each picture by as many pictures.
        decoder.thread_count = 1
        self._decoder = decoder
        self._has_lost = False
        self._orientation = UPRIGHT

    def newest(self, packets: list[Packet[VideoStream]]) -> VideoFrame | None:
        """Return the newest frame of the packets that follow; None if they contain none."""
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
        # An error in a key frame spoils its picture, but does not show another person.
        if packet.is_corrupt or any(
            level <= av.logging.ERROR or message.startswith(_GAP)
            for level, _, message in said
        ):
            self._has_lost |= not packet.is_keyframe
        return frames


def _orientation(frame: VideoFrame, before: int) -> int:
    """Return how a frame must be turned: only a stream's key frames contain it."""
    matrix = frame.side_data.get(Type.DISPLAYMATRIX)
    if matrix is not None:
        return of_display_matrix(bytes(matrix))
    return UPRIGHT if frame.key_frame else before
