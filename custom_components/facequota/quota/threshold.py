"""The distance below which two templates are one person.

With N templates in the window a stranger has N chances to be taken for somebody. The
threshold therefore comes from what the manager allows (a new visitor wrongly refused
at most once in so many) and from N, not from a constant.
"""

from dataclasses import dataclass
import math
from statistics import NormalDist
from typing import Final

from .gcra import finite


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpostorTail:
    """The low end of the distances between two people, as that of a normal law.

    Distances between different people are close to normal in every population and
    engine tried; mean and spread here are those that fit the tail.
    """

    mean: float
    spread: float

    def __post_init__(self) -> None:
        """Refuse what is no distribution of distances."""
        if finite(self.mean, "mean") <= 0 or finite(self.spread, "spread") <= 0:
            raise ValueError("mean and spread have to be positive")

    def distance(self, share: float) -> float:
        """Return the distance that this share of pairs of strangers stays under."""
        return max(0.0, self.mean + self.spread * NormalDist().inv_cdf(share))


def _from_cosine(at_one: float, per_decade: float) -> ImpostorTail:
    """Return the tail of Euclidean distances of unit templates.

    The cosine at which one stranger in a hundred is taken for somebody is at_one +
    per_decade · log10 N; |a - b|² = 2 - 2 cos.
    """
    return _through(
        math.sqrt(2 - 2 * at_one), math.sqrt(2 - 2 * (at_one + 2 * per_decade))
    )


def _through(percent: float, per_myriad: float) -> ImpostorTail:
    """Return the tail whose 1 % and 0.01 % quantiles these distances are."""
    upper, lower = NormalDist().inv_cdf(1e-2), NormalDist().inv_cdf(1e-4)
    spread = (percent - per_myriad) / (upper - lower)
    return ImpostorTail(mean=percent - spread * upper, spread=spread)


# Before a site's own distances are known, the strictest crowd measured counts: East
# Asian faces, for which both engines tell people apart less well than for the faces
# they were trained on. Measured thresholds for 1 % wrong refusals among N templates:
# dlib distance 0.396 - 0.030 · log10 N; SFace cosine 0.345 + 0.061 · log10 N.
PRIORS: Final = {
    "face_recognition": _through(0.396, 0.396 - 2 * 0.030),
    "ncnn": _from_cosine(0.345, 0.061),
}


class Threshold:
    """Chooses the distance that keeps the manager's limit."""

    def __init__(self, *, prior: ImpostorTail, limit: float) -> None:
        """Start with what is known before anybody came.

        The limit is the wanted FPIR: the share of new visitors that may be taken for
        somebody else. Raises ValueError unless it is between 1e-9 and 0.5.
        """
        self._prior = prior
        self.limit = limit

    @property
    def limit(self) -> float:
        """Return the wanted FPIR."""
        return self._limit

    @limit.setter
    def limit(self, limit: float) -> None:
        if not 1e-9 <= finite(limit, "limit") <= 0.5:
            raise ValueError("limit is not between 1e-9 and 0.5")
        self._limit = limit

    def distance(self, gallery_size: int) -> float:
        """Return the largest distance at which two templates are one person."""
        return self._prior.distance(self._share(self._limit, gallery_size))

    def doubt(self, gallery_size: int) -> float:
        """Return the distance up to which a visitor might be somebody in the window.

        Ten times the limit: too much to say no, enough to keep such a pair out of
        what is learnt about strangers.
        """
        return self._prior.distance(
            self._share(min(10 * self._limit, 0.5), gallery_size)
        )

    @staticmethod
    def _share(fpir: float, gallery_size: int) -> float:
        """Return the share of pairs that gives this FPIR with so many templates.

        FPIR = 1 - (1 - FMR)^N, which holds within 10-20 % on real faces.
        """
        return -math.expm1(math.log1p(-fpir) / max(1, gallery_size))
