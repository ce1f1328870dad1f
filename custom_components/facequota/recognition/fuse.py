"""Combines several frames into one probe."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .engine import Sighting

BEST_FRAMES = 3
"""Measured: the mean of two or three frames is the big win, more adds little."""


def fuse(
    sightings: Iterable[Sighting], *, best: int = BEST_FRAMES
) -> NDArray[np.float32] | None:
    """Return the mean template of the best usable frames, or None without any.

    The frames of one visit show one person, so their mean is nearer to that person than
    any single frame. It keeps the templates' mean length, so that engines which return
    unit vectors get one back.
    """
    usable = sorted(
        (s for s in sightings if s.template is not None),
        key=lambda sighting: sighting.quality,
        reverse=True,
    )
    templates = [s.template for s in usable[:best] if s.template is not None]
    if not templates:
        return None
    stacked = np.stack(templates, dtype=np.float32)
    probe: NDArray[np.float32] = stacked.mean(axis=0)
    length = float(np.linalg.norm(probe))
    wanted = float(np.sqrt(np.einsum("ij,ij->i", stacked, stacked)).mean())
    stacked.fill(0)
    if length == 0.0:
        return None
    probe *= np.float32(wanted / length)
    return probe
