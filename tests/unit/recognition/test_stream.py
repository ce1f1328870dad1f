"""A stream's reader, on real streams: what it says of a picture's age is never too young."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from fractions import Fraction
from io import BytesIO
from ipaddress import ip_address
import math
from pathlib import Path
import socket
import time

from aiohttp import web
import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
import numpy as np
import pytest

from custom_components.facequota.recognition.peers import peers
from custom_components.facequota.recognition.stream import Stream, StreamError
from custom_components.facequota.recognition.stream_messages import REFUSED
from scripts.house.cameras import clock
from scripts.house.cameras.scene import Scene
from scripts.house.cameras.transport import Delivery, StreamFault, TransportCamera

pytestmark = pytest.mark.usefixtures("socket_enabled")

# Between light and packet, on a machine that has other things to do.
MAX_TAKES_S = 0.5
GIVES_UP_S = 30.0


@contextlib.asynccontextmanager
async def opened(camera: TransportCamera) -> AsyncIterator[Stream]:
    """Open a camera's stream."""
    async with camera:
        stream = Stream(camera.url, {})
        try:
            yield stream
        finally:
            thread = stream.close()
            await asyncio.to_thread(thread.join, 10)
            assert not thread.is_alive()


async def told(stream: Stream, known_s: float) -> list[tuple[float, float]]:
    """Return of each picture when it is said to be begun, and when it was (monotonic).

    Looks until pictures of known age were taken over so long.
    """
    found: list[tuple[float, float]] = []
    until = time.monotonic() + GIVES_UP_S

    def is_enough() -> bool:
        known = [taken for begun, taken in found if math.isfinite(begun)]
        return bool(known) and known[-1] - known[0] >= known_s

    while not is_enough():
        assert time.monotonic() < until, found
        with contextlib.suppress(StreamError):
            begun, jpeg = await asyncio.to_thread(
                stream.next, lambda: time.monotonic() > until
            )
            if (age := clock.age_ms(jpeg, time.time())) is not None:
                found.append((begun, time.monotonic() - age / 1000))
        await asyncio.sleep(0.05)
    return found


@pytest.mark.parametrize(
    "delivery",
    [
        Delivery(),
        Delivery(reordered=2),
        Delivery(ready_s=3.0),
        Delivery(ready_s=2.0, part=0.6),
        Delivery(ready_s=3.0, reordered=2),
        Delivery(jump_s=100.0),
        Delivery(jump_s=-100.0),
        Delivery(runs_over=True),
        Delivery(ready_s=3.0, part=0.5, jump_s=5.0),
    ],
    ids=str,
)
async def test_no_picture_is_said_to_be_begun_later_than_it_was(
    delivery: Delivery,
) -> None:
    async with opened(TransportCamera(Scene((320, 240)), delivery=delivery)) as stream:
        found = await told(stream, 2.0 if delivery.runs_over else 0.5)
    assert [
        begun - taken for begun, taken in found if begun - taken > MAX_TAKES_S
    ] == []


@pytest.mark.parametrize("fault", StreamFault)
async def test_a_stream_that_breaks_off_or_changes_is_opened_again(
    fault: StreamFault,
) -> None:
    """No picture is too young, and pictures of known age come after the fault too."""
    async with opened(TransportCamera(Scene((320, 240)), fault=fault)) as stream:
        found = await told(stream, 3.0)
    assert [
        begun - taken for begun, taken in found if begun - taken > MAX_TAKES_S
    ] == []


@contextlib.asynccontextmanager
async def server(
    answer: web.Response, *, piece: int | None = None
) -> AsyncIterator[str]:
    """Give the address of a camera that answers this to each request.

    At once, or in pieces of so many bytes, as it is seen and heard.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        if piece is not None:
            response = web.StreamResponse()
            await response.prepare(request)
            assert isinstance(answer.body, bytes)
            for begin in range(0, len(answer.body), piece):
                await response.write(answer.body[begin : begin + piece])
                await asyncio.sleep(0.02)
            return response
        return web.Response(
            body=answer.body, status=answer.status, headers=answer.headers
        )

    application = web.Application()
    application.router.add_get("/video", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site.port}/video"
    finally:
        await runner.cleanup()


async def error_of(url: str) -> str:
    """Return why a stream gives no picture."""
    stream = Stream(url, {})
    until = time.monotonic() + 10
    try:
        with pytest.raises(StreamError) as caught:
            await asyncio.to_thread(stream.next, lambda: time.monotonic() > until)
    finally:
        await asyncio.to_thread(stream.close().join, 10)
    return str(caught.value)


def test_looking_at_connections_neither_opens_nor_closes_any() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as connection,
    ):
        before = set(Path("/proc/self/fd").iterdir())
        assert (connection.fileno(), ip_address("127.0.0.1")) in peers()
        assert set(Path("/proc/self/fd").iterdir()) == before
        assert connection.send(b"still open")


async def test_pictures_from_a_host_that_the_manager_did_not_name_are_not_used() -> (
    None
):
    async with TransportCamera(Scene((320, 240)), host="127.0.0.2") as elsewhere:
        moved = web.Response(status=302, headers={"Location": elsewhere.url})
        async with server(moved) as url:
            assert await error_of(url) == "a redirect to another host"
        while elsewhere.readers:
            await asyncio.sleep(0.01)


async def test_an_address_without_a_stream_is_an_error_that_does_not_show_it() -> None:
    """A page, and a playlist that leads elsewhere."""
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.2:9/1.ts\n"
    for answer in (
        web.Response(text="<h1>Camera</h1>", content_type="text/html"),
        web.Response(text=playlist, content_type="application/vnd.apple.mpegurl"),
    ):
        async with server(answer) as url:
            told = await error_of(url)
        assert told.endswith("Error")
        assert "127" not in told


def with_sound(*, video: bool) -> bytes:
    """Return two seconds of a transport stream whose sound comes first."""
    file = BytesIO()
    with av.open(file, "w", format="mpegts") as box:
        sound = box.add_stream("mp2", rate=48_000)
        shown = box.add_stream("libx264", rate=25) if video else None
        assert isinstance(sound, AudioStream)
        if isinstance(shown, VideoStream):
            shown.width, shown.height, shown.pix_fmt = 320, 240, "yuv420p"
        for part in range(80):
            silence = np.zeros((1, 1152 * 2), np.int16)
            heard = av.AudioFrame.from_ndarray(silence, format="s16", layout="stereo")
            heard.sample_rate, heard.pts = 48_000, part * 1152
            box.mux(sound.encode(heard))
            if isinstance(shown, VideoStream):
                frame = av.VideoFrame.from_ndarray(np.zeros((240, 320, 3), np.uint8))
                frame.pts, frame.time_base = part, Fraction(1, 25)
                box.mux(shown.encode(frame))
        for stream in filter(None, (sound, shown)):
            assert isinstance(stream, AudioStream | VideoStream)
            box.mux(stream.encode(None))
    return file.getvalue()


async def test_a_stream_of_sound_alone_has_no_pictures() -> None:
    async with server(web.Response(body=with_sound(video=False))) as url:
        assert await error_of(url) == "no video"


async def test_a_stream_may_begin_with_its_sound() -> None:
    both = web.Response(body=with_sound(video=True))
    async with server(both, piece=1000) as url:
        stream = Stream(url, {})
        until = time.monotonic() + GIVES_UP_S
        try:
            _, jpeg = await asyncio.to_thread(
                stream.next, lambda: time.monotonic() > until
            )
        finally:
            await asyncio.to_thread(stream.close().join, 10)
    assert jpeg


@pytest.mark.parametrize("status", [401, 403])
async def test_a_password_that_is_refused_is_not_tried_again_soon(status: int) -> None:
    """Some cameras lock an account for everybody after five times."""
    challenge = {"WWW-Authenticate": 'Basic realm="camera"'}
    async with server(web.Response(status=status, headers=challenge)) as url:
        assert await error_of(url) == REFUSED
