"""The check of a template: finite, of the right dimension, and scaled to length 1."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float32]

# Engines give templates of length 1 or slightly more. Outside of these bounds float32
# would lose or overflow the squares that lengths are made of.
_LENGTHS: Final = (1e-3, 1e3)


def as_templates(values: Vector, dimension: int) -> Vector:
    """Return the rows as float32 of shape (n, dimension), each brought to length 1.

    The direction distinguishes people: both engines do so better by the direction
    alone. The length, which no rotation hides, would link one epoch with another.
    Raises ValueError for another shape, a NaN, an infinity or a length that no engine
    gives.
    """
    templates = np.asarray(values, dtype=np.float32)
    if templates.ndim != 2 or templates.shape[1] != dimension:
        raise ValueError("template has another shape than the gallery")
    if not len(templates):
        return templates
    # Also false for a NaN.
    if not (templates.max() <= _LENGTHS[1] and templates.min() >= -_LENGTHS[1]):
        raise ValueError("template is not finite or too long")
    lengths = np.linalg.norm(templates, axis=1)
    if lengths.min() < _LENGTHS[0]:
        raise ValueError("template has no direction")
    units: Vector = templates / lengths[:, np.newaxis]
    return units


def as_template(values: Vector, dimension: int) -> Vector:
    """Return the values as as_templates does, for one template of shape (dimension,)."""
    unit: Vector = as_templates(np.asarray(values)[np.newaxis], dimension)[0]
    return unit
