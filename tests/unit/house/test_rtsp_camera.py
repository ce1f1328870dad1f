"""The RTSP camera of the tests: a real stream that tells when each of its frames was taken."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice, pairwise
import time

import av
from PIL import Image
import pytest

from scripts.house.cameras import clock
from scripts.house.cameras.rtsp import RtspCamera, RtspFault

KEY_FRAME_S = 1.0
KEY_FRAME_EVERY = 25
# The stream's format is known: the reader need not probe it.
OPTIONS = {"rtsp_transport": "tcp", "probesize": "5000", "analyzeduration": "0"}


@pytest.fixture
async def camera(socket_enabled: None) -> AsyncIterator[RtspCamera]:
    """Yield a camera with a key frame every second."""
    async with RtspCamera(key_frame_s=KEY_FRAME_S) as camera:
        yield camera


def frames(url: str) -> Iterator[tuple[bool, int | None]]:
    """Yield of each frame: is it a key frame, and when was it taken (ms)."""
    with av.open(url, options=OPTIONS, timeout=5) as container:
        for packet in container.demux(video=0):
            for frame in packet.decode():
                yield (
                    packet.is_keyframe,
                    clock.read(Image.fromarray(frame.to_ndarray(format="rgb24"))),
                )


def first(url: str, count: int) -> list[tuple[bool, int | None]]:
    """Return the first frames."""
    return list(islice(frames(url), count))


async def test_every_frame_tells_when_it_was_taken(camera: RtspCamera) -> None:
    before = clock.milliseconds(time.time())
    found = [taken for _, taken in await asyncio.to_thread(first, camera.url, 10)]
    assert None not in found
    assert all(taken >= before for taken in found if taken is not None)
    assert found == sorted(found, key=lambda taken: taken or 0)
    assert len(set(found)) == 10


async def test_key_frames_come_as_often_as_is_set(camera: RtspCamera) -> None:
    found = await asyncio.to_thread(first, camera.url, 60)
    keys = [number for number, (is_key, _) in enumerate(found) if is_key]
    assert {later - one for one, later in pairwise(keys)} == {KEY_FRAME_EVERY}


async def test_a_new_reader_waits_for_the_next_key_frame(camera: RtspCamera) -> None:
    (reference, *_) = await asyncio.to_thread(first, camera.url, 1)
    await asyncio.sleep(KEY_FRAME_S / 4)
    asked = clock.milliseconds(time.time())
    (later, *_) = await asyncio.to_thread(first, camera.url, 1)
    assert reference[0]
    assert later[0]
    assert later[1] is not None
    assert later[1] > asked


async def test_a_stream_can_end(camera: RtspCamera) -> None:
    stream = frames(camera.url)
    await asyncio.to_thread(next, stream)
    camera.fault = RtspFault.END
    assert await asyncio.to_thread(list, stream) is not None


async def test_it_comes_back_under_its_address(camera: RtspCamera) -> None:
    async with RtspCamera() as another:
        port = another.port
    async with RtspCamera(port=port) as again:
        assert again.url == another.url
        assert await asyncio.to_thread(first, again.url, 1)
