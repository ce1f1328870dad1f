"""Streams that come by a bad way or an encrypted one, from a real RTSP server."""

import asyncio
from contextlib import suppress
from pathlib import Path
import ssl
import time

import numpy as np
from PIL import Image
import pytest

from custom_components.facequota.cameras.reader import StreamReader, stream_packages
from custom_components.facequota.recognition import stream, stream_decoder
from custom_components.facequota.recognition.picture import decode
from homeassistant.core import HomeAssistant
from scripts.house.cameras import clock
from scripts.house.cameras.rtsp import RtspCamera
from scripts.house.cameras.scene import Scene
from scripts.park.certificates import certified

from .link import Link

pytestmark = pytest.mark.usefixtures("log", "socket_enabled")

SIZE = (320, 240)
DARK, MIDDLE, BRIGHT = 50, 125, 200
GIVES_UP_S = 30.0
# Fewer pictures than stand out by their time stamps.
BAD_S = 0.4


def is_bright(jpeg: bytes) -> bool:
    """Return if a picture is bright in its middle."""
    return bool(decode(jpeg).pixels[80:160, 100:220].mean() > MIDDLE)


@pytest.mark.parametrize("deaf", ["_LOST", "_GAP"])
async def test_a_person_who_left_during_a_bad_connection_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaf: str
) -> None:
    """Neither where only the camera's numbers show the loss, nor only the pictures'."""
    module = stream if deaf == "_LOST" else stream_decoder
    monkeypatch.setattr(module, deaf, "what FFmpeg never says")
    for level in (DARK, BRIGHT):
        pattern = np.random.default_rng(level).integers(-30, 30, (30, 40)) + level
        image = Image.fromarray(pattern.astype(np.uint8)).resize(SIZE, 0)
        image.save(tmp_path / f"{level}.png")
    scene = Scene(SIZE)
    scene.show(tmp_path / f"{DARK}.png")
    async with (
        RtspCamera(scene, key_frame_s=3, frame_rate=15) as camera,
        Link(camera.port) as link,
    ):
        reader = stream.Stream(link.url, {})
        until = time.monotonic() + GIVES_UP_S

        async def shown() -> bytes:
            _, jpeg = await asyncio.to_thread(
                reader.next, lambda: time.monotonic() > until
            )
            return jpeg

        try:
            assert not is_bright(await shown())
            link.loses = True
            scene.show(tmp_path / f"{BRIGHT}.png")
            left_at = time.time()
            await asyncio.sleep(BAD_S)
            link.loses = False
            jpeg = b""
            while not jpeg or not is_bright(jpeg):
                # Of packets that make no picture for long it opens the stream again.
                with suppress(stream.StreamError):
                    jpeg = await shown()
                    # What came before the loss may still be shown.
                    age_ms = clock.age_ms(jpeg, left_at)
                    assert is_bright(jpeg) or (age_ms is not None and age_ms >= 0)
        finally:
            await asyncio.to_thread(reader.close().join, 10)


async def test_a_stream_that_is_encrypted_is_read(
    hass: HomeAssistant, tmp_path: Path
) -> None:
    """By the reader's own process, which can open no file."""
    certified(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    reader = StreamReader(stream_packages(hass, None))
    assert await hass.async_add_executor_job(reader.packages.is_installed)
    async with (
        RtspCamera(Scene(SIZE), frame_rate=15) as camera,
        Link(camera.port, context) as link,
    ):
        await reader.open(link.url)
        picture = await reader.next()
        await reader.end()
    assert picture.content
