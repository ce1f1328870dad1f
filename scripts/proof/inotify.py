"""Who is told by the kernel of every look at a file knows that nobody looked."""

from collections import Counter
import ctypes
import os
from pathlib import Path
import struct
from typing import Final, Self

OPEN: Final = 0x20
CREATE: Final = 0x100
MOVED_TO: Final = 0x80

_EVENT: Final = struct.Struct("iIII")
_NONBLOCK: Final = 0x800


class Inotify:
    """Counts what happens in some folders; the folders must be there already."""

    def __init__(self, folders: list[Path], mask: int) -> None:
        """Begin to count."""
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = libc.inotify_init1(_NONBLOCK)
        self._mask = mask
        self._folders = {
            libc.inotify_add_watch(self._fd, os.fsencode(folder), mask): folder
            for folder in folders
        }
        if self._fd < 0 or -1 in self._folders:
            raise OSError(ctypes.get_errno(), "inotify")

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        os.close(self._fd)

    def take(self) -> Counter[Path]:
        """Return how often each path was met since the last time."""
        met: Counter[Path] = Counter()
        while True:
            try:
                data = os.read(self._fd, 65536)
            except BlockingIOError:
                return met
            at = 0
            while at < len(data):
                watch, mask, _, length = _EVENT.unpack_from(data, at)
                at += _EVENT.size
                name = data[at : at + length].rstrip(b"\0")
                at += length
                if mask & self._mask:
                    met[self._folders[watch] / os.fsdecode(name)] += 1
