"""The secrets to search for, and the search for all of them in one pass."""

import base64
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Long enough not to occur by chance, short enough to survive in a part of a page.
NEEDLE_BYTES: Final = 16
# A piece of few different bytes (a plain background, zeros) occurs everywhere.
MIN_DIFFERENT_BYTES: Final = 8

_TABLE_BITS: Final = 23
# Knuth's multiplier (The Art of Computer Programming, 6.4): spreads words evenly.
_SPREAD: Final = np.uint32(2654435761)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Something that must not be found: its name in the report, and pieces of it.

    Each piece that is met counts, so a scrap of the secret is enough.
    """

    name: str
    pieces: tuple[bytes, ...]


def spelled(name: str, content: bytes, *, step: int = NEEDLE_BYTES) -> list[Secret]:
    """Return some content as it lies in memory, in hexadecimal and in base64.

    A piece is taken every `step` bytes. Base64 goes by groups of three bytes, so each
    piece is spelled from three places on.
    """
    raw, hexadecimal, base = [], [], []
    for at in range(0, len(content) - NEEDLE_BYTES - 2, step):
        piece = content[at : at + NEEDLE_BYTES]
        if len(set(piece)) < MIN_DIFFERENT_BYTES:
            continue
        raw.append(piece)
        hexadecimal.append(piece.hex().encode())
        base += [
            base64.b64encode(content[at + shift : at + shift + 15])
            for shift in range(3)
        ]
    return [
        Secret(name=name, pieces=tuple(raw)),
        Secret(name=f"{name} (hexadecimal)", pieces=tuple(hexadecimal)),
        Secret(name=f"{name} (base64)", pieces=tuple(base)),
    ]


class Needles:
    """A search for the pieces of many secrets in one pass."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        """Index the pieces by one of their words."""
        self._by_word: dict[int, list[tuple[int, bytes, str]]] = {}
        for secret in secrets:
            for piece in secret.pieces:
                at = _rarest_word(piece)
                word = int.from_bytes(piece[at : at + 4], "little")
                self._by_word.setdefault(word, []).append((at, piece, secret.name))
        self._words = np.array(sorted(self._by_word), np.uint32)
        self._table = np.zeros(1 << _TABLE_BITS, np.bool_)
        self._table[self._slots(self._words)] = True
        self.longest = max(
            (len(p) for group in self._by_word.values() for _, p, _ in group), default=0
        )

    def find(self, content: bytes) -> Iterator[tuple[int, str]]:
        """Yield where a piece lies in the content, and whose it is."""
        if len(content) < 4:
            return
        for shift in range(4):
            count = (len(content) - shift) // 4
            words = np.frombuffer(content, "<u4", count=count, offset=shift)
            likely = np.flatnonzero(self._table[self._slots(words)])
            sure = likely[np.isin(words[likely], self._words)]
            for index in sure:
                met = shift + 4 * int(index)
                for at, piece, name in self._by_word[int(words[index])]:
                    if content.startswith(piece, met - at) and met >= at:
                        yield met - at, name

    def count(self, content: bytes) -> Counter[str]:
        """Return how many pieces of each secret the content has."""
        return Counter(name for _, name in self.find(content))

    @staticmethod
    def _slots(words: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Return a place in the table for each word."""
        spread: NDArray[np.uint32] = (words * _SPREAD) >> np.uint32(32 - _TABLE_BITS)
        return spread


def _rarest_word(piece: bytes) -> int:
    """Return where the four bytes of a piece lie that are the most different ones."""
    return max(range(0, len(piece) - 3, 4), key=lambda at: len(set(piece[at : at + 4])))
