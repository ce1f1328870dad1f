"""Templates as the worker makes them, of people who do not exist."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.cohort import Cohort

# Of the cohort's crowds the one whose people look most different.
_CROWD = 1


@cache
def _cohort() -> Cohort:
    return Cohort.load("ncnn")


def somebody(seed: int) -> NDArray[np.float32]:
    """Return one person's template: as far from any other as strangers are."""
    cohort, rng = _cohort(), np.random.default_rng(seed)
    mean, directions = cohort.means[_CROWD], cohort.directions[_CROWD]
    while True:
        off = rng.normal(size=len(directions)) @ directions
        off += np.sqrt(cohort.rest[_CROWD]) * rng.normal(size=len(mean))
        template: NDArray[np.float32] = (mean + off).astype(np.float32)
        template /= np.float32(np.linalg.norm(template))
        if cohort.impostors(template).is_certain:
            return template
