"""Templates as the worker makes them, of nobody real."""

import numpy as np
from numpy.typing import NDArray


def somebody(seed: int) -> NDArray[np.float32]:
    """Return one person's template: as far from any other as strangers are."""
    template = np.random.default_rng(seed).normal(size=128).astype(np.float32)
    return template / np.float32(np.linalg.norm(template))
