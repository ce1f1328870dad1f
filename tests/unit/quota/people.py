"""Templates of people for the tests: far from each other, near to their own others."""

from dataclasses import replace
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.cohort import Cohort

DIMENSION: Final = 128


def face(person: int, *, away: float = 0.0) -> NDArray[np.float32]:
    """Return a template of this person (0-63), this far from their plain one.

    Two people are √2 apart, farther than any engine's threshold.
    """
    template = np.zeros(DIMENSION, np.float32)
    template[person] = 1 - away**2 / 2
    template[person + 64] = away * math.sqrt(1 - away**2 / 4)
    return template


def crowd(count: int) -> NDArray[np.float32]:
    """Return templates of so many people who have nothing in common."""
    templates = np.random.default_rng(1).normal(size=(count, DIMENSION))
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    return templates.astype(np.float32)


def far(count: int) -> NDArray[np.float32]:
    """Return the distances to so many people who are all unlike somebody."""
    return np.full(count, math.sqrt(2), np.float32)


def any_face() -> Cohort:
    """Return a cohort that is certain of every template, and equally strict with all.

    At a limit of 0.1 % and with one template, the same is nearer than 0.24.
    """
    return replace(
        Cohort.unknown(DIMENSION),
        rest=np.full(1, 0.49, np.float32),
        power=0.25,
        most_childlike=0.0,
        farthest=math.inf,
        usual=np.array([1.19, 0.21], np.float32),
        useful_distance=0.1,
    )
