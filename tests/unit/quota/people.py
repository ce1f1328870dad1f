"""People for the tests: far from each other, near to themselves."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

DIMENSION: Final = 128


def face(person: int, *, away: float = 0.0) -> NDArray[np.float32]:
    """Return a template of this person (0-63), this far from their plain one.

    Two people are √2 apart, whatever engine's threshold is used.
    """
    template = np.zeros(DIMENSION, np.float32)
    template[person] = 1.0
    template[person + 64] = away
    return template
