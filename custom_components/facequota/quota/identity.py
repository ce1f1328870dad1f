"""Which visitor in the window a probe is: the decision from distances and thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .threshold import DecisionThresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which visitor in the window a probe is, or none."""

    visitor: str | None
    sure: bool
    """So near that the template may be updated with the probe."""
    doubtful: bool
    """In the zone of doubt: paper is given and no visitor's account is charged."""
    distance: float | None
    others: tuple[str, ...] = ()
    """Further visitors who are near enough to be the same person."""
    is_certain: bool = True
    """False: the limit cannot be kept for this face, so it counts as no visitor."""

    @property
    def beyond_doubt(self) -> bool:
        """Return if another frame would not change the answer: surely known or surely new."""
        return self.sure or (self.visitor is None and not self.doubtful)


def identity(
    names: Sequence[str], distances: NDArray[np.float32], near: DecisionThresholds
) -> Identity:
    """Return which of these visitors the probe is; distances are those to their templates."""
    row = int(distances.argmin()) if distances.size else None
    distance = None if row is None else float(distances[row])
    if row is None or distance is None or not near.is_certain:
        return Identity(
            visitor=None,
            sure=False,
            doubtful=False,
            distance=distance,
            is_certain=near.is_certain,
        )
    same = distance <= near.same
    return Identity(
        visitor=names[row] if same else None,
        sure=distance <= near.sure,
        doubtful=not same and distance <= near.doubt,
        distance=distance,
        others=tuple(
            names[one] for one in np.flatnonzero(distances <= near.same) if one != row
        ),
    )
