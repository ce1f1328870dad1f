"""The HTTP camera of the demo and the tests: what it sends, and each way to misbehave."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
import time

from aiohttp import (
    BodyPartReader,
    ClientError,
    ClientSession,
    MultipartReader,
    encode_basic_auth,
)
from PIL import Image
import pytest

from scripts.house.cameras import clock
from scripts.house.cameras.mjpeg import HUGE_BYTES, MjpegCamera, MjpegFault
from scripts.house.cameras.scene import Scene

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def camera() -> AsyncIterator[MjpegCamera]:
    """Yield a camera that runs."""
    async with MjpegCamera(Scene()) as camera:
        yield camera


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Yield a client that waits for no more than a second."""
    async with ClientSession() as session:
        yield session


async def pictures(
    session: ClientSession, camera: MjpegCamera, count: int
) -> list[bytes]:
    """Return the next pictures of the stream."""
    async with session.get(camera.url) as response:
        reader = MultipartReader.from_response(response)
        found = []
        for _ in range(count):
            part = await reader.next()
            assert isinstance(part, BodyPartReader)
            found.append(bytes(await part.read()))
        return found


async def answer(session: ClientSession, url: str) -> tuple[int, str, bytes]:
    """Return status, type and the first bytes of an answer that is not followed."""
    async with session.get(url, allow_redirects=False) as response:
        return response.status, response.content_type, await response.content.read(64)


async def never(session: ClientSession, camera: MjpegCamera) -> None:
    """Read the stream until well after the next picture was due; fail if one came whole."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await pictures(session, camera, 1)


async def test_each_picture_of_the_stream_is_taken_now(
    session: ClientSession, camera: MjpegCamera
) -> None:
    before = time.time()
    found = await pictures(session, camera, 4)
    ages = [clock.age_ms(one, before) for one in found]
    assert all(age is not None and age <= 0 for age in ages)
    assert len(set(found)) == 4


async def test_each_snapshot_is_taken_now(
    session: ClientSession, camera: MjpegCamera
) -> None:
    before = time.time()
    async with session.get(camera.still_url) as response:
        age = clock.age_ms(await response.read(), before)
    assert age is not None
    assert age <= 0


async def test_nothing_is_read_after_the_reader_has_ended(
    session: ClientSession, camera: MjpegCamera
) -> None:
    assert camera.readers == 0
    async with session.get(camera.url) as response:
        await response.content.readany()
        assert camera.readers == 1
    while camera.readers:
        await asyncio.sleep(0.01)


async def test_a_camera_with_a_password_shows_nothing_without_it(
    session: ClientSession,
) -> None:
    async with MjpegCamera(Scene(), user="staff", password="secret") as camera:
        for url in (camera.url, camera.still_url):
            status, _, body = await answer(session, url)
            assert (status, body) == (401, b"")
            with_it = {"Authorization": encode_basic_auth("staff", "secret")}
            async with session.get(url, headers=with_it) as response:
                assert response.status == 200


@pytest.mark.parametrize("fault", [MjpegFault.NO_PICTURE, MjpegFault.STALL])
async def test_a_camera_that_stops_gives_no_whole_picture(
    session: ClientSession, camera: MjpegCamera, fault: MjpegFault
) -> None:
    camera.fault = fault
    await never(session, camera)


async def test_parts_without_a_length_are_whole_pictures(
    session: ClientSession, camera: MjpegCamera
) -> None:
    camera.fault = MjpegFault.NO_LENGTH
    for one in await pictures(session, camera, 2):
        with Image.open(BytesIO(one)) as picture:
            picture.load()


async def test_a_huge_picture_is_huge(
    session: ClientSession, camera: MjpegCamera
) -> None:
    camera.fault = MjpegFault.HUGE
    async with session.get(camera.url) as response:
        reader = MultipartReader.from_response(response)
        part = await reader.next()
        assert part is not None
        assert part.headers["Content-Length"] == str(HUGE_BYTES)


async def test_garbage_is_no_picture(
    session: ClientSession, camera: MjpegCamera
) -> None:
    camera.fault = MjpegFault.GARBAGE
    (one,) = await pictures(session, camera, 1)
    with pytest.raises(OSError, match="cannot identify"):
        Image.open(BytesIO(one))


async def test_other_answers_than_pictures(
    session: ClientSession, camera: MjpegCamera
) -> None:
    camera.fault = MjpegFault.WRONG_TYPE
    assert (await answer(session, camera.url))[:2] == (200, "text/html")
    camera.fault = MjpegFault.UNAUTHORIZED
    assert (await answer(session, camera.url))[0] == 401
    camera.fault = MjpegFault.REDIRECT
    async with session.get(camera.url, allow_redirects=False) as response:
        assert response.headers["Location"] == camera.elsewhere
    camera.fault = MjpegFault.CLOSE
    with pytest.raises((ClientError, AssertionError)):
        await pictures(session, camera, 1)


async def test_a_camera_comes_back_with_its_address(session: ClientSession) -> None:
    camera = MjpegCamera(Scene())
    async with camera:
        url = camera.url
    with pytest.raises(ClientError):
        await answer(session, url)
    async with camera:
        assert camera.url == url
        assert await pictures(session, camera, 1)
