"""The end of TLS before a server that does not speak it, as a load balancer is."""

import asyncio
import ssl
import threading
from typing import Self

from .proxy import Proxy


class TlsEnd:
    """A proxy with a certificate, in a thread: what goes wrong there is its own affair."""

    def __init__(self, port: int, certificate: str, key: str) -> None:
        """Stand before a port of the loopback."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._proxy = Proxy(port, context)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread = threading.Thread(target=self._loop.run_forever)

    @property
    def port(self) -> int:
        """Return where it listens."""
        return self._proxy.port

    def __enter__(self) -> Self:
        """Start it."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._proxy.start(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        asyncio.run_coroutine_threadsafe(self._proxy.stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
