"""Cameras of other integrations: each is read as well as it can be, and nothing old decides."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
import socket
from typing import Any, override
from unittest.mock import Mock

import pytest
from pytest_homeassistant_custom_component.common import MockModule, mock_integration
from yarl import URL

from custom_components.facequota.cameras.kinds import kept_stream, source_of
from custom_components.facequota.cameras.mjpeg import MjpegSource
from custom_components.facequota.cameras.reader import StreamReader
from custom_components.facequota.cameras.source import (
    UNKNOWN_AGE,
    Kind,
    Picture,
    Source,
)
from custom_components.facequota.cameras.stream import StreamSource
from homeassistant.components.camera import Camera
from homeassistant.components.camera.const import DOMAIN as CAMERA_DOMAIN
from homeassistant.components.mjpeg import MjpegCamera as MjpegEntity
from homeassistant.components.push.camera import PUSH_CAMERA_DATA
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
from scripts.house.cameras.mjpeg import MjpegCamera, MjpegFault
from scripts.house.cameras.scene import Scene
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    faces,
    set_up_site,
    summary,
    unload,
)
from tests.integration.log import Log

from .kinds import ENTITY, HoldingCamera, add_generic

pytestmark = pytest.mark.usefixtures("log", "dispenser", "socket_enabled")

WEBHOOK = "a-webhook-that-nobody-guesses"


async def add_platform(hass: HomeAssistant, platform: str, **settings: Any) -> None:
    """Add a camera of an integration that is set up by YAML."""
    config = {"platform": platform, "name": "Entrance", **settings}
    assert await async_setup_component(hass, "camera", {"camera": [config]})
    await hass.async_block_till_done()
    assert hass.states.get(ENTITY)


async def add_entity(hass: HomeAssistant, camera: Camera) -> None:
    """Add a camera of an integration that nobody knows."""
    assert await async_setup_component(hass, CAMERA_DOMAIN, {})
    camera.entity_id = ENTITY
    await hass.data[DATA_INSTANCES][CAMERA_DOMAIN].async_add_entities([camera])


async def test_pictures_that_were_pushed_before_decide_nothing(
    hass: HomeAssistant, portraits: Path
) -> None:
    """Home Assistant shows those of the last event in turn: all of them differ."""
    await add_platform(hass, "push", webhook_id=WEBHOOK, buffer=16, timeout=0)
    scene = Scene()
    scene.show(portraits / "A/1.jpg")
    camera = hass.data[PUSH_CAMERA_DATA][WEBHOOK]
    for _ in range(16):
        await camera.update_image(scene.jpeg(), "picture.jpg")
        await asyncio.sleep(0.04)
    entry = await set_up_site(hass)
    assert summary(await ask(hass))[:3] == ("unrecognised", "open", 60.0)
    assert faces(entry) == 0
    await unload(hass, entry)


async def test_what_home_assistant_has_of_another_camera_decides_nothing(
    hass: HomeAssistant, portraits: Path
) -> None:
    async with MjpegCamera(Scene()) as camera:
        camera.scene.show(portraits / "A/1.jpg")
        await add_platform(hass, "proxy", entity_id="camera.behind")
        behind = HoldingCamera(camera.scene)
        behind.entity_id = "camera.behind"
        await hass.data[DATA_INSTANCES][CAMERA_DOMAIN].async_add_entities([behind])
        entry = await set_up_site(hass)
        assert summary(await ask(hass))[1:3] == ("open", 60.0)
        assert faces(entry) == 0
        await unload(hass, entry)


class WithStream(HoldingCamera):
    """A camera that names the address of a stream."""

    def __init__(self, url: str, *, stills: bool = False) -> None:
        """Name this one; `stills` of it are taken from its stream by Home Assistant."""
        super().__init__(Scene())
        self._url = url
        self.stills = stills

    @property
    @override
    def use_stream_for_stills(self) -> bool:
        return self.stills

    @override
    async def stream_source(self) -> str:
        return self._url


@pytest.mark.parametrize(
    ("iot_class", "url", "is_read"),
    [
        ("cloud_polling", "rtsps://stream.example.com/camera", False),
        ("cloud_polling", "rtsp://192.168.1.9/camera", True),
        ("local_push", "rtsp://camera.example.com/camera", True),
    ],
)
async def test_a_stream_that_comes_from_a_cloud_is_of_unknown_age(
    hass: HomeAssistant, iot_class: str, url: str, is_read: bool
) -> None:
    """It may be seconds late all the time; one of the camera itself is not."""
    await add_entity(hass, WithStream(url))
    mock_integration(
        hass, MockModule("camera", partial_manifest={"iot_class": iot_class})
    )
    read = StreamSource(reader=Mock(StreamReader), url=url, stays_open=False)
    source = await source_of(hass, ENTITY, lambda *_: read)
    assert (source is read) is is_read
    assert (await kept_stream(hass, ENTITY) == url) is is_read


async def test_a_last_key_frame_is_of_unknown_age_whatever_the_stream_is(
    hass: HomeAssistant,
) -> None:
    """Also where only Home Assistant can read the stream."""
    camera = WithStream("nest:secret", stills=True)
    await add_entity(hass, camera)
    source = await source_of(hass, ENTITY)
    assert source.kind is Kind.OTHER
    pictures = source.pictures()
    camera.stills = False
    assert {(await anext(pictures)).begun_after for _ in range(8)} == {UNKNOWN_AGE}
    await pictures.aclose()


class HidesPassword(HoldingCamera):
    """An integration whose address lacks the password; its entity gives pictures."""

    def __init__(self, scene: Scene, url: str) -> None:
        """Name this address."""
        super().__init__(scene)
        self._url = url

    @override
    async def stream_source(self) -> str:
        return self._url


@pytest.fixture
async def guarded() -> AsyncGenerator[MjpegCamera]:
    """Return a camera that wants a password."""
    async with MjpegCamera(Scene(), user="staff", password="open-sesame") as camera:
        yield camera


async def first_pictures(source: Source, number: int) -> list[Picture]:
    """Return what a camera gives at first."""
    pictures = source.pictures()
    try:
        return [await anext(pictures) for _ in range(number)]
    finally:
        await pictures.aclose()


async def test_a_password_that_only_an_entity_knows_is_left_to_it(
    hass: HomeAssistant, guarded: MjpegCamera
) -> None:
    """What it has ready does not count, as with any camera that is asked through it."""
    await add_entity(hass, HidesPassword(guarded.scene, guarded.url))
    source = await source_of(hass, ENTITY)
    pictures = await first_pictures(source, 6)
    assert source.kind is Kind.OTHER
    ages = [picture.begun_after == UNKNOWN_AGE for picture in pictures]
    assert (ages[0], ages[-1]) == (True, False)


async def test_integrations_that_build_on_mjpeg_are_read_with_their_password(
    hass: HomeAssistant, guarded: MjpegCamera
) -> None:
    """motionEye, ZoneMinder, Agent DVR, OctoPrint and others; also without a valid certificate."""
    await add_entity(
        hass,
        MjpegEntity(
            name="Entrance",
            mjpeg_url=guarded.url,
            still_image_url=guarded.still_url,
            authentication="basic",
            username="staff",
            password="open-sesame",
            verify_ssl=False,
        ),
    )
    source = await source_of(hass, ENTITY)
    assert isinstance(source, MjpegSource)
    assert not source.address.verify_ssl
    assert await first_pictures(source, 2)
    assert source.kind is Kind.MJPEG


@pytest.mark.parametrize("opened", ["request", "always"])
@pytest.mark.parametrize(
    "url",
    [
        # A password whose signs were not replaced, and two names that no host has.
        "rtsp://staff:open#sesame@127.0.0.1/video",
        "rtsp://staff:open@sesame..home/video",
        f"rtsp://staff:open@{'sesame' * 11}/video",
        URL("rtsp://staff:open@sesame/video"),
    ],
    ids=["password", "empty", "long", "type"],
)
async def test_an_invalid_address_is_not_shown(
    hass: HomeAssistant,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    opened: str,
    url: Any,
) -> None:
    """Paper, and no traceback."""
    elsewhere = socket.getaddrinfo

    def looked_up(host: str, *rest: Any, **more: Any) -> Any:
        """Fail as the real one does; the tests' own looks up no names at all."""
        if "sesame" not in host:
            return elsewhere(host, *rest, **more)
        host.encode("idna")  # Raises UnicodeError for a name that no host can have.
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    await add_entity(hass, WithStream(url))
    entry = await set_up_site(hass, data={**DISPENSER_DATA, "camera_opened": opened})
    assert summary(await ask(hass))[:3] == ("unrecognised", "open", 60.0)
    await unload(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [record for record in log.records if record.exc_info]
    said = " ".join(record.getMessage() for record in log.records)
    assert "sesame" not in said
    assert "'open'" not in said


async def test_a_generic_camera_that_is_refused_gives_no_picture_it_had(
    hass: HomeAssistant, guarded: MjpegCamera
) -> None:
    """Its own last picture may be of any age."""
    await add_generic(
        hass, stream_source=guarded.url, still_image_url=guarded.still_url
    )
    guarded.fault = MjpegFault.UNAUTHORIZED
    entry = await set_up_site(hass)
    assert summary(await ask(hass)) == ("unrecognised", "open", 60.0, "camera")
    await unload(hass, entry)
