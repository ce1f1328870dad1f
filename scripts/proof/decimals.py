"""Templates written as decimal numbers, in whatever rounding."""

from collections.abc import Iterator, Sequence
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

# So many numbers of a template in a row are no coincidence, so few a scrap.
RUN: Final = 8
# Two decimals are left of each.
ROUNDED: Final = 0.006

_NUMBERS: Final = re.compile(
    rb"(?:-?\d\.\d{1,20}(?:e-?\d+)?[\s,;\[\]()]{1,12}){%d,}" % (RUN - 1)
    + rb"-?\d\.\d{1,20}(?:e-?\d+)?"
)
_NUMBER: Final = re.compile(rb"-?\d\.\d{1,20}(?:e-?\d+)?")


class Decimals:
    """A search for rows of numbers that are part of a template."""

    def __init__(self, templates: Sequence[NDArray[np.float32]]) -> None:
        """Take every run of RUN numbers of every template."""
        self._runs = np.concatenate(
            [np.lib.stride_tricks.sliding_window_view(t, RUN) for t in templates]
        )

    def find(self, content: bytes) -> Iterator[int]:
        """Yield where such a row begins."""
        for match in _NUMBERS.finditer(content):
            numbers = np.array([float(n) for n in _NUMBER.findall(match[0])])
            for window in np.lib.stride_tricks.sliding_window_view(numbers, RUN):
                if (np.abs(self._runs - window).max(axis=1) < ROUNDED).any():
                    yield match.start()
                    break
