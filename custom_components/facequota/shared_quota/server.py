"""The operator's server: its address, the check of its settings, the connections."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
import ssl
import time
from typing import Any, Final

from valkey.asyncio import Connection, ConnectionPool, Valkey
from valkey.asyncio.retry import Retry
from valkey.backoff import NoBackoff
from valkey.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    ValkeyError,
)

from .addresses import Address, is_public
from .functions import Fallen, Functions, OtherLayout, load

CONNECT_S: Final = 2.0
ANSWER_S: Final = 1.0
MIN_VERSION: Final = 7
# Nothing depends on it but certificates and what people read in two logs.
MAX_CLOCK_DIFFERENCE_S: Final = 60.0


class Trouble(StrEnum):
    """Why there is no shared quota at this moment; each has a text in the UI."""

    NO_ANSWER = "no_answer"
    TLS = "tls"
    WRONG_PASSWORD = "wrong_password"
    NO_PERMISSION = "no_permission"
    PERSISTENCE = "persistence"
    EVICTION = "eviction"
    TOO_OLD = "too_old"
    PUBLIC_ADDRESS = "public_address"
    CLOCKS = "clocks"
    READ_ONLY = "read_only"
    FULL = "full"
    OTHER_VERSION = "other_version"
    REFUSED = "refused"


class Unfit(Exception):
    """A server that cannot be used; the reason is a Trouble."""

    def __init__(self, trouble: Trouble) -> None:
        """Say why."""
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The settings of a connection. Of several addresses the one that is no replica is used."""

    addresses: tuple[Address, ...]
    username: str | None
    password: str | None
    context: ssl.SSLContext | None
    """None: without TLS."""


def trouble_of(error: BaseException) -> Trouble:
    """Return what an error of a call means."""
    match error:
        case Unfit():
            return error.trouble
        case BaseExceptionGroup():
            return trouble_of(error.exceptions[0])
        case OtherLayout():
            return Trouble.OTHER_VERSION
        case NoPermissionError():
            return Trouble.NO_PERMISSION
        case AuthenticationError() | AuthorizationError():
            return Trouble.WRONG_PASSWORD
        case ReadOnlyError():
            return Trouble.READ_ONLY
        case OutOfMemoryError():
            return Trouble.FULL
        case ResponseError():
            return _answered(str(error))
        case ssl.SSLError():
            return Trouble.TLS
    if isinstance(error.__cause__, ssl.SSLError):
        return Trouble.TLS
    return Trouble.NO_ANSWER


def _answered(text: str) -> Trouble:
    """Return what an answer means that the client has no class for.

    An error inside a function comes with the function's name before and behind it.
    """
    for sign, trouble in {
        "OOM": Trouble.FULL,
        "READONLY": Trouble.READ_ONLY,
        "NOPERM": Trouble.NO_PERMISSION,
        "WRONGPASS": Trouble.WRONG_PASSWORD,
        "NOAUTH": Trouble.WRONG_PASSWORD,
    }.items():
        if sign in text:
            return trouble
    return Trouble.REFUSED


class _TlsConnection(Connection):
    """A connection with a context that was made elsewhere: reading files blocks."""

    def __init__(self, *, context: ssl.SSLContext, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._context = context

    def _connection_arguments(self) -> dict[str, Any]:
        return {**super()._connection_arguments(), "ssl": self._context}


class Server:
    """Connections to the one server that may be written to."""

    def __init__(self, settings: ServerSettings) -> None:
        """Connect to nothing yet."""
        self._settings = settings
        self._client: Valkey | None = None

    @property
    def client(self) -> Valkey:
        """Return the client; raise Unfit before open."""
        if self._client is None:
            raise Unfit(Trouble.NO_ANSWER)
        return self._client

    async def open(self) -> None:
        """Connect to the server that is no replica; raise Unfit, or the last one's error."""
        await self.close()
        error: Exception = Unfit(Trouble.NO_ANSWER)
        for address in self._settings.addresses:
            async with asyncio.timeout(CONNECT_S):
                public = await is_public(address)
            if public:
                raise Unfit(Trouble.PUBLIC_ADDRESS)
            client = self._connect(address)
            try:
                async with asyncio.timeout(CONNECT_S):
                    role: Any = await client.role()
            except (ValkeyError, OSError, TimeoutError) as failed:
                error = failed
                if trouble_of(failed) is Trouble.NO_ANSWER and await self._plain(
                    address
                ):
                    error = Unfit(Trouble.TLS)
            else:
                if role[0] in {b"master", "master"}:
                    self._client = client
                    return
                error = Unfit(Trouble.READ_ONLY)
            await client.aclose()
        raise error

    async def _plain(self, address: Address) -> bool:
        """Return whether a server answers there without TLS."""
        if self._settings.context is None:
            return False
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECT_S):
                _, writer = await asyncio.open_connection(address.host, address.port)
            writer.close()
            return True
        return False

    def _connect(self, address: Address) -> Valkey:
        settings = self._settings
        arguments: dict[str, Any] = {
            "host": address.host,
            "port": address.port,
            "username": settings.username,
            "password": settings.password,
            "socket_connect_timeout": CONNECT_S,
            # Each call has a limit of its own, a wait for news a longer one.
            "socket_timeout": None,
            "socket_keepalive": True,
            # Whoever calls decides what may be sent again.
            "retry": Retry(NoBackoff(), 0),
        }
        if settings.context is not None:
            arguments["connection_class"] = _TlsConnection
            arguments["context"] = settings.context
        return Valkey.from_pool(ConnectionPool(**arguments))

    async def close(self) -> None:
        """Close every connection."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(ValkeyError, OSError):
                await client.aclose()

    async def check(self, now: Callable[[], float] = time.time) -> None:
        """Raise Unfit unless the server may hold a shared quota; install the functions."""
        async with asyncio.timeout(2 * CONNECT_S):
            info = await self.client.info("server")
            version = info.get("valkey_version") or info["redis_version"]
            if int(version.partition(".")[0]) < MIN_VERSION:
                raise Unfit(Trouble.TOO_OLD)
            save = await self.client.config_get("save")
            log = await self.client.config_get("appendonly")
            if save.get("save") or log.get("appendonly") != "no":
                raise Unfit(Trouble.PERSISTENCE)
            policy = await self.client.config_get("maxmemory-policy")
            if policy.get("maxmemory-policy") != "noeviction":
                raise Unfit(Trouble.EVICTION)
            seconds, _ = await self.client.time()
            if abs(seconds - now()) > MAX_CLOCK_DIFFERENCE_S:
                raise Unfit(Trouble.CLOCKS)
            await load(self.client)

    def functions(self, quota: str) -> Functions:
        """Return the functions of one quota on this server."""
        return Functions(self.client, quota)


FAILURES: Final = (ValkeyError, OSError, TimeoutError, Unfit, Fallen, OtherLayout)
