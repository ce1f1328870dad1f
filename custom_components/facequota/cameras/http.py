"""One request to a camera over HTTP, by Home Assistant's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Self

import aiohttp
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .picture import CameraError, RefusedError

MAX_REDIRECTS: Final = 3
# A look ends by itself, long before.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=10)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Address:
    """Where a camera answers. It may hold a password: it is never shown or logged."""

    url: URL
    user: str | None
    password: str | None
    verify_ssl: bool = True

    @classmethod
    def from_url(
        cls,
        text: str,
        *,
        user: str | None = None,
        password: str | None = None,
        verify_ssl: bool = True,
    ) -> Self:
        """Return the address, with user and password apart; those of the URL win.

        Raises CameraError when this is no address of HTTP.
        """
        try:
            url = URL(text)
        except ValueError:
            raise CameraError("no address") from None
        if url.scheme not in ("http", "https") or not url.host:
            raise CameraError("no address of HTTP")
        return cls(
            url=url.with_user(None),
            user=url.user or user,
            password=url.password or password,
            verify_ssl=verify_ssl,
        )


@asynccontextmanager
async def get(
    hass: HomeAssistant, address: Address
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Open the camera's answer; raises CameraError when it is none of success.

    RefusedError: it wants another password.

    A redirect is followed on the same host only: the password and whatever the camera
    sees are for nobody whom the manager did not name.
    """
    session = async_get_clientsession(hass, verify_ssl=address.verify_ssl)
    # Caches on the way must ask the camera.
    headers = {"Cache-Control": "no-cache", "Pragma": "no-cache"}
    if address.user is not None:
        password = address.password or ""
        headers["Authorization"] = aiohttp.encode_basic_auth(address.user, password)
    middlewares: tuple[aiohttp.ClientMiddlewareType, ...] = ()
    url = address.url
    try:
        for _ in range(MAX_REDIRECTS + 2):
            async with session.get(
                url,
                headers=headers,
                allow_redirects=False,
                timeout=_TIMEOUT,
                middlewares=middlewares,
            ) as response:
                if response.status == HTTPStatus.OK:
                    yield response
                    return
                if _wants_digest(response) and "Authorization" in headers:
                    del headers["Authorization"]
                    assert address.user is not None
                    middlewares = (
                        aiohttp.DigestAuthMiddleware(
                            address.user, address.password or ""
                        ),
                    )
                    continue
                url = _redirected(url, response)
    except aiohttp.ClientError as err:
        # Its own text names the address.
        raise CameraError(type(err).__name__) from None
    raise CameraError("too many redirects")


def _wants_digest(response: aiohttp.ClientResponse) -> bool:
    challenge = response.headers.get("WWW-Authenticate", "")
    return response.status == HTTPStatus.UNAUTHORIZED and challenge.lower().startswith(
        "digest"
    )


def _redirected(url: URL, response: aiohttp.ClientResponse) -> URL:
    """Return where an answer sends us to, on the same host."""
    if response.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise RefusedError(f"HTTP status {response.status}")
    location = response.headers.get("Location")
    if not 300 <= response.status < 400 or location is None:
        raise CameraError(f"HTTP status {response.status}")
    try:
        target = url.join(URL(location))
    except ValueError:
        raise CameraError("a redirect to nowhere") from None
    if target.host != url.host or target.scheme not in (url.scheme, "https"):
        raise CameraError("a redirect to another host")
    return target.with_user(None)
