"""The way from an RTSP camera to its reader: it may lose packets, or be encrypted."""

import asyncio
from contextlib import suppress
import ssl
from typing import Final, Self

INTERLEAVED: Final = b"$"
HEAD_ENDS: Final = b"\r\n\r\n"


class Link:
    """Passes one camera on at a port of its own for as long as it is open."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        """Pass on what answers at a port of 127.0.0.1."""
        self.loses = False
        """Whether the video's packets (RFC 2326, 10.12) do not arrive now."""
        self._camera_port = port
        self._context = context
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The address of the stream."""
        assert self._server
        port = self._server.sockets[0].getsockname()[1]
        return f"rtsp{'s' if self._context else ''}://127.0.0.1:{port}/video"

    async def __aenter__(self) -> Self:
        """Begin to pass on."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._context
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        assert self._server
        self._server.close_clients()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        camera, to_camera = await asyncio.open_connection(
            "127.0.0.1", self._camera_port
        )
        try:
            await asyncio.gather(
                self._ask(reader, to_camera), self._answer(camera, writer)
            )
        # One of the two has gone.
        except OSError, asyncio.IncompleteReadError:
            pass
        finally:
            for one in (to_camera, writer):
                one.close()
                with suppress(OSError):
                    await one.wait_closed()

    async def _ask(
        self, reader: asyncio.StreamReader, to_camera: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(1 << 16):
            to_camera.write(data)
            await to_camera.drain()
        raise ConnectionAbortedError

    async def _answer(
        self, camera: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            message = await camera.readexactly(1)
            if message == INTERLEAVED:
                message += await camera.readexactly(3)
                is_video = message[1] == 0
                message += await camera.readexactly(int.from_bytes(message[2:]))
                if is_video and self.loses:
                    continue
            else:
                message += await camera.readuntil(HEAD_ENDS)
                for line in message.lower().splitlines():
                    name, _, value = line.partition(b":")
                    if name == b"content-length":
                        message += await camera.readexactly(int(value))
            writer.write(message)
            await writer.drain()
