"""A short text as a QR code, for paper: ISO/IEC 18004, bytes, error correction level M.

Home Assistant makes QR codes only in the browser, for its own forms; a paper has no
scripts. Versions 1 to 6 hold 106 bytes, enough for an address in a local network, and
need neither version information nor blocks of different lengths.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

# Of versions 1 to 6 at level M: (blocks, data codewords of each, error correction of each).
_VERSIONS: Final = (
    *((1, 16, 10), (1, 28, 16), (1, 44, 26)),
    *((2, 32, 18), (2, 43, 24), (4, 27, 16)),
)
# Mode and length take one and a half bytes.
MAX_BYTES: Final = 4 * 27 - 2
# Light modules that have to stay around a code.
QUIET: Final = 4

type Grid = list[list[bool]]

_MASKS: Final[tuple[Callable[[int, int], bool], ...]] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _: row % 2 == 0,
    lambda _, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)


class Code(NamedTuple):
    """A code to draw: its width in modules with its margin, and an SVG path of the dark."""

    width: int
    path: str


def qr_code(text: str) -> Code | None:
    """Return a code to draw, None for more than 106 bytes: an address can be typed too."""
    if len(text.encode()) > MAX_BYTES:
        return None
    grid = qr_grid(text)
    path = "".join(
        f"M{column + QUIET} {row + QUIET}h1v1h-1z"
        for row, modules in enumerate(grid)
        for column, module in enumerate(modules)
        if module
    )
    return Code(len(grid) + 2 * QUIET, path)


def qr_grid(text: str) -> Grid:
    """Return a code's modules by row and column, True for dark, without a margin."""
    data = text.encode()
    version = next(
        (
            number
            for number, (blocks, words, _) in enumerate(_VERSIONS, 1)
            if len(data) + 2 <= blocks * words
        ),
        None,
    )
    if version is None:
        raise ValueError(f"{len(data)} bytes are too many for a code")
    bits = _bits(data, version)
    return min(
        (_drawn(version, bits, mask) for mask in range(len(_MASKS))), key=_penalty
    )


def _bits(data: bytes, version: int) -> list[bool]:
    """Return all codewords as bits: data, filled up, interleaved, error correction."""
    blocks, words, correction = _VERSIONS[version - 1]
    # Mode "bytes" is 0100, the end 0000; then two fillers by turns.
    number = (0b0100 << 8 | len(data)) << 8 * len(data) | int.from_bytes(data)
    made = (number << 4).to_bytes(len(data) + 2)
    made += (b"\xec\x11" * (blocks * words))[: blocks * words - len(made)]
    parts = [made[start : start + words] for start in range(0, len(made), words)]
    checks = [_correction(part, correction) for part in parts]
    mixed = [
        one for many in (parts, checks) for at in zip(*many, strict=True) for one in at
    ]
    return [bool(one >> bit & 1) for one in mixed for bit in range(7, -1, -1)]


def _times(a: int, b: int) -> int:
    """Multiply in the field of 256 elements with the polynomial 0x11d."""
    product = 0
    while b:
        product ^= a * (b & 1)
        a = a << 1 ^ (a >> 7) * 0x11D
        b >>= 1
    return product


def _correction(data: bytes, count: int) -> bytes:
    """Return Reed-Solomon codewords: the remainder of the division by the generator."""
    generator, root = [1], 1
    for _ in range(count):
        longer = [*generator, 0]
        for at, factor in enumerate(generator):
            longer[at + 1] ^= _times(factor, root)
        generator, root = longer, _times(root, 2)
    rest = [*data, *bytes(count)]
    for at in range(len(data)):
        factor = rest[at]
        for offset, one in enumerate(generator):
            rest[at + offset] ^= _times(one, factor)
    return bytes(rest[len(data) :])


def _drawn(version: int, bits: list[bool], mask: int) -> Grid:
    """Draw what is in every code, then the bits under a mask."""
    size = 17 + 4 * version
    fixed: dict[tuple[int, int], bool] = {}
    for one in range(size):
        fixed[6, one] = fixed[one, 6] = one % 2 == 0
    if version > 1:
        _square(fixed, size, size - 7, size - 7, 2)
    for row, column in ((3, 3), (3, size - 4), (size - 4, 3)):
        _square(fixed, size, row, column, 4)
    fixed |= dict(_format(size, mask))
    grid = [
        [fixed.get((row, column), False) for column in range(size)]
        for row in range(size)
    ]
    # What is left over at the end stays light under the mask, as zeros do.
    rest = iter(bits)
    for row, column in _way(size):
        if (row, column) not in fixed:
            grid[row][column] = next(rest, False) != _MASKS[mask](row, column)
    return grid


def _square(
    fixed: dict[tuple[int, int], bool], size: int, row: int, column: int, reach: int
) -> None:
    """Draw rings around a middle: dark and light by turns, a finder's middle is larger."""
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            ring = max(abs(down), abs(right))
            if 0 <= row + down < size and 0 <= column + right < size:
                dark = ring not in (2, 4) if reach == 4 else ring != 1
                fixed[row + down, column + right] = dark


def _format(size: int, mask: int) -> Iterator[tuple[tuple[int, int], bool]]:
    """Yield level and mask, twice, each with its own ten bits of correction."""
    rest = mask << 10  # level M is 00
    for bit in range(14, 9, -1):
        rest ^= (0x537 << bit - 10) * (rest >> bit & 1)
    bits = (mask << 10 | rest) ^ 0x5412
    around = [*range(6), 7, 8]
    for number in range(15):
        dark = bool(bits >> number & 1)
        if number < 8:
            yield (around[number], 8), dark
            yield (8, size - 1 - number), dark
        else:
            yield (8, [7, *range(5, -1, -1)][number - 8]), dark
            yield (size - 15 + number, 8), dark
    yield (size - 8, 8), True


def _way(size: int) -> Iterator[tuple[int, int]]:
    """Yield the places of bits: two columns at a time, up and down by turns."""
    upwards = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for step in range(size):
            row = size - 1 - step if upwards else step
            yield row, right
            yield row, right - 1
        upwards = not upwards


def _penalty(grid: Grid) -> int:
    """Return how hard a code is to read, by the standard's four rules."""
    size, columns = len(grid), [list(one) for one in zip(*grid, strict=True)]
    points = 0
    for line in (*grid, *columns):
        for _, run in groupby(line):
            length = sum(1 for _ in run)
            points += length - 2 if length >= 5 else 0
        text = "".join("01"[one] for one in line)
        for like_finder in ("10111010000", "00001011101"):
            points += 40 * sum(
                text.startswith(like_finder, at) for at in range(size - 10)
            )
    for row in range(size - 1):
        for column in range(size - 1):
            four = {grid[row + a][column + b] for a in (0, 1) for b in (0, 1)}
            points += 3 * (len(four) == 1)
    dark = sum(map(sum, grid))
    return points + 10 * int(abs(20 * dark / size**2 - 10))
