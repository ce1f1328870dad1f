"""The memory of a running process, read from outside and searched."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final

from .needles import Needles

_AT_ONCE: Final = 8 * 1024 * 1024
_MAPPING: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+)\s*(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a process's memory: where it lies, and what is in it."""

    address: int
    content: bytes


class Memory:
    """What a process may have written: its heap, stacks and private mappings.

    Pages that only a file backs (code, constants) are left out: the process cannot
    have put anything there.
    """

    def __init__(self, pid: int) -> None:
        """Remember the process."""
        self._folder = Path("/proc", str(pid))

    def pieces(self, *, overlap: int) -> Iterator[Piece]:
        """Yield all of the memory; neighbours share `overlap` bytes.

        Raises PermissionError where the kernel protects the process from us.
        """
        with (self._folder / "mem").open("rb", buffering=0) as memory:
            for start, end in self._mappings():
                at = start
                while at < end:
                    try:
                        memory.seek(at)
                        content = memory.read(min(_AT_ONCE, end - at))
                    except OSError:
                        # A page that went away since the list was made.
                        break
                    if not content:
                        break
                    yield Piece(address=at, content=content)
                    at += len(content) - (overlap if at + len(content) < end else 0)

    def read(self, address: int, size: int) -> bytes:
        """Return some bytes; b"" when nothing is mapped there any more."""
        with (self._folder / "mem").open("rb", buffering=0) as memory:
            try:
                memory.seek(address)
                return memory.read(size)
            except OSError:
                return b""

    def search(self, needles: Needles) -> tuple[Counter[str], int]:
        """Return how many pieces of each secret there are, and the bytes searched."""
        found: Counter[str] = Counter()
        size = 0
        for piece in self.pieces(overlap=needles.longest):
            found += needles.count(piece.content)
            size += len(piece.content)
        return found, size

    def _mappings(self) -> list[tuple[int, int]]:
        """Return the writable mappings as (start, end)."""
        return [
            (int(match[1], 16), int(match[2], 16))
            for line in (self._folder / "maps").read_text().splitlines()
            if (match := _MAPPING.match(line))
            and match[3].startswith("rw")
            and match[5] != "[vvar]"
        ]
