"""The operator's server: its address, the check of its settings, the connections."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import re
import ssl
import time
from typing import Any, Final

from valkey.asyncio import Connection, ConnectionPool, Valkey
from valkey.asyncio.retry import Retry
from valkey.backoff import NoBackoff
from valkey.exceptions import ConnectionError as Disconnected, ValkeyError

from .addresses import Address, is_public
from .clock import MAX_CLOCK_DIFFERENCE_S
from .functions import Functions, load
from .trouble import Trouble, Unfit, trouble_of

CONNECT_S: Final = 2.0
ANSWER_S: Final = 1.0
MIN_VERSION: Final = 7
_RUN: Final = re.compile(rb"run_id:(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The settings of a connection. Of several addresses, the server that is not a replica is used."""

    addresses: tuple[Address, ...]
    username: str | None
    password: str | None
    context: ssl.SSLContext | None
    """None: without TLS."""


@dataclass(slots=True)
class _Process:
    """The server process that all connections of a client go to."""

    run: str = ""


class _Connection(Connection):
    """A connection to one server process.

    At the same address another process may answer the next connection: the server was
    started again, or a replica took over. What was known of the first process does not
    hold there.
    """

    def __init__(
        self, *, context: ssl.SSLContext | None, process: _Process, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        # Made in another thread: reading files blocks.
        self._context = context
        self._process = process

    def _connection_arguments(self) -> Mapping[str, Any]:
        arguments: Mapping[str, Any] = super()._connection_arguments()
        return {**arguments, "ssl": self._context} if self._context else arguments

    async def on_connect(self) -> None:
        """Log in, and check whether this is the process of the other connections."""
        await super().on_connect()
        await self.send_command("INFO", "server", check_health=False)
        answer = await self.read_response()
        found = _RUN.search(answer if isinstance(answer, bytes) else answer.encode())
        run = found[1].decode() if found else "?"
        if self._process.run not in {"", run}:
            raise Disconnected("another server process answers")
        self._process.run = run


class Server:
    """Connections to the one server that may be written to."""

    def __init__(self, settings: ServerSettings) -> None:
        """Connect to nothing yet."""
        self._settings = settings
        self._client: Valkey | None = None
        self._process = _Process()
        self._last = settings.addresses[0]

    @property
    def client(self) -> Valkey:
        """Return the client; raise Unfit before open."""
        if self._client is None:
            raise Unfit(Trouble.NO_ANSWER)
        return self._client

    @property
    def run(self) -> str:
        """Return an id of the server process; it differs after a restart or a failover."""
        return self._process.run

    async def open(self) -> None:
        """Connect to the server that is not a replica; raise Unfit, or the error of the last address."""
        await self.close()
        error: Exception = Unfit(Trouble.NO_ANSWER)
        # The last used server first: another one may have come back without data.
        for address in sorted(self._settings.addresses, key=self._last.__ne__):
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
                if trouble_of(failed) is Trouble.NO_ANSWER:
                    error = await self._other_way(address) or failed
            else:
                if role[0] in {b"master", "master"}:
                    self._client, self._last = client, address
                    return
                error = Unfit(Trouble.READ_ONLY)
            await client.aclose()
        raise error

    async def _other_way(self, address: Address) -> Unfit | None:
        """Return the setting to change if a server answers, but not with these settings."""
        if (context := self._settings.context) is None:
            # Nothing is sent to this server; here it is only tested whether it speaks
            # TLS.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            if await _says(address, context, b"") is not None:
                return Unfit(Trouble.TLS_ONLY)
        elif await _says(address, None, b"PING\r\n"):
            return Unfit(Trouble.TLS)
        elif await _says(address, context, b"PING\r\n") == b"":
            # It agreed on TLS and then closed the connection: it requires a client
            # certificate.
            return Unfit(Trouble.TLS)
        return None

    def _connect(self, address: Address) -> Valkey:
        settings = self._settings
        self._process = _Process()
        pool: ConnectionPool = ConnectionPool(
            connection_class=_Connection,
            context=settings.context,
            process=self._process,
            host=address.host,
            port=address.port,
            username=settings.username,
            password=settings.password,
            socket_connect_timeout=CONNECT_S,
            # Each call has a time limit of its own; the wait for news has a longer one.
            socket_timeout=None,
            socket_keepalive=True,
            # The caller decides what may be sent again.
            retry=Retry(NoBackoff(), 0),
        )
        return Valkey.from_pool(pool)

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


async def _says(
    address: Address, context: ssl.SSLContext | None, asked: bytes
) -> bytes | None:
    """Return the first byte that a server sends; b"" if it closes, None if it is silent."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(
                address.host, address.port, ssl=context
            )
            try:
                if not asked:
                    return b""
                writer.write(asked)
                with suppress(OSError):
                    return await reader.read(1)
                return b""
            finally:
                writer.close()
    return None
