"""Who in the window a probe is: the decision from distances and their thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .threshold import DecisionThresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who in the window a probe is, if anybody."""

    visitor: str | None
    sure: bool
    """So near that the template may be updated with the probe."""
    doubtful: bool
    """In the zone of doubt: paper is given and no visitor's account is charged."""
    distance: float | None
    others: tuple[str, ...] = ()
    """Further visitors who are near enough to be the same person."""
    is_certain: bool = True
    """False: for such a face the limit cannot be kept, so it is taken for nobody."""

    @property
    def beyond_doubt(self) -> bool:
        """Return if another frame would not change the answer: surely known, or surely new."""
        return self.sure or (self.visitor is None and not self.doubtful)


def identity(
    names: Sequence[str], distances: NDArray[np.float32], near: DecisionThresholds
) -> Identity:
    """Return who the probe is that is this far from each of these visitors' templates."""
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
