"""With any fault of a stream there is paper, no reader is left running, and no address is shown."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from traceback import format_exception

import psutil
import pytest

from custom_components.facequota.cameras.kinds import source_of
from custom_components.facequota.cameras.reader import StreamReader, stream_packages
from custom_components.facequota.cameras.stream import StreamSource
from homeassistant.core import HomeAssistant
from scripts.house.cameras.mjpeg import MjpegCamera, MjpegFault
from scripts.house.cameras.scene import Scene, SceneFault
from scripts.house.cameras.transport import StreamFault, TransportCamera
from tests.integration.conftest import ask, set_up_site, summary, unload

from .kinds import ENTITY, add_generic, add_mjpeg

pytestmark = pytest.mark.usefixtures("log", "dispenser", "socket_enabled")

SECRET = "open-sesame"


async def visit_before(hass: HomeAssistant) -> tuple[str, str, float, str | None]:
    """Return how a visit before the camera ends; nothing runs afterwards."""
    entry = await set_up_site(hass)
    told = summary(await ask(hass))
    (dispenser,) = entry.runtime_data.dispensers.values()
    pid = dispenser.camera.reader.pid
    await unload(hass, entry)
    assert pid is None or not psutil.pid_exists(pid)
    return told


@pytest.mark.parametrize("fault", [StreamFault.STALL, StreamFault.GARBAGE])
async def test_a_stream_that_fails_while_somebody_is_looked_at(
    hass: HomeAssistant, fault: StreamFault
) -> None:
    async with TransportCamera(Scene(), fault=fault) as camera:
        await add_generic(hass, stream_source=camera.url)
        outcome, lane, cm, _ = await visit_before(hass)
    assert (outcome, lane, cm) == ("unrecognised", "open", 60.0)


async def test_a_no_signal_card_is_not_a_person(hass: HomeAssistant) -> None:
    async with MjpegCamera(Scene()) as camera:
        camera.scene.fault = SceneFault.NO_SIGNAL
        await add_mjpeg(hass, camera.url)
        outcome, lane, cm, _ = await visit_before(hass)
    assert (outcome, lane, cm) == ("unrecognised", "open", 60.0)


@asynccontextmanager
async def rtsp(answer: bytes, connected: list[None]) -> AsyncGenerator[int]:
    """Give the port of an RTSP server that answers everything with this.

    Every connection is added to a list.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(None)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                (number,) = (
                    line for line in head.splitlines() if line.startswith(b"CSeq")
                )
                writer.write(b"RTSP/1.0 " + answer + b"\r\n" + number + b"\r\n\r\n")
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "answer",
    [
        b'401 Unauthorized\r\nWWW-Authenticate: Basic realm="camera"',
        b"302 Moved\r\nLocation: rtsp://127.0.0.2:9/video",
        b"200 OK",
        bytes(range(128, 256)),
    ],
    ids=["password", "redirect", "nothing", "garbage"],
)
async def test_an_rtsp_camera_that_gives_no_stream(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, answer: bytes
) -> None:
    connected: list[None] = []
    async with rtsp(answer, connected) as port:
        url = f"rtsp://staff:{SECRET}@127.0.0.1:{port}/video"
        await add_generic(hass, stream_source=url)
        outcome, lane, cm, reason = await visit_before(hass)
    assert (outcome, lane, cm, reason) == ("unrecognised", "open", 60.0, "camera")
    # Some cameras lock an account after a few wrong passwords.
    assert len(connected) <= 2 or not answer.startswith(b"401")
    ours = [one.getMessage() for one in caplog.records if "facequota" in one.name]
    assert not [one for one in ours if SECRET in one or str(port) in one]


@pytest.mark.parametrize("kind", ["mjpeg", "still", "stream"])
@pytest.mark.parametrize("fault", [None, *MjpegFault])
async def test_no_reader_names_an_address_in_what_it_raises(
    hass: HomeAssistant, kind: str, fault: MjpegFault | None
) -> None:
    """Nor in what it looks like to a debugger or a log; without a fault nobody is there."""
    reader = StreamReader(stream_packages(hass, None))
    assert await hass.async_add_executor_job(reader.packages.is_installed)
    async with MjpegCamera(Scene()) as camera:
        camera.fault = fault
        url = (camera.still_url if kind == "still" else camera.url).replace(
            "//", f"//staff:{SECRET}@"
        )
        if kind == "mjpeg":
            await add_mjpeg(hass, url)
        else:
            await add_generic(
                hass, **{f"{kind}_{'image_url' if kind == 'still' else 'source'}": url}
            )
        if fault is not None:
            await _raised(hass, reader)
    if fault is None:
        await _raised(hass, reader)
    await reader.end()


async def _raised(hass: HomeAssistant, reader: StreamReader) -> None:
    source = await source_of(
        hass, ENTITY, lambda url, _: StreamSource(reader, url, stays_open=False)
    )
    told = repr(source)
    pictures = source.pictures()
    try:
        async with asyncio.timeout(1):
            for _ in range(3):
                await anext(pictures)
    # Whatever it raises.
    except Exception as err:  # noqa: BLE001
        told += "".join(format_exception(err))
    finally:
        await pictures.aclose()
    assert SECRET not in told
    assert "127.0.0.1" not in told
