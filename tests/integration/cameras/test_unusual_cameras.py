"""Cameras that work, though not as most of them do."""

import asyncio
from collections.abc import Iterator
import socket
import threading
from typing import Any, override
from unittest.mock import Mock

from aiohttp import web
from aiohttp.test_utils import TestServer
import numpy as np
import pytest

from custom_components.facequota.cameras import kinds as camera_kinds
from custom_components.facequota.cameras.kinds import kept_stream, source_of
from custom_components.facequota.cameras.mjpeg import MjpegSource
from custom_components.facequota.cameras.reader import StreamReader, stream_packages
from custom_components.facequota.cameras.source import (
    UNKNOWN_AGE,
    CameraError,
    Kind,
    Picture,
    Source,
)
from custom_components.facequota.cameras.stream import StreamSource
from custom_components.facequota.recognition.orientation import UPRIGHT
from custom_components.facequota.recognition.picture import decode
from homeassistant.components.camera.prefs import get_dynamic_camera_stream_settings
from homeassistant.components.stream import Orientation
from homeassistant.components.stream.core import TRANSFORM_IMAGE_FUNCTION
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.cameras.scene import Scene
from scripts.house.cameras.transport import TransportCamera
from tests.integration.conftest import DISPENSER_DATA, ask, set_up_site, summary, unload

from .kinds import ENTITY, HoldingCamera, add_generic, add_mjpeg

pytestmark = pytest.mark.usefixtures("log", "dispenser", "socket_enabled")


async def ages(source: Source, number: int) -> list[float]:
    """Return when the first pictures of a camera were begun."""
    pictures = source.pictures()
    try:
        return [(await anext(pictures)).begun_after for _ in range(number)]
    finally:
        await pictures.aclose()


@pytest.mark.parametrize("integration", ["mjpeg", "generic"])
async def test_an_address_of_a_stream_may_give_single_pictures(
    hass: HomeAssistant, integration: str
) -> None:
    """As everywhere, the first of them do not count."""
    async with MjpegCamera(Scene()) as camera:
        if integration == "mjpeg":
            await add_mjpeg(hass, camera.still_url)
        else:
            await add_generic(hass, stream_source=camera.still_url)
        source = await source_of(hass, ENTITY)
        begun = await ages(source, 6)
    assert source.kind is Kind.STILL
    assert (begun[0], begun[-1] > UNKNOWN_AGE) == (UNKNOWN_AGE, True)


async def test_a_stream_may_be_announced_in_capital_letters(
    hass: HomeAssistant,
) -> None:
    async def video(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "Multipart/X-Mixed-Replace; Boundary=Frame"}
        )
        await response.prepare(request)
        for _ in range(6):
            await response.write(b"--Frame\r\n\r\n" + Scene().jpeg() + b"\r\n")
            await asyncio.sleep(0.05)
        return response

    application = web.Application()
    application.router.add_get("/video", video)
    async with TestServer(application) as server:
        await add_generic(hass, stream_source=str(server.make_url("/video")))
        source = await source_of(hass, ENTITY)
        assert isinstance(source, MjpegSource)
        assert len(await ages(source, 6)) == 6
    assert source.kind is Kind.MJPEG


async def test_a_camera_with_two_addresses_may_stream_from_one_of_them(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name leads to its IPv6 address first, where no stream is to be had."""

    def both(_: str, *rest: Any) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
        ]

    reader = StreamReader(stream_packages(hass, None))
    assert await hass.async_add_executor_job(reader.packages.is_installed)
    async with TransportCamera(Scene((320, 240))) as camera:
        monkeypatch.setattr(socket, "getaddrinfo", both)
        await reader.open(camera.url.replace("127.0.0.1", "camera.home"))
        picture = await reader.next()
        await reader.end()
    assert picture.content


@pytest.fixture
def slow_names(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Let the camera's name be looked up until the second event; the first one says that it is."""
    asked, answers = threading.Event(), threading.Event()
    look_up = socket.getaddrinfo

    def slowly(host: Any, *rest: Any, **more: Any) -> list[tuple[Any, ...]]:
        if host != "camera.home":
            return look_up(host, *rest, **more)
        asked.set()
        answers.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    yield asked, answers
    answers.set()


async def test_a_name_that_is_looked_up_for_long_keeps_no_reader_running(
    hass: HomeAssistant, slow_names: tuple[threading.Event, threading.Event]
) -> None:
    """Home Assistant stops meanwhile; what the look-up finds starts nothing again."""
    asked, answers = slow_names
    reader = StreamReader(stream_packages(hass, None))
    assert await hass.async_add_executor_job(reader.packages.is_installed)
    opening = asyncio.create_task(reader.open("rtsp://camera.home/video"))
    await asyncio.to_thread(asked.wait)
    async with asyncio.timeout(10):
        await reader.end()
    answers.set()
    with pytest.raises(CameraError):
        await opening
    assert reader.pid is None


async def test_a_stream_that_is_closed_while_its_name_is_looked_up_is_not_opened(
    hass: HomeAssistant, slow_names: tuple[threading.Event, threading.Event]
) -> None:
    """The visitor left, or recognition was switched off, before the name was found."""
    asked, answers = slow_names
    reader = StreamReader(stream_packages(hass, None))
    assert await hass.async_add_executor_job(reader.packages.is_installed)
    async with TransportCamera(Scene((320, 240))) as camera:
        opening = asyncio.create_task(
            reader.open(camera.url.replace("127.0.0.1", "camera.home"))
        )
        await asyncio.to_thread(asked.wait)
        await reader.close()
        answers.set()
        with pytest.raises(CameraError):
            await opening
        with pytest.raises(CameraError):
            await reader.next()
        await reader.end()


class WithStream(HoldingCamera):
    """A camera that names the address of a stream."""

    address = "rtsp://127.0.0.1:9/Video"

    @override
    async def stream_source(self) -> str:
        return self.address


async def add_with_stream(hass: HomeAssistant) -> WithStream:
    """Add a camera of an integration that nobody knows."""
    assert await async_setup_component(hass, "camera", {})
    camera = WithStream(Scene((320, 240)))
    await hass.data[DATA_INSTANCES]["camera"].async_add_entities([camera])
    return camera


async def test_an_address_in_capital_letters_is_one_of_a_stream(
    hass: HomeAssistant,
) -> None:
    """FFmpeg reads none; of what follows the letters may count."""
    camera = await add_with_stream(hass)
    camera.address = " RTSP://127.0.0.1:9/Video\n"
    read = Mock()
    await source_of(hass, ENTITY, read)
    read.assert_called_once_with("rtsp://127.0.0.1:9/Video", UPRIGHT)
    assert await kept_stream(hass, ENTITY) == "rtsp://127.0.0.1:9/Video"


@pytest.mark.parametrize("orientation", Orientation)
async def test_a_stream_is_turned_as_it_is_set_in_home_assistant(
    hass: HomeAssistant, orientation: Orientation
) -> None:
    """As Home Assistant turns what it shows of it."""
    camera = await add_with_stream(hass)
    settings = await get_dynamic_camera_stream_settings(hass, ENTITY)
    settings.orientation = orientation
    jpeg = camera.scene.jpeg()
    reader = Mock(StreamReader)
    reader.next.return_value = Picture(content=jpeg, begun_after=UNKNOWN_AGE)
    source = await source_of(
        hass, ENTITY, lambda url, turn: StreamSource(reader, url, False, turn)
    )
    pictures = source.pictures()
    shown = decode((await anext(pictures)).content).pixels
    await pictures.aclose()
    wanted = TRANSFORM_IMAGE_FUNCTION[orientation](decode(jpeg).pixels)
    assert np.array_equal(shown, wanted)


class NeverAnswers(HoldingCamera):
    """An integration that never says where its stream is."""

    @override
    async def stream_source(self) -> str | None:
        await asyncio.Event().wait()
        return None


async def test_a_camera_that_never_says_where_its_stream_is(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs nobody the paper, and does not collect what waits for it."""
    assert await async_setup_component(hass, "camera", {})
    camera = NeverAnswers(Scene())
    await hass.data[DATA_INSTANCES]["camera"].async_add_entities([camera])
    entry = await set_up_site(hass, data={**DISPENSER_DATA, "camera_opened": "always"})
    assert summary(await ask(hass)) == ("unrecognised", "open", 60.0, "camera")
    await unload(hass, entry)
    monkeypatch.setattr(camera_kinds, "ANSWERS_WITHIN_S", 0)
    assert await kept_stream(hass, ENTITY) is None
