"""Whether templates of one face can be linked from one epoch to the next.

ISO/IEC 24745 asks for it and ISO/IEC 30136 for a figure. The figure here is D↔sys of
Gomez-Barrero et al., "General framework to evaluate unlinkability in biometric template
protection systems" (IEEE TIFS 13(6), 2018): 0 says that a score of one face's templates
from two epochs tells nothing, 1 that it tells all. Beside it the area under the ROC
with its 99.9 % interval (Hanley and McNeil, Radiology 143, 1982): 0.5 is guessing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.gallery import Gallery

type Vector = NDArray[np.float32]
type Scores = NDArray[np.float64]

EPOCHS: Final = 300
COMPARISONS: Final = 4000
# What chance alone makes of so few comparisons, and a small margin.
MAX_D_ABOVE_CHANCE: Final = 0.05
MAX_AREA_OFF: Final = 0.05

_BINS: Final = 20
_SHUFFLES: Final = 100
_Z: Final = 3.29


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkability:
    """How well one kind of score tells the same face from another one."""

    d_sys: float
    d_by_chance: float
    area: float
    area_low: float
    area_high: float

    @property
    def is_guessing(self) -> bool:
        """Return if this score tells no more than chance."""
        return (
            self.d_sys - self.d_by_chance <= MAX_D_ABOVE_CHANCE
            and self.area_low <= 0.5 <= self.area_high
            and abs(self.area - 0.5) <= MAX_AREA_OFF
        )

    def as_text(self) -> str:
        """Return the figures."""
        return (
            f"D↔sys {self.d_sys:.3f} (by chance {self.d_by_chance:.3f}), area under the "
            f"ROC {self.area:.3f} ({self.area_low:.3f}-{self.area_high:.3f})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinkability:
    """The figures of those who have two epochs' rows, and of one without protection."""

    by_distance: Linkability
    by_length: Linkability
    unprotected: Linkability
    by_surroundings: Linkability | None
    """For who has whole galleries of many: how far a face lies from all the others."""


def measure(templates: Sequence[Vector], people: Sequence[str]) -> Unlinkability:
    """Return how far templates of two epochs can be linked.

    `people` says whose each template is. Every epoch is the product's own gallery with
    all of the templates in it.
    """
    dimension = len(templates[0])
    plain = np.stack([t / np.linalg.norm(t) for t in templates])
    epochs = [_rows(templates, dimension) for _ in range(EPOCHS)]
    draw = np.random.default_rng(24745)
    same, other = _comparisons(people, draw)

    def scores(how: Callable[[Vector, Vector], float]) -> Linkability:
        return linkability(
            *(
                np.array([how(epochs[e][i], epochs[f][j]) for e, f, i, j in pairs])
                for pairs in (same, other)
            )
        )

    return Unlinkability(
        by_distance=scores(lambda a, b: float(np.linalg.norm(a - b))),
        by_length=scores(_length_difference),
        unprotected=linkability(
            *(
                np.array([float(np.linalg.norm(plain[i] - plain[j])) for *_, i, j in p])
                for p in (same, other)
            )
        ),
        by_surroundings=_surroundings(epochs, people, same, other),
    )


def linkability(same: Scores, other: Scores) -> Linkability:
    """Return the figures for scores of the same face and of two faces; low is alike."""
    draw = np.random.default_rng(30136)
    both = np.concatenate([same, other])
    chance = []
    for _ in range(_SHUFFLES):
        draw.shuffle(both)
        chance.append(d_sys(both[: len(same)], both[len(same) :]))
    area, low, high = roc_area(same, other)
    return Linkability(
        d_sys=d_sys(same, other),
        d_by_chance=float(np.median(chance)),
        area=area,
        area_low=low,
        area_high=high,
    )


def d_sys(same: Scores, other: Scores) -> float:
    """Return D↔sys with ω = 1, over bins of equally many scores."""
    edges = np.unique(np.quantile(np.concatenate([same, other]), _steps()))
    inner = edges[1:-1]
    p = np.bincount(np.searchsorted(inner, same), minlength=len(inner) + 1) / len(same)
    q = np.bincount(np.searchsorted(inner, other), minlength=len(inner) + 1) / len(
        other
    )
    # D(s) = 2 LR / (1 + LR) - 1 = (p - q) / (p + q) where the ratio is above 1.
    there = p + q > 0
    local = np.maximum(0.0, (p[there] - q[there]) / (p[there] + q[there]))
    return float(p[there] @ local)


def _steps() -> Scores:
    return np.linspace(0, 1, _BINS + 1)


def roc_area(same: Scores, other: Scores) -> tuple[float, float, float]:
    """Return the area under the ROC and its 99.9 % interval."""
    ordered = np.sort(other)
    below = np.searchsorted(ordered, same, side="left")
    upto = np.searchsorted(ordered, same, side="right")
    area = float(1 - (below + upto).mean() / 2 / len(other))
    m, n = len(same), len(other)
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (m - 1) * (q1 - area**2) + (n - 1) * (q2 - area**2)
    error = _Z * float(np.sqrt(max(0.0, variance / (m * n))))
    return area, max(0.0, area - error), min(1.0, area + error)


def _rows(templates: Sequence[Vector], dimension: int) -> NDArray[np.float32]:
    """Return what lies in a gallery's memory in a new epoch."""
    gallery = Gallery(dimension)
    gallery.add_all([str(row) for row in range(len(templates))], np.stack(templates))
    return gallery.rows[: len(templates)].copy()


def _comparisons(
    people: Sequence[str], draw: np.random.Generator
) -> tuple[list[tuple[int, int, int, int]], list[tuple[int, int, int, int]]]:
    """Return comparisons (epoch, other epoch, template, other template), drawn at random."""
    names = np.array(people)
    same: list[tuple[int, int, int, int]] = []
    other: list[tuple[int, int, int, int]] = []
    while min(len(same), len(other)) < COMPARISONS:
        e, f = (int(n) for n in draw.choice(EPOCHS, 2, replace=False))
        i = int(draw.integers(len(names)))
        # The same picture is the worst case of the same face, so it may be drawn too.
        j = int(draw.choice(np.flatnonzero(names == names[i])))
        k = int(draw.choice(np.flatnonzero(names != names[i])))
        same.append((e, f, i, j))
        other.append((e, f, i, k))
    return same, other


def _length_difference(one: Vector, another: Vector) -> float:
    # To what float32 can tell: below it there is only rounding.
    return round(abs(float(np.linalg.norm(one)) - float(np.linalg.norm(another))), 6)


def _surroundings(
    epochs: Sequence[NDArray[np.float32]],
    people: Sequence[str],
    same: Sequence[tuple[int, int, int, int]],
    other: Sequence[tuple[int, int, int, int]],
) -> Linkability | None:
    """Return how far whole galleries can be linked by what no isometry hides."""
    if len(set(people)) < 20:
        return None
    # Two epochs have different visitors: each its own half of them.
    draw = np.random.default_rng(2018)
    halves = [draw.permutation(len(people))[: len(people) // 2] for _ in epochs]
    centres = [
        rows[half].mean(axis=0) for rows, half in zip(epochs, halves, strict=True)
    ]

    def off(epoch: int, template: int) -> float:
        return float(np.linalg.norm(epochs[epoch][template] - centres[epoch]))

    return linkability(
        *(
            np.array([abs(off(e, i) - off(f, j)) for e, f, i, j in pairs])
            for pairs in (same, other)
        )
    )
