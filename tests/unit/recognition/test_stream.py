"""A stream's reader, on real streams: what it says of a picture's age is never too young."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import time

import pytest

from custom_components.facequota.recognition.stream import Stream, StreamError
from scripts.house.cameras import clock
from scripts.house.cameras.scene import Scene
from scripts.house.cameras.transport import Delivery, StreamFault, TransportCamera

pytestmark = pytest.mark.usefixtures("socket_enabled")

# Between light and packet, on a machine that has other things to do.
MAX_TAKES_S = 0.25
LOOK_S = 4.0


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


async def told(stream: Stream, seconds: float = LOOK_S) -> list[tuple[float, float]]:
    """Return of each picture when it is said to be begun, and when it was (monotonic)."""
    found: list[tuple[float, float]] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
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
        Delivery(ready_s=3.0, part=0.5, jump_s=5.0),
    ],
    ids=str,
)
async def test_no_picture_is_said_to_be_begun_later_than_it_was(
    delivery: Delivery,
) -> None:
    async with opened(TransportCamera(Scene((320, 240)), delivery=delivery)) as stream:
        found = await told(stream)
    assert [
        begun - taken for begun, taken in found if begun - taken > MAX_TAKES_S
    ] == []
    # It is known in the end.
    assert found[-1][0] > found[0][1]


@pytest.mark.parametrize("fault", StreamFault)
async def test_a_stream_that_breaks_off_or_changes_is_opened_again(
    fault: StreamFault,
) -> None:
    """No picture is too young, and pictures of known age come after the fault too."""
    async with opened(TransportCamera(Scene((320, 240)), fault=fault)) as stream:
        found = await told(stream, 10.0)
    assert [
        begun - taken for begun, taken in found if begun - taken > MAX_TAKES_S
    ] == []
    assert found[-1][1] > found[0][1] + 2
