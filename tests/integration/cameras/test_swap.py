"""A has paper and leaves, B stands there and asks: nobody pays for the one before.

Also when the camera holds pictures ready, repeats them or fails.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import psutil
import pytest

from custom_components.facequota.recognition.engines import Engine
from homeassistant.core import HomeAssistant
from scripts.house.cameras.mjpeg import MjpegCamera, MjpegFault
from scripts.house.cameras.rtsp import RtspCamera
from scripts.house.cameras.scene import Scene, SceneFault
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    faces,
    set_up_site,
    summary,
    unload,
)

from .kinds import add, add_ffmpeg, add_generic

pytestmark = pytest.mark.usefixtures("log", "dispenser")

GRANTED = ("granted", "face", 60.0, None)
REFUSED = ("refused", "face", 0.0, None)
KINDS = ("mjpeg", "generic_mjpeg", "still", "other")


@pytest.fixture
async def camera(socket_enabled: None) -> AsyncGenerator[MjpegCamera]:
    """Return a camera over HTTP before which nobody stands."""
    async with MjpegCamera(Scene()) as camera:
        yield camera


async def seen(hass: HomeAssistant) -> tuple[str, str, float, str | None]:
    """Ask until somebody is seen; a slow machine may take more than one look."""
    answer = summary(await ask(hass))
    for _ in range(4):
        if answer[1] == "face":
            break
        answer = summary(await ask(hass))
    return answer


@pytest.mark.parametrize("kind", KINDS)
async def test_who_stands_there_is_who_is_asked_about(
    hass: HomeAssistant, camera: MjpegCamera, portraits: Path, kind: str
) -> None:
    """Both come back afterwards and are known again."""
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    camera.scene.show(a)
    await add(hass, kind, camera)
    entry = await set_up_site(hass)
    assert await seen(hass) == GRANTED
    camera.scene.show(b)
    assert await seen(hass) == GRANTED
    assert faces(entry) == 2
    assert await seen(hass) == REFUSED
    camera.scene.show(a)
    assert await seen(hass) == REFUSED
    await unload(hass, entry)
    assert camera.readers == 0


@pytest.mark.parametrize("opened", ["request", "always"])
@pytest.mark.parametrize(
    ("integration", "key_frame_s"),
    [("generic", 1.0), ("generic", 4.0), ("ffmpeg", 1.0)],
)
async def test_a_stream_shows_who_stands_there(
    hass: HomeAssistant,
    socket_enabled: None,
    portraits: Path,
    opened: str,
    integration: str,
    key_frame_s: float,
) -> None:
    """Whenever it is opened; where the next key frame is too far away, without a face."""
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    async with RtspCamera(key_frame_s=key_frame_s, frame_rate=15) as camera:
        camera.scene.show(a)
        if integration == "ffmpeg":
            await add_ffmpeg(hass, camera.url)
        else:
            await add_generic(hass, stream_source=camera.url)
        entry = await set_up_site(
            hass, data={**DISPENSER_DATA, "camera_opened": opened}
        )
        await asyncio.sleep(key_frame_s if opened == "always" else 0)
        served = [summary(await ask(hass))]
        camera.scene.show(b)
        # A visitor who has just come stands there for a moment before pressing the
        # button.
        await asyncio.sleep(0.5)
        served += [summary(await ask(hass)), summary(await ask(hass))]
        # How soon the next key frame comes decides whether somebody is seen in time.
        assert REFUSED not in served[:2]
        assert {lane for _, lane, *_ in served} <= {"face", "open"}
        assert faces(entry) <= 2
        (dispenser,) = entry.runtime_data.dispensers.values()
        pid = dispenser.camera.reader.pid
        assert psutil.pid_exists(pid)
        await unload(hass, entry)
        assert not psutil.pid_exists(pid)


@pytest.mark.parametrize("kind", ["mjpeg", "still"])
@pytest.mark.parametrize("fault", [*MjpegFault, *SceneFault])
async def test_a_camera_that_fails_never_shows_the_one_before(
    hass: HomeAssistant,
    camera: MjpegCamera,
    portraits: Path,
    kind: str,
    fault: MjpegFault | SceneFault,
) -> None:
    """B has paper, and once the camera works again A is refused as before."""
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    camera.scene.show(a)
    await add(hass, kind, camera)
    entry = await set_up_site(hass)
    assert await seen(hass) == GRANTED
    if isinstance(fault, MjpegFault):
        camera.fault = fault
    else:
        camera.scene.fault = fault
    camera.scene.show(b)
    outcome, _, cm, _ = summary(await ask(hass))
    assert (outcome in {"granted", "unrecognised"}, cm) == (True, 60.0)
    camera.fault = camera.scene.fault = None
    camera.scene.show(a)
    assert await seen(hass) == REFUSED
    await unload(hass, entry)
    assert camera.readers == 0


@pytest.mark.parametrize("kind", ["mjpeg", "still"])
@pytest.mark.parametrize("engine", Engine)
async def test_a_camera_that_freezes_and_packs_each_picture_anew_never_shows_the_one_before(
    hass: HomeAssistant,
    socket_enabled: None,
    portraits: Path,
    kind: str,
    engine: Engine,
) -> None:
    """It keeps to a bit rate, which a running clock changes; or a server reads it from a stream."""
    async with MjpegCamera(Scene(), quality=range(70, 91)) as camera:
        camera.scene.show(portraits / "A/1.jpg")
        await add(hass, kind, camera)
        entry = await set_up_site(hass, engine=engine)
        assert await seen(hass) == GRANTED
        camera.scene.fault = SceneFault.FROZEN_PICTURE
        camera.scene.show(portraits / "B/1.jpg")
        for _ in range(3):
            assert summary(await ask(hass))[:3] == ("unrecognised", "open", 60.0)
        assert faces(entry) == 1
        camera.scene.fault = None
        assert await seen(hass) == GRANTED
        await unload(hass, entry)


@pytest.mark.parametrize("opened", ["request", "always"])
@pytest.mark.parametrize("bit_rate", [300, 4000])
async def test_a_stream_that_freezes_under_a_running_clock_never_shows_the_one_before(
    hass: HomeAssistant,
    socket_enabled: None,
    portraits: Path,
    opened: str,
    bit_rate: int,
) -> None:
    """Its encoder gives the frozen picture other pixels at each key frame."""
    scene = Scene()
    async with RtspCamera(
        scene, key_frame_s=0.5, frame_rate=15, bit_rate=bit_rate
    ) as camera:
        scene.show(portraits / "A/1.jpg")
        await add_generic(hass, stream_source=camera.url)
        entry = await set_up_site(
            hass, data={**DISPENSER_DATA, "camera_opened": opened}
        )
        assert await seen(hass) == GRANTED
        scene.fault = SceneFault.FROZEN_PICTURE
        scene.show(portraits / "B/1.jpg")
        # B steps up; what the encoder still held of A is out by then.
        await asyncio.sleep(1)
        for _ in range(3):
            assert summary(await ask(hass))[:3] == ("unrecognised", "open", 60.0)
        assert faces(entry) == 1
        scene.fault = None
        assert await seen(hass) == GRANTED
        await unload(hass, entry)
