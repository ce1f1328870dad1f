"""Cameras over HTTP that answer, log in or encrypt as not every one does."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
import hashlib
from pathlib import Path
import re
import ssl
from typing import Any

from aiohttp import ClientConnectionError, web
import pytest

from custom_components.facequota.cameras.kinds import source_of
from custom_components.facequota.cameras.source import (
    UNKNOWN_AGE,
    Kind,
    Picture,
    RefusedError,
    Source,
)
from homeassistant.core import HomeAssistant
from scripts.house.cameras.mjpeg import MjpegCamera, MjpegFault
from scripts.house.cameras.scene import Scene
from scripts.park.certificates import certified
from tests.integration.conftest import ask, set_up_site, summary, unload

from .kinds import ENTITY, add_generic, add_mjpeg

pytestmark = pytest.mark.usefixtures("log", "dispenser", "socket_enabled")

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

PICTURE = Scene().jpeg()
PICTURES = 8
REALM = "camera"


@asynccontextmanager
async def server(
    answer: Answer, context: ssl.SSLContext | None = None
) -> AsyncGenerator[str]:
    """Give the address of a camera that answers so."""
    application = web.Application()
    application.router.add_get("/video", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        scheme = "https" if context else "http"
        yield f"{scheme}://127.0.0.1:{site.port}/video"
    finally:
        await runner.cleanup()


def numbered(number: int) -> bytes:
    """Return a picture of its own, by a comment in it."""
    return PICTURE[:2] + b"\xff\xfe\x00\x04%02d" % number + PICTURE[2:]


def video(kind: str, *, packed: bool = False, part: bytes = b"image/jpeg") -> Answer:
    """Return how a camera answers that sends some parts."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        if packed:
            response.enable_compression(web.ContentCoding.gzip)
        await response.prepare(request)
        # Who has seen enough goes.
        with suppress(ClientConnectionError):
            for number in range(PICTURES):
                head = b"\r\n--frame\r\nContent-Type: " + part
                await response.write(head + b"\r\n\r\n" + numbered(number))
                await asyncio.sleep(0.05)
        return response

    return answer


async def pictures(source: Source, number: int) -> list[Picture]:
    """Return the first pictures of a camera."""
    given = source.pictures()
    try:
        return [await anext(given) for _ in range(number)]
    finally:
        await given.aclose()


@pytest.mark.parametrize("integration", ["mjpeg", "generic"])
@pytest.mark.parametrize(
    "answer",
    [
        video("multipart/x-mixed-replace"),
        video("multipart/x-mixed-replace; boundary=frame", part=b"text/plain"),
        video("multipart/x-mixed-replace; boundary=frame", packed=True),
    ],
    ids=["no boundary", "a wrong type", "packed"],
)
async def test_a_stream_is_read_however_it_is_announced(
    hass: HomeAssistant, integration: str, answer: Answer
) -> None:
    async with server(answer) as url:
        if integration == "mjpeg":
            await add_mjpeg(hass, url)
        else:
            await add_generic(hass, stream_source=url)
        source = await source_of(hass, ENTITY)
        given = await pictures(source, PICTURES - 1)
    assert source.kind is Kind.MJPEG
    assert [one.content for one in given] == [*map(numbered, range(PICTURES - 1))]
    assert given[-1].begun_after > UNKNOWN_AGE


async def test_an_address_of_single_pictures_may_give_a_stream(
    hass: HomeAssistant,
) -> None:
    """As everywhere, the first of its pictures may have lain ready."""
    async with MjpegCamera(Scene(), held=2) as camera:
        await add_generic(hass, still_image_url=camera.url)
        source = await source_of(hass, ENTITY)
        given = await pictures(source, 6)
    assert source.kind is Kind.MJPEG
    assert given[0].begun_after == UNKNOWN_AGE
    assert given[-1].begun_after > UNKNOWN_AGE


async def test_however_many_pictures_a_server_keeps_none_of_them_counts(
    hass: HomeAssistant,
) -> None:
    """They come faster than they were taken, many at a time."""
    kept = 200
    small = Scene((160, 120)).jpeg()
    part = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + small + b"\r\n"

    async def answer(request: web.Request) -> web.StreamResponse:
        kind = "multipart/x-mixed-replace; boundary=frame"
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        with suppress(ClientConnectionError):
            await response.write(part * kept)
            for _ in range(PICTURES):
                await asyncio.sleep(0.1)
                await response.write(part)
        return response

    async with server(answer) as url:
        await add_mjpeg(hass, url)
        given = await pictures(await source_of(hass, ENTITY), kept + PICTURES)
    assert {one.begun_after for one in given[:kept]} == {UNKNOWN_AGE}
    assert given[-1].begun_after > UNKNOWN_AGE


async def test_a_proxy_is_asked_not_to_compress_the_stream(
    hass: HomeAssistant,
) -> None:
    """A proxy that packs a stream keeps its pictures until it has enough of them."""
    accepted = set()

    async def answer(request: web.Request) -> web.StreamResponse:
        accepted.add(request.headers["Accept-Encoding"])
        return await video("multipart/x-mixed-replace; boundary=frame")(request)

    async with server(answer) as url:
        await add_mjpeg(hass, url)
        await pictures(await source_of(hass, ENTITY), 1)
    assert accepted == {"identity"}


@pytest.mark.parametrize("scheme", ["HTTP", " http"])
async def test_an_address_is_read_whatever_its_letters(
    hass: HomeAssistant, scheme: str
) -> None:
    async with MjpegCamera(Scene()) as camera:
        await add_generic(
            hass, still_image_url=camera.still_url.replace("http", scheme) + " "
        )
        assert await pictures(await source_of(hass, ENTITY), 1)


class Guarded:
    """A camera that wants a login by Digest (RFC 7616), and notes what it is sent."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.schemes: list[str] = []
        self.refused = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer with a picture to whoever knows the password."""
        scheme, _, login = request.headers.get("Authorization", "").partition(" ")
        self.schemes.append(scheme)
        if scheme == "Digest" and self._is_right(login):
            return web.Response(
                body=numbered(len(self.schemes)), content_type="image/jpeg"
            )
        self.refused += bool(scheme)
        challenge = f'Digest realm="{REALM}", nonce="{len(self.schemes)}", qop="auth"'
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    @staticmethod
    def _is_right(login: str) -> bool:
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', login))
        who, what = (
            hashlib.md5(text.encode()).hexdigest()
            for text in (f"staff:{REALM}:open-sesame", f"GET:{said['uri']}")
        )
        parts = (who, said["nonce"], said["nc"], said["cnonce"], said["qop"], what)
        wanted = hashlib.md5(":".join(parts).encode()).hexdigest()
        return bool(said["response"] == wanted)


@pytest.mark.parametrize("integration", ["mjpeg", "generic"])
async def test_a_login_by_digest_never_sends_the_password(
    hass: HomeAssistant, integration: str
) -> None:
    """Nor a login that the camera must refuse, except that it asks for one at first."""
    camera = Guarded()
    login: dict[str, Any] = {"username": "staff", "password": "open-sesame"}
    async with server(camera.answer) as url:
        if integration == "mjpeg":
            await add_mjpeg(hass, url, authentication="digest", **login)
        else:
            entry = await add_generic(hass, still_image_url=url, **login)
            advanced = {**entry.options["advanced"], "authentication": "digest"}
            hass.config_entries.async_update_entry(
                entry, options={**entry.options, "advanced": advanced}
            )
            await hass.async_block_till_done()
        camera.schemes.clear()
        assert len(await pictures(await source_of(hass, ENTITY), 6)) == 6
    assert set(camera.schemes) == {"", "Digest"}
    assert camera.schemes.count("") == 1
    assert camera.refused == 0


async def test_a_camera_that_wants_digest_is_not_sent_the_password_again(
    hass: HomeAssistant,
) -> None:
    camera = Guarded()
    async with server(camera.answer) as url:
        await add_mjpeg(hass, url, username="staff", password="open-sesame")
        assert len(await pictures(await source_of(hass, ENTITY), 6)) == 6
    assert camera.schemes.count("Basic") == 1


async def test_a_wrong_password_is_tried_twice_a_visit_at_most(
    hass: HomeAssistant,
) -> None:
    """Some cameras lock an account for everybody after five times."""
    async with MjpegCamera(Scene()) as camera:
        camera.fault = MjpegFault.UNAUTHORIZED
        await add_mjpeg(hass, camera.url, username="staff", password="a guess")
        entry = await set_up_site(hass)
        assert summary(await ask(hass)) == ("unrecognised", "open", 60.0, "camera")
        await unload(hass, entry)
    assert camera.requests <= 2


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    """Return the encryption of a camera that certifies itself."""
    certified(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    return context


@pytest.mark.parametrize("redirected", [True, False])
async def test_a_camera_that_certifies_itself_is_read_where_that_is_allowed(
    hass: HomeAssistant, context: ssl.SSLContext, redirected: bool
) -> None:
    """Also when it sends who asks without encryption to the same host with it."""
    stream = video("multipart/x-mixed-replace; boundary=frame")
    async with server(stream, context) as encrypted:

        async def elsewhere(_: web.Request) -> web.StreamResponse:
            return web.Response(status=301, headers={"Location": encrypted})

        async with server(elsewhere) as plain:
            url = plain if redirected else encrypted
            await add_mjpeg(hass, url, verify_ssl=False)
            assert len(await pictures(await source_of(hass, ENTITY), 3)) == 3


async def test_a_login_by_digest_goes_on_where_the_camera_sends_us(
    hass: HomeAssistant, context: ssl.SSLContext
) -> None:
    camera = Guarded()
    async with server(camera.answer, context) as encrypted:

        async def elsewhere(_: web.Request) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": encrypted})

        async with server(elsewhere) as plain:
            await add_mjpeg(
                hass,
                plain,
                username="staff",
                password="open-sesame",
                authentication="digest",
                verify_ssl=False,
            )
            assert await pictures(await source_of(hass, ENTITY), 2)


async def test_a_wrong_password_is_an_error_of_its_own(hass: HomeAssistant) -> None:
    camera = Guarded()
    async with server(camera.answer) as url:
        await add_mjpeg(
            hass, url, username="staff", password="a guess", authentication="digest"
        )
        with pytest.raises(RefusedError):
            await pictures(await source_of(hass, ENTITY), 1)
    assert camera.refused == 1
