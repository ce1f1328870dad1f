"""A has paper and leaves, B stands there: what a camera or a cache had ready decides nothing."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import override

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockModule, mock_integration

from custom_components.facequota.cameras.kinds import source_of
from custom_components.facequota.cameras.pictures import EarlierPictures, Pictures
from custom_components.facequota.cameras.source import (
    UNKNOWN_AGE,
    Kind,
    Picture,
    Source,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.cameras.scene import Scene
from tests.integration.conftest import faces, set_up_site, unload

from .kinds import ENTITY, HoldingCamera, add, add_generic, add_holding
from .test_swap import GRANTED, KINDS, REFUSED, seen

pytestmark = pytest.mark.usefixtures("log", "dispenser", "socket_enabled")


@pytest.mark.parametrize("held", [2, 4])
@pytest.mark.parametrize("kind", KINDS)
async def test_pictures_that_a_driver_held_belong_to_no_visitor(
    hass: HomeAssistant, portraits: Path, kind: str, held: int
) -> None:
    """As many as it has buffers: they were taken while A was there."""
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    async with MjpegCamera(Scene(), held=held) as camera:
        camera.scene.show(a)
        if kind == "other":
            await add_holding(hass, camera.scene, frames=held)
        else:
            await add(hass, kind, camera)
        entry = await set_up_site(hass)
        assert await seen(hass) == GRANTED
        camera.scene.show(b)
        assert await seen(hass) == GRANTED
        assert faces(entry) == 2
        camera.scene.show(a)
        assert await seen(hass) == REFUSED
        await unload(hass, entry)


async def test_a_network_that_pauses_once_among_them_makes_them_no_newer(
    hass: HomeAssistant, portraits: Path
) -> None:
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    async with MjpegCamera(Scene(), held=4) as camera:
        camera.first_pause_s = 0.06
        camera.scene.show(a)
        await add(hass, "mjpeg", camera)
        entry = await set_up_site(hass)
        assert await seen(hass) == GRANTED
        camera.scene.show(b)
        assert await seen(hass) == GRANTED
        assert faces(entry) == 2
        await unload(hass, entry)


@asynccontextmanager
async def cache(camera: MjpegCamera, *, obeys: bool) -> AsyncGenerator[str]:
    """Give the address of two caches in front of a camera, asked in turn."""
    kept = cycle([camera.scene.jpeg() for _ in range(2)])
    numbers = count()

    async def answer(request: web.Request) -> web.Response:
        if obeys and "no-cache" in request.headers.get("Cache-Control", ""):
            return web.Response(body=camera.scene.jpeg(), content_type="image/jpeg")
        return web.Response(
            # Old, and different each time.
            body=next(kept) + b"%d" % next(numbers),
            content_type="image/jpeg",
            headers={"Cache-Control": "max-age=60", "Age": "20"},
        )

    application = web.Application()
    application.router.add_get("/snapshot.jpg", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site.port}/snapshot.jpg"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("obeys", [True, False])
async def test_a_cache_is_asked_past_or_decides_nothing(
    hass: HomeAssistant, portraits: Path, obeys: bool
) -> None:
    async with MjpegCamera(Scene()) as camera:
        camera.scene.show(portraits / "A/1.jpg")
        async with cache(camera, obeys=obeys) as url:
            await add_generic(hass, still_image_url=camera.still_url)
            entry = await set_up_site(hass)
            assert await seen(hass) == GRANTED
            camera.scene.show(portraits / "B/1.jpg")
            (generic,) = hass.config_entries.async_entries("generic")
            hass.config_entries.async_update_entry(
                generic, options={**generic.options, "still_image_url": url}
            )
            await hass.async_block_till_done()
            answer = await seen(hass)
            assert answer == GRANTED if obeys else answer[1:3] == ("open", 60.0)
            await unload(hass, entry)


class KeyFrames(HoldingCamera):
    """What Home Assistant makes of a stream, or has from a cloud."""

    url: str | None = None

    @override
    async def stream_source(self) -> str | None:
        return self.url


@pytest.mark.parametrize("case", ["a stream without our reader", "a cloud"])
async def test_what_home_assistant_has_of_any_age_never_counts(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    assert await async_setup_component(hass, "camera", {})
    camera = KeyFrames(Scene())
    await hass.data[DATA_INSTANCES]["camera"].async_add_entities([camera])
    if case == "a cloud":
        mock_integration(
            hass, MockModule("camera", partial_manifest={"iot_class": "cloud_push"})
        )
    else:
        camera.url = "rtsp://127.0.0.1:9/video"
    source = await source_of(hass, ENTITY)
    pictures = source.pictures()
    ages = {(await anext(pictures)).begun_after for _ in range(8)}
    await pictures.aclose()
    assert ages == {UNKNOWN_AGE}


async def test_a_picture_that_came_before_never_counts_again(
    hass: HomeAssistant,
) -> None:
    """In one look, or after the end of the look in which it came and nobody saw it."""
    earlier = EarlierPictures()
    old = [b"one", b"another"]
    for new in (b"first look", b"second look"):
        source = Shows([*old, new, *old, *old], hass.loop.time)
        pictures = Pictures(hass, source.found, earlier)
        given = set()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                while True:
                    picture = await pictures.next()
                    assert picture is not None
                    if pictures.counts(picture):
                        given.add(picture.content)
        assert given == {new}
        await pictures.close()


@pytest.mark.parametrize("later", [[b"now"], []])
async def test_a_held_picture_is_looked_at_only_if_no_newer_one_comes_soon(
    hass: HomeAssistant, later: list[bytes]
) -> None:
    """The worker would be busy with it when the first one that counts is there."""
    source = Shows([b"held", *later], hass.loop.time, held=1)
    pictures = Pictures(hass, source.found, EarlierPictures())
    picture = await pictures.next()
    assert picture is not None
    assert picture.content == [b"held", *later][-1]
    await pictures.close()


@dataclass
class Shows:
    """A camera that gives these pictures; the first ones are of no known age."""

    contents: list[bytes]
    clock: Callable[[], float]
    held: int = 2
    """How many of them are of no known age."""

    kind = Kind.OTHER

    async def found(self) -> Source:
        """Return itself."""
        return self

    async def pictures(self) -> AsyncGenerator[Picture]:
        """Give one after the other, and then nothing any more."""
        for number, content in enumerate(self.contents):
            begun_after = self.clock() if number >= self.held else UNKNOWN_AGE
            yield Picture(content=content, begun_after=begun_after)
            await asyncio.sleep(0)
        await asyncio.Event().wait()
