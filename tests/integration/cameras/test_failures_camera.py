"""With any fault of a camera the visitor gets paper and the manager sees the fault."""

import asyncio
from io import BytesIO
import struct
from typing import override
import zlib

from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.camera import Camera
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.entity_component import DATA_INSTANCES
from tests.integration.conftest import (
    MakeStage,
    ask,
    faces,
    issues,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.log import Log
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log")

GRANTED = ("granted", "face", 60.0, None)
NO_PICTURE = ("unrecognised", "open", 60.0, "camera")
SECRET = "open-sesame"
UNREADABLE = ("unrecognised", "open", 60.0, "unreadable_picture")


def encoded(size: tuple[int, int], file_format: str, mode: str = "RGB") -> bytes:
    """Return a plain picture as a camera would send it."""
    file = BytesIO()
    Image.new(mode, size).save(file, file_format)
    return file.getvalue()


def promising(width: int, height: int) -> bytes:
    """Return a PNG whose header promises more than its few bytes hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def bad_pictures(portrait: bytes) -> dict[str, bytes]:
    """Return what a broken or hostile camera could send, by a name."""
    return {
        "one_pixel": encoded((1, 1), "JPEG"),
        "text": b"<html>503 Service Unavailable</html>",
        "another_format": encoded((640, 480), "GIF"),
        "half_a_picture": portrait[: len(portrait) // 2],
        "decompression_bomb": encoded((20_000, 20_000), "PNG", mode="1"),
        "promises_too_much": promising(2**31 - 1, 2**31 - 1),
    }


class BrokenCamera(Camera):
    """A camera of an integration that has a bug, or that waits for ever."""

    def __init__(self, name: str, error: Exception | None) -> None:
        """Raise the error, or never answer."""
        super().__init__()
        self.entity_id = f"camera.{name}"
        self._error = error

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()
        return None


class SwitchedOff(BrokenCamera):
    """A camera that is switched off, and could be asked all the same."""

    _attr_is_on = False


class NoStream(BrokenCamera):
    """A camera whose integration fails to say where its stream is."""

    @override
    async def stream_source(self) -> str | None:
        raise HomeAssistantError(f"rtsp://staff:{SECRET}@127.0.0.1/video")


async def add_camera(hass: HomeAssistant, camera: BrokenCamera) -> str:
    """Add a camera entity to Home Assistant and return its id."""
    await hass.data[DATA_INSTANCES]["camera"].async_add_entities([camera])
    return camera.entity_id


async def ask_before_each(
    hass: HomeAssistant, cameras: dict[str, str]
) -> dict[str, tuple[str, str, float, str | None]]:
    """Ask for paper at one dispenser for each camera, all at the same moment."""
    dispensers = {name: FakeDispenser(hass, name) for name in cameras}
    for dispenser in dispensers.values():
        await dispenser.start()
    entry = await set_up_site(
        hass,
        more={
            name: {"camera": camera, **dispensers[name].entities}
            for name, camera in cameras.items()
        },
    )
    visits = await asyncio.gather(*(ask(hass, name) for name in cameras))
    assert faces(entry) == 0
    await unload(hass, entry)
    for dispenser in dispensers.values():
        await dispenser.stop()
    return dict(zip(cameras, map(summary, visits), strict=True))


async def test_no_bad_picture_costs_a_visitor_the_paper(
    hass: HomeAssistant, make_stage: MakeStage, dispenser: FakeDispenser
) -> None:
    """Broken, huge, tiny, or no picture at all: the open lane, after a moment."""
    stage = await make_stage("Entrance")
    stage.person("A")
    cameras = {}
    pictures = bad_pictures(stage.picture.read_bytes())
    for name, content in pictures.items():
        shown = await make_stage(name)
        shown.data(content)
        cameras[name] = f"camera.{name}"
    assert await ask_before_each(hass, cameras) == dict.fromkeys(cameras, UNREADABLE)


async def test_no_broken_camera_costs_a_visitor_the_paper(
    hass: HomeAssistant, make_stage: MakeStage, dispenser: FakeDispenser, log: Log
) -> None:
    """Missing, silent, empty, unavailable, off, of an integration that raises or hangs."""
    no_file, empty, unavailable = [
        await make_stage(name) for name in ("no_file", "empty", "unavailable")
    ]
    no_file.empty()
    empty.data(b"")
    await hass.config_entries.async_unload(unavailable.camera.entry_id)
    assert hass.states.is_state("camera.unavailable", "unavailable")
    cameras = {
        "no_entity": "camera.never_was",
        "no_file": "camera.no_file",
        "empty": "camera.empty",
        "unavailable": "camera.unavailable",
        "raises": await add_camera(hass, BrokenCamera("raises", RuntimeError("bug"))),
        "hangs": await add_camera(hass, BrokenCamera("hangs", None)),
        "off": await add_camera(hass, SwitchedOff("off", None)),
        "no_stream": await add_camera(hass, NoStream("no_stream", None)),
    }
    assert await ask_before_each(hass, cameras) == dict.fromkeys(cameras, NO_PICTURE)
    assert not [one for one in log.records if SECRET in one.getMessage()]


async def test_a_png_is_as_good_as_a_jpeg(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    stage.person("A")
    with Image.open(stage.picture) as portrait:
        file = BytesIO()
        portrait.save(file, "PNG")
    stage.data(file.getvalue())
    assert summary(await ask(hass)) == GRANTED


async def test_a_camera_without_a_picture_is_a_repair_issue_until_it_has_one(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    issue_registry: ir.IssueRegistry,
) -> None:
    (subentry_id,) = site.subentries
    issue_id = f"camera_silent_{subentry_id}"
    stage.empty()
    assert summary(await ask(hass)) == NO_PICTURE
    issue = issue_registry.async_get_issue("facequota", issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {
        "site": "East gate",
        "dispenser": "Entrance",
        "entity": "camera.entrance",
    }
    await ask(hass, lane="open")
    assert issue_registry.async_get_issue("facequota", issue_id)
    stage.person("A")
    assert summary(await ask(hass)) == GRANTED
    assert not issue_registry.async_get_issue("facequota", issue_id)


async def test_a_camera_that_is_not_read_any_more_is_not_an_issue(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    issue_registry: ir.IssueRegistry,
) -> None:
    stage.empty()
    await ask(hass)
    assert "camera_silent" in issues(issue_registry)
    site.runtime_data.suspend(True)
    await ask(hass)
    assert "camera_silent" not in issues(issue_registry)


async def test_a_lost_camera_is_a_problem_until_it_is_back(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    problem = "binary_sensor.entrance_problem"
    assert hass.states.is_state(problem, "off")
    await hass.config_entries.async_unload(stage.camera.entry_id)
    state = hass.states.get(problem)
    assert state is not None
    assert (state.state, state.attributes["reason"]) == ("on", "camera")
    assert await hass.config_entries.async_setup(stage.camera.entry_id)
    await hass.async_block_till_done()
    assert hass.states.is_state(problem, "off")


async def test_a_visitor_who_cannot_be_seen_is_told_that_they_cannot_be_forgotten(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """Nobody else is forgotten instead."""
    stage.person("A")
    await ask(hass)
    stage.empty()
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            "facequota", "forget", {"entity_id": "event.entrance_visit"}, blocking=True
        )
    assert caught.value.translation_key == "nobody_to_forget"
    assert faces(site) == 1
    await hass.async_block_till_done(wait_background_tasks=True)
    seen = "You could not be seen well. Please try again, or ask our staff."
    assert dispenser.said[-1] == seen
