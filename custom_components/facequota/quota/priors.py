"""What is known of an engine's distances before a site has seen anybody.

All of it was measured on templates of length 1; docs/threshold.md says on whom.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .gcra import finite

_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A normal law of scores."""

    mean: float
    spread: float

    def __post_init__(self) -> None:
        """Refuse what is no distribution of distances."""
        if finite(self.mean, "mean") <= 0 or finite(self.spread, "spread") <= 0:
            raise ValueError("mean and spread have to be positive")

    def quantile(self, share: float) -> float:
        """Return the score that this share lies under."""
        return self.mean + self.spread * _NORMAL.inv_cdf(share)

    def share(self, score: float) -> float:
        """Return the share that lies under this score."""
        return _NORMAL.cdf((score - self.mean) / self.spread)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnginePrior:
    """What is known of one engine's distances."""

    power: float
    """Distances to this power are close to normal: those are the scores."""
    strict: Normal
    """The low tail of the densest crowd measured, with room to spare."""
    crowd: Normal
    """All scores of such a crowd: where its people lie, and how widely."""
    sparsest_mean: float
    """No crowd's mean score is above this."""
    useful_distance: float
    """Nine of ten returns within minutes are farther than this."""
    caution: float = 1.25
    """Spreads to stay away from a fit to one visitor."""
    is_law: bool = False
    """The strict law holds in every crowd, but for how low it goes: see Threshold."""
    among: EnginePrior | None = None
    """The same for distances relative to a crowd, if that is better; see crowd.py."""

    def score(self, distances: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return distances as scores."""
        scores: NDArray[np.float64] = distances.astype(np.float64) ** self.power
        return scores

    def distance(self, score: float) -> float:
        """Return a score as a distance, never below 0."""
        return float(max(0.0, score) ** (1 / self.power))


PRIORS: Final = {
    # dlib's distances are close to normal.
    "face_recognition": EnginePrior(
        power=1.0,
        strict=Normal(mean=0.285, spread=0.0302),
        crowd=Normal(mean=0.34, spread=0.045),
        sparsest_mean=0.60,
        useful_distance=0.11,
        # Of distances relative to a crowd: the low tail of sparse crowds, and where the
        # low end of all scores has to lie for it.
        among=EnginePrior(
            power=1.0,
            strict=Normal(mean=0.995, spread=0.157),
            crowd=Normal(mean=1.02, spread=0.15),
            sparsest_mean=1.2,
            useful_distance=0.08,
            is_law=True,
        ),
    ),
    # SFace's cosines are, which are 1 - distance² / 2.
    "ncnn": EnginePrior(
        power=2.0,
        strict=Normal(mean=1.63, spread=0.25),
        crowd=Normal(mean=1.75, spread=0.21),
        sparsest_mean=1.95,
        useful_distance=0.40,
        caution=0.6,
    ),
}
