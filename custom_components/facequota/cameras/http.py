"""One request to a camera over HTTP, by Home Assistant's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Self

import aiohttp
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .source import CameraError, RefusedError

MAX_REDIRECTS: Final = 3
# Longer than any look, which ends by itself.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=10)
_HEADERS: Final = {
    # Caches on the way must ask the camera.
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    # Compressing pictures once more only takes time.
    "Accept-Encoding": "identity",
}


@dataclass(slots=True, kw_only=True, repr=False)
class Address:
    """Where a camera answers. It may hold a password: it is never shown or logged."""

    url: URL
    user: str | None
    password: str | None
    verify_ssl: bool = True
    uses_digest: bool = False
    """Whether to log in by Digest: it is set so, or the camera wants it.

    The password itself is not sent then, nor is a login that the camera must refuse:
    some cameras lock an account after a few of those.
    """

    _logins: dict[URL, aiohttp.DigestAuthMiddleware] = field(
        default_factory=dict, init=False
    )

    @classmethod
    def from_url(
        cls,
        text: str,
        *,
        user: str | None = None,
        password: str | None = None,
        verify_ssl: bool = True,
        uses_digest: bool = False,
    ) -> Self:
        """Return the address, with user and password apart; those of the URL win.

        Raises CameraError when this is not an HTTP address.
        """
        try:
            url = URL(text.strip())
        except ValueError:
            raise CameraError("no address") from None
        if url.scheme not in ("http", "https") or not url.host:
            raise CameraError("no address of HTTP")
        return cls(
            url=url.with_user(None),
            user=url.user or user,
            password=url.password or password,
            verify_ssl=verify_ssl,
            uses_digest=uses_digest,
        )

    def login(
        self, url: URL
    ) -> tuple[dict[str, str], tuple[aiohttp.ClientMiddlewareType, ...]]:
        """Return the headers and middlewares by which a request logs in."""
        if not self.user:
            return {}, ()
        password = self.password or ""
        if not self.uses_digest:
            return {"Authorization": aiohttp.encode_basic_auth(self.user, password)}, ()
        # It stores the camera's challenge, which belongs to one origin.
        login = self._logins.setdefault(
            url.origin(), aiohttp.DigestAuthMiddleware(self.user, password)
        )
        return {}, (login,)


@asynccontextmanager
async def get(
    hass: HomeAssistant, address: Address
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Open the camera's answer; raises CameraError unless its status is a success.

    Raises RefusedError when the camera wants another password.

    A redirect is followed on the same host only: the manager did not name another one,
    which would get the password and could see the pictures.
    """
    session = async_get_clientsession(hass, verify_ssl=address.verify_ssl)
    url = address.url
    try:
        for _ in range(MAX_REDIRECTS + 2):
            login, middlewares = address.login(url)
            async with session.get(
                url,
                headers=_HEADERS | login,
                allow_redirects=False,
                timeout=_TIMEOUT,
                middlewares=middlewares,
            ) as response:
                if response.status == HTTPStatus.OK:
                    yield response
                    return
                if login and _wants_digest(response):
                    address.uses_digest = True
                    continue
                url = _redirected(url, response)
    except aiohttp.ClientError as err:
        # The error's own text contains the address.
        raise CameraError(type(err).__name__) from None
    raise CameraError("too many redirects")


def _wants_digest(response: aiohttp.ClientResponse) -> bool:
    challenge = response.headers.get("WWW-Authenticate", "")
    return response.status == HTTPStatus.UNAUTHORIZED and challenge.lower().startswith(
        "digest"
    )


def _redirected(url: URL, response: aiohttp.ClientResponse) -> URL:
    """Return the address that an answer redirects to, if it is on the same host."""
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
