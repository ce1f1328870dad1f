"""A TCP proxy between an instance and the server, which can do what networks do."""

import asyncio
from contextlib import suppress
import re
import ssl


class Proxy:
    """Passes bytes on, late or not at all."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        """Stand before a port of the loopback; with a context as the end of TLS."""
        self._target = port
        self._context = context
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._asks, self._answers = asyncio.Event(), asyncio.Event()
        self.thaw()
        self.port = 0
        self.delay_s = 0.0
        self._writers: set[asyncio.StreamWriter] = set()
        # Bytes in the server's answers, and their replacement.
        self.rewrites: dict[bytes, bytes] = {}

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self.port, ssl=self._context
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections and cut those there are: the server is away."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def freeze(self) -> None:
        """Pass nothing on, without closing the connections: a partition."""
        self._asks.clear()
        self._answers.clear()

    def hold_answers(self) -> None:
        """Pass on requests, but no answers."""
        self._answers.clear()

    def end_answers(self) -> None:
        """Close the direction of the answers, and still take requests."""
        self.hold_answers()
        for writer in self._writers:
            writer.write_eof()

    def thaw(self) -> None:
        """Pass on again."""
        self._asks.set()
        self._answers.set()

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            there = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            self._tasks.discard(task)
            return
        self._writers.add(writer)
        both = asyncio.gather(
            self._pass_on(reader, there[1], self._asks),
            self._pass_on(there[0], writer, self._answers),
        )
        try:
            # RuntimeError: an answer after the end of the answers.
            with suppress(OSError, RuntimeError, asyncio.CancelledError):
                await both
        finally:
            both.cancel()
            self._writers.discard(writer)
            for one in (writer, there[1]):
                one.close()
            self._tasks.discard(task)

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        passes: asyncio.Event,
    ) -> None:
        while data := await reader.read(65536):
            await passes.wait()
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            if passes is self._answers:
                for said, instead in self.rewrites.items():
                    data = re.sub(said, instead, data)
            writer.write(data)
            await writer.drain()
        writer.close()
