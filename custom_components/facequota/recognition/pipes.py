"""The parent's ends of a worker's pipes.

asyncio's streams copy the data into buffers of their own and free these without
overwriting them: parts of faces would stay in Home Assistant's memory for an unknown
time. Here the kernel reads a picture directly from the caller's memory, and writes an
answer to memory that the caller can overwrite.
"""

import asyncio
from collections.abc import Buffer, Callable
import os

_LAST_WORDS_BYTES = 2048


class Pipes:
    """A pipe to the worker and one from it."""

    def __init__(self) -> None:
        """Make the pipes; raises OSError."""
        self.questions, self._write = os.pipe()
        self._read, self.answers = os.pipe()
        self._open = {self.questions, self._write, self._read, self.answers}
        os.set_blocking(self._write, False)
        os.set_blocking(self._read, False)

    def let_go(self) -> None:
        """Close our copies of the worker's two ends, once the worker runs with its own."""
        self._close(self.questions)
        self._close(self.answers)

    def end_questions(self) -> None:
        """Close the pipe to the worker, which ends by itself when it sees that."""
        self._close(self._write)

    def close(self) -> None:
        """Close everything. Idempotent, like the other methods."""
        for fd in tuple(self._open):
            self._close(fd)

    async def write(self, content: Buffer) -> None:
        """Write all of it; raises ConnectionError when the worker has stopped reading."""
        loop = asyncio.get_running_loop()
        left = memoryview(content)
        while left:
            try:
                left = left[os.write(self._write, left) :]
            except BlockingIOError:
                await _ready(self._write, loop.add_writer, loop.remove_writer)

    async def read(self, size: int) -> bytearray:
        """Return so many bytes; the caller overwrites them.

        Raises EOFError when the worker has stopped writing.
        """
        loop = asyncio.get_running_loop()
        content = bytearray(size)
        left = memoryview(content)
        while left:
            try:
                count = os.readv(self._read, [left])
            except BlockingIOError:
                await _ready(self._read, loop.add_reader, loop.remove_reader)
                continue
            if not count:
                raise EOFError
            left = left[count:]
        return content

    def _close(self, fd: int) -> None:
        # Once only: later the number may belong to another file.
        if fd in self._open:
            self._open.remove(fd)
            os.close(fd)


class LastWords:
    """The end of a worker's standard error output: it explains why the worker died.

    Also a pipe of our own: with asyncio's pipe, waiting for the process would wait for
    every process that holds the pipe.
    """

    def __init__(self) -> None:
        """Make the pipe; raises OSError."""
        self._read, self.end = os.pipe()
        self._open = {self._read, self.end}
        os.set_blocking(self._read, False)
        self._said = b""

    def listen(self) -> None:
        """Read it continuously from now on: a worker must not wait for a reader."""
        self._open.remove(self.end)
        os.close(self.end)
        asyncio.get_running_loop().add_reader(self._read, self._take)

    def last_line(self) -> str:
        """Return the last line so far."""
        self._take()
        lines = self._said.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def close(self) -> None:
        """Stop reading, even if a process still holds the other end. Idempotent."""
        self._take()
        asyncio.get_running_loop().remove_reader(self._read)
        while self._open:
            os.close(self._open.pop())

    def _take(self) -> None:
        while self._read in self._open:
            try:
                words = os.read(self._read, _LAST_WORDS_BYTES)
            except BlockingIOError:
                return
            if not words:
                # The end of it is always ready to be read.
                asyncio.get_running_loop().remove_reader(self._read)
                return
            self._said = (self._said + words)[-_LAST_WORDS_BYTES:]


async def _ready(
    fd: int,
    add: Callable[[int, Callable[[], object]], object],
    remove: Callable[[int], object],
) -> None:
    """Return when a pipe is ready to be read or written."""
    ready = asyncio.Event()
    add(fd, ready.set)
    try:
        await ready.wait()
    finally:
        remove(fd)
