"""The protected templates in Home Assistant's memory, found without knowing their addresses.

Their transform is secret, but it keeps lengths and distances: two visitors' rows are
vectors of length 1, one after the other, as far apart as the two templates are. Anybody
who can read the memory can find them in this way. This module does so as a control: a
search that finds the rows while they exist has to find nothing after the purge.
"""

from dataclasses import dataclass
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .memory import Memory

type Vector = NDArray[np.float32]

# numpy's arrays lie on multiples of this.
_ALIGNMENT: Final = 16
_TOLERANCE: Final = 1e-4
# A visitor's row changes a little with the pictures of later visits.
_FOLLOWS: Final = 0.1
_FLOAT: Final = 4

# A string of 16 characters in CPython 3.14: length, hash, state, then the characters.
_ID: Final = re.compile(rb"\x10\0{7}.{16}([0-9a-f]{16})\0", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A vector of length 1 in memory."""

    address: int
    vector: Vector


def unit_vectors(memory: Memory, dimension: int) -> list[Row]:
    """Return every vector of length 1 in a process's memory, as float32."""
    rows: dict[int, Row] = {}
    size = dimension * _FLOAT
    for piece in memory.pieces(overlap=size):
        for at in _unit_at(piece.content, dimension):
            address = piece.address + at
            vector = np.frombuffer(piece.content, np.float32, dimension, at).copy()
            rows[address] = Row(address=address, vector=vector)
    return [rows[address] for address in sorted(rows)]


def _unit_at(content: bytes, dimension: int) -> list[int]:
    """Return where vectors of length 1 begin in some bytes."""
    groups = len(content) // _ALIGNMENT
    window = dimension * _FLOAT // _ALIGNMENT
    if groups < window:
        return []
    values = np.frombuffer(content, np.float32, groups * _ALIGNMENT // _FLOAT)
    with np.errstate(invalid="ignore"):
        sane = np.abs(values) <= 1.0
    squares = np.where(sane, values, 0).astype(np.float64) ** 2
    each = np.stack([squares, ~sane]).reshape(2, groups, -1).sum(axis=2)
    total = np.concatenate([np.zeros((2, 1)), each.cumsum(axis=1)], axis=1)
    length, strange = total[:, window:] - total[:, :-window]
    fits = (np.abs(length - 1) < 2 * _TOLERANCE) & (strange == 0)
    return [int(at) * _ALIGNMENT for at in np.flatnonzero(fits)]


def rows_apart(rows: list[Row], distance: float) -> list[Row]:
    """Return neighbours in memory that are this far from each other."""
    at = {row.address: row for row in rows}
    found: dict[int, Row] = {}
    for row in rows:
        after = at.get(row.address + row.vector.nbytes)
        if after is None:
            continue
        if abs(float(np.linalg.norm(row.vector - after.vector)) - distance) < _FOLLOWS:
            found |= {row.address: row, after.address: after}
    return list(found.values())


def transforms(rows: list[Row]) -> list[NDArray[np.float32]]:
    """Return the orthogonal matrices among vectors that lie one after the other."""
    at = {row.address: row for row in rows}
    found = []
    for row in rows:
        size, dimension = row.vector.nbytes, len(row.vector)
        block = [at.get(row.address + size * n) for n in range(dimension)]
        matrix = np.stack([one.vector for one in block if one is not None])
        if len(matrix) < dimension:
            continue
        if np.allclose(matrix @ matrix.T, np.eye(dimension), atol=1e-3):
            found.append(matrix)
    return found


def ids(memory: Memory) -> set[bytes]:
    """Return every string in memory that has the form of a visitor's id."""
    return {
        match[1]
        for piece in memory.pieces(overlap=64)
        for match in _ID.finditer(piece.content)
    }
