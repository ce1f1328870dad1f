"""One open stream: its packets since the last key frame, decoded on request.

In the reader's process only: the bytes are untrusted.
"""

from collections.abc import Callable, Iterator
from threading import Condition, Thread
from time import monotonic
from typing import Final

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from .peers import Host, lead_to, peers
from .stream_clock import StreamClock
from .stream_decoder import Decoder
from .stream_messages import REFUSED

MAX_PACKETS: Final = 1000
MAX_PACKET_BYTES: Final = 24 * 1024 * 1024
"""What is kept of a stream: more than a key-frame interval of any sensible camera."""

OPEN_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 3.0

FIRST_PAUSE_S: Final = 0.2
MAX_PAUSE_S: Final = 5.0
"""Between the end of a stream and the next try to open it."""

REFUSED_PAUSE_S: Final = 30.0
"""The same where the camera refused the password: some lock an account after a few."""

PROTOCOLS: Final = "rtp,rtsp,rtsps,srtp,tcp,udp,tls,http,https,rtmp"
FORMATS: Final = "rtsp,flv,live_flv,mpegts,mpjpeg,h264,hevc"
"""What an address may lead to: no file, and no playlist.

A playlist's pieces may be of any age and on any host.
"""

MAX_UNREADABLE: Final = 20
"""So many times in a row packets made no picture: then the stream is another one now."""

_POLL_S: Final = 0.05

# FFmpeg's log message about a camera that sends fewer packets than it numbers, as on a
# slow network.
_LOST: Final = "RTP: missed"


class StreamError(Exception):
    """The stream cannot be read; the error's text is its kind, without an address."""


class Stream:
    """A camera's stream, received in a thread of its own."""

    def __init__(self, url: str, options: dict[str, str]) -> None:
        """Begin to open it, without waiting."""
        self._url = url
        self._options = _options(url) | options
        self._news = Condition()
        self._clock = StreamClock()
        self._packets: list[Packet[VideoStream]] = []
        self._bytes = 0
        self._error: str | None = None
        self._is_closed = False
        self._unreadable = 0
        self._decoder: Decoder | None = None
        self._thread = Thread(target=self._receive, daemon=True)
        self._thread.start()

    def close(self) -> Thread:
        """Let the thread end at the next packet; return the thread."""
        with self._news:
            self._is_closed = True
            self._packets = []
            self._news.notify_all()
        return self._thread

    def next(self, is_called_off: Callable[[], bool]) -> tuple[float, bytes]:
        """Return the newest picture that was not given yet, as a JPEG, and when it was begun.

        Waits for a picture until cancelled. Raises StreamError.
        """
        while True:
            with self._news:
                while not self._packets and self._error is None:
                    self._news.wait(_POLL_S)
                    if is_called_off():
                        raise StreamError("closed")
                if self._error is not None:
                    raise StreamError(self._error)
                packets, self._packets, self._bytes = self._packets, [], 0
                clock, decoder = self._clock, self._decoder
            assert decoder is not None
            frame = decoder.newest(packets)
            self._unreadable += 1
            if frame is not None:
                self._unreadable = 0
                return clock.begun_after(frame.time), decoder.jpeg(frame)

    def _receive(self) -> None:
        """Receive packets until closed; open the stream again when it ends or fails."""
        pause = FIRST_PAUSE_S
        while not self._is_closed:
            error = "ended"
            started = monotonic()
            before = peers()
            try:
                with av.open(
                    self._url,
                    options=self._options,
                    timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S),
                ) as container:
                    self._check(peers() - before)
                    self._read(container)
            except StreamError as err:
                error = str(err)
            except av.HTTPUnauthorizedError, av.HTTPForbiddenError:
                error, pause = REFUSED, REFUSED_PAUSE_S
            # Demuxers fail in many ways on hostile bytes; all mean the same here.
            except Exception as err:  # noqa: BLE001
                error = type(err).__name__
            with self._news:
                self._packets, self._bytes = [], 0
                self._error = error
                self._news.notify_all()
                if monotonic() - started > MAX_PAUSE_S:
                    pause = FIRST_PAUSE_S
                self._news.wait_for(lambda: self._is_closed, pause)
            pause = min(2 * pause, MAX_PAUSE_S)

    def _check(self, connections: set[tuple[int, Host]]) -> None:
        """Raise StreamError when the camera has redirected us to another host."""
        if not lead_to(self._url, connections):
            raise StreamError("a redirect to another host")

    def _read(self, container: InputContainer) -> None:
        """Keep what comes since the last key frame."""
        if not container.streams.video:
            raise StreamError("no video")
        video = container.streams.video[0]
        decoder = Decoder(video)
        waits_for_key = True
        with self._news:
            self._clock, self._decoder = StreamClock(), decoder
            self._unreadable = 0
        for packet, is_whole in _received(container, video):
            arrival = monotonic()
            with self._news:
                if self._is_closed or self._unreadable > MAX_UNREADABLE:
                    return
                if packet.size == 0:
                    continue
                stamp = packet.pts if packet.pts is not None else packet.dts
                follows = self._clock.packet(
                    arrival, None if stamp is None else float(stamp * packet.time_base)
                )
                if not (follows and is_whole):
                    self._packets = []
                    self._bytes, waits_for_key = 0, True
                if packet.is_keyframe and is_whole:
                    self._packets = []
                    self._bytes, waits_for_key = 0, False
                if waits_for_key:
                    continue
                self._error = None
                self._packets.append(packet)
                self._bytes += packet.size
                if len(self._packets) > MAX_PACKETS or self._bytes > MAX_PACKET_BYTES:
                    # Packets that were left out cannot be restored.
                    self._packets = []
                    self._bytes, waits_for_key = 0, True
                self._news.notify_all()


def _received(
    container: InputContainer, video: VideoStream
) -> Iterator[tuple[Packet[VideoStream], bool]]:
    """Yield packets, each with whether nothing was lost in it and right before it."""
    with av.logging.Capture() as said:
        for packet in container.demux(video):
            is_whole = not any(message.startswith(_LOST) for _, _, message in said)
            said.clear()
            yield packet, is_whole


def _options(url: str) -> dict[str, str]:
    """Return FFmpeg's options for an address."""
    options = {
        "protocol_whitelist": PROTOCOLS,
        "format_whitelist": FORMATS,
        "fpsprobesize": "0",
        # As in Home Assistant's own streams: cameras have self-signed certificates.
        "tls_verify": "0",
    }
    if not url.startswith("rtsp"):
        return options | {"analyzeduration": "500000"}
    # Its description says what comes, so FFmpeg need not wait to find out. Sound is not
    # requested: with it the time stamps would begin on another clock.
    return options | {
        "rtsp_transport": "tcp",
        "allowed_media_types": "video",
        # With a smaller buffer FFmpeg would not check the packets' numbers.
        "reorder_queue_size": "2",
        "probesize": "32",
        "analyzeduration": "1",
    }
