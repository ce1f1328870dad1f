"""The cohort: measured statistics of how near strangers come to each other.

Each crowd is a normal law (distribution) of its people's templates: the mean, the
directions in which they differ most, and the variance in all other directions. For one
probe x and a random person Y of the crowd (mean m, covariance C, all of length 1) it
follows that

    E |x - Y|^2 = 2 - 2 x·m,    Var |x - Y|^2 = 4 x'C x

and a power of the squared distance that suits the engine is close to normal (Wilson and
Hilferty, "The distribution of chi-square", 1931; mean and spread of the power by
the delta method). So the distance below which a given share of strangers lies
is known for every probe, in every crowd, and the strictest crowd decides. In speaker
verification this is Z-norm; here the cohort is a law and contains no person's template.

Somebody of a crowd that is not in the cohort lies farther from the middle of every crowd
than its own people do. Where the middle of theirs is, x alone says as well as one sample
can (James and Stein, "Estimation with quadratic loss", 1961): of the way from m to x
the part 1 - t/D, with the squared Mahalanobis distance D and the usual one t. For a
middle there E |x - Y|^2 is t/D of what it is for m. So the threshold is stricter for a face
that is far from every crowd. The directions in which people differ most, and all others,
are looked at separately: by a few large differences groups of people are told apart.
A law that is wider than its people, so as to be strict with them, may hold any face: it is
then no crowd that a face can be of.

scripts/build_cohorts makes the files, docs/threshold.md says of whom.
"""

from dataclasses import dataclass
from hashlib import sha256
import io
from pathlib import Path
from statistics import NormalDist
from typing import Final, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from .template import Vector, as_template

type Numbers = NDArray[np.float32]

FOLDER: Final = Path(__file__).parent / "cohorts"
DIGESTS: Final = "SHA256SUMS"
_NORMAL: Final = NormalDist()
# The smallest distance that is returned, however small the share is.
_NEAREST: Final = 1e-6


class CohortError(Exception):
    """A cohort's file is missing or is not the one that was released."""


def deviate(share: float) -> float:
    """Return how many standard deviations below a normal law's mean this share lies."""
    return -_NORMAL.inv_cdf(share)


def share_below(deviates: float) -> float:
    """Return the share that lies this many standard deviations below a normal law's mean."""
    return _NORMAL.cdf(-deviates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impostors:
    """How near strangers come to one probe, for each crowd of the cohort."""

    mean: Numbers
    """Mean of the squared distance to the cohort's power, shape (crowds,)."""
    spread: Numbers
    """Its standard deviation, shape (crowds,)."""
    power: float
    is_certain: bool
    """Whether limits can be kept for such a face; see Cohort.impostors."""
    strangeness: float = 0.0
    """Squared Mahalanobis distance from the middle of the nearest crowd."""

    def distance(self, deviates: float) -> float:
        """Return the distance this many standard deviations below the mean, in the strictest crowd."""
        score = float((self.mean - deviates * self.spread).min())
        return float(max(score, _NEAREST) ** (0.5 / self.power))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The laws of the measured crowds for one engine, and the bounds within which they hold."""

    means: Numbers
    """Shape (crowds, dimension)."""
    directions: Numbers
    """Orthogonal in each crowd, as long as its spread there: (crowds, rank, dimension)."""
    rest: Numbers
    """Variance in every other direction, shape (crowds,)."""
    own: Numbers
    """1 for a crowd that a face can be of, 0 for one whose law only makes the threshold
    stricter, shape (crowds,)."""
    power: float
    """Squared distances to this power are close to normal."""
    childlike: Numbers
    """Mean of children's templates less a part of that of adults', (dimension,)."""
    most_childlike: float
    """Above this product with childlike the limit cannot be kept."""
    usual_strangeness: Numbers
    """Squared Mahalanobis distance from the nearest crowd, in its directions and in all
    others, shape (2,); above it the threshold is stricter."""
    farthest: float
    """The whole of it above which a face belongs to no measured crowd and is not certain."""
    usual: Numbers
    """Mean and spread, as in Impostors, of somebody of the densest adult crowd."""
    useful_distance: float
    """Half of the returns within minutes are nearer than this."""

    @classmethod
    def load(cls, engine: str, folder: Path = FOLDER) -> Self:
        """Return an engine's cohort; reads a file. Raises CohortError."""
        name = f"{engine}.cohort"
        try:
            content = (folder / name).read_bytes()
            digests = (folder / DIGESTS).read_text(encoding="ascii").split()
        except (OSError, UnicodeError) as err:
            raise CohortError(f"{name}: {err}") from err
        known = dict(zip(digests[1::2], digests[::2], strict=False))
        if sha256(content).hexdigest() != known.get(name):
            raise CohortError(f"{name} is not the file that was released")
        try:
            return cls.read(content)
        except (ValueError, TypeError, EOFError, BadZipFile) as err:
            # The digest was changed as well.
            raise CohortError(f"{name} is no cohort: {err}") from err

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Return the cohort in a file's content."""
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            values = {key: file[key].astype(np.float32) for key in file.files}
        single = {key: float(value) for key, value in values.items() if not value.ndim}
        return cls(**values | single)

    @classmethod
    def unknown(cls, dimension: int) -> Self:
        """Return an empty cohort, with which is_certain is False for every face."""
        return cls(
            means=np.zeros((1, dimension), np.float32),
            directions=np.full((1, 1, dimension), 1e-3, np.float32),
            rest=np.ones(1, np.float32),
            own=np.ones(1, np.float32),
            power=1.0,
            childlike=np.zeros(dimension, np.float32),
            most_childlike=-1.0,
            usual_strangeness=np.full(2, np.inf, np.float32),
            farthest=0.0,
            usual=np.ones(2, np.float32),
            useful_distance=0.0,
        )

    @property
    def usually(self) -> Impostors:
        """Return how near strangers usually come to each other in the densest crowd."""
        mean, spread = self.usual[:, None]
        return Impostors(mean=mean, spread=spread, power=self.power, is_certain=True)

    def impostors(self, template: Vector) -> Impostors:
        """Return how near strangers come to a probe.

        is_certain is False for faces that are more like children's than nearly all
        adults' faces are, because the laws do not hold among them, and for faces that
        are far from every crowd. Raises ValueError for what is no template.
        """
        square, along, childlike = self._measured(template)
        strangeness, nearer = self._strangeness(square, along)
        square *= nearer
        # Variance of the squared distance, in proportion to the square of its mean.
        ratio = 4.0 * ((along**2).sum(axis=1) + self.rest) / square**2
        usual = square**self.power
        # The template could be computed from these products.
        along.fill(0)
        return Impostors(
            mean=usual * (1.0 + self.power * (self.power - 1.0) * ratio / 2.0),
            spread=self.power * usual * np.sqrt(ratio),
            power=self.power,
            is_certain=strangeness <= self.farthest
            and childlike <= self.most_childlike,
            strangeness=strangeness,
        )

    def _measured(self, template: Vector) -> tuple[Numbers, Numbers, float]:
        """Return the projections of a template on the crowds and on the child axis.

        These are the mean squared distance to each crowd's people, shape (crowds,),
        the products with its directions, (crowds, rank), and with the axis from adults to children.
        """
        crowds, rank, dimension = self.directions.shape
        unit = as_template(template, dimension)
        # By einsum, which starts no threads.
        square = 2.0 - 2.0 * np.einsum("ij,j->i", self.means, unit)
        rows = self.directions.reshape(-1, dimension)
        along = np.einsum("ij,j->i", rows, unit).reshape(crowds, rank)
        childlike = float(np.einsum("i,i", self.childlike, unit))
        unit.fill(0)
        return square, along, childlike

    def _strangeness(self, square: Numbers, along: Numbers) -> tuple[float, float]:
        """Return how strange a face is, and the factor by which its own crowd is then nearer.

        That is the squared Mahalanobis distance from the middle of the nearest crowd, and
        the part of the mean squared distance that is left if the face's crowd lies where it
        says: exact for people of the crowd, taken for others as well.
        """
        variances = np.einsum("kri,kri->kr", self.directions, self.directions)
        middles = np.einsum("kri,ki->kr", self.directions, self.means)
        parts = (along - middles) ** 2 / variances
        # |x - m|² = 1 - 2 x·m + |m|².
        whole = square - 1.0 + np.einsum("ki,ki->k", self.means, self.means)
        main = (parts / (variances + self.rest[:, None])).sum(axis=1)
        inside = parts.sum(axis=1)
        parts.fill(0)
        others = (whole - inside) / self.rest
        nearest = np.where(self.own, main + others, np.inf).argmin()
        share = inside[nearest] / whole[nearest]
        strangeness = np.array([main[nearest], others[nearest]])
        left = 1.0 / np.maximum(strangeness / self.usual_strangeness, 1.0)
        return float(strangeness.sum()), float(left @ (share, 1.0 - share))
