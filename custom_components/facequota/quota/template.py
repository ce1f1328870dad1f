"""What a book takes for a template: a direction, and nothing that no engine gives."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float32]

# Engines give templates of length 1 or little more. Outside of these bounds float32
# would lose or overflow the squares that lengths are made of.
_LENGTHS: Final = (1e-3, 1e3)


def as_template(values: Vector, dimension: int) -> Vector:
    """Return the values as float32 of shape (dimension,), brought to length 1.

    The direction is what tells people apart: on it alone both engines do so better,
    and the length, which no rotation hides, would link one epoch with another. Raises
    ValueError for another shape, a NaN, an infinity or a length that no engine gives.
    """
    template = np.asarray(values, dtype=np.float32)
    if template.shape != (dimension,):
        raise ValueError("template has another shape than the gallery")
    # Also false for a NaN.
    if not (template.max() <= _LENGTHS[1] and template.min() >= -_LENGTHS[1]):
        raise ValueError("template is not finite or too long")
    length = float(np.linalg.norm(template))
    if length < _LENGTHS[0]:
        raise ValueError("template has no direction")
    unit: Vector = template / np.float32(length)
    return unit
