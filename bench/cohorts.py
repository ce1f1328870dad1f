"""How a cohort is made: a normal law for each crowd, and within what bounds they hold.

scripts/build_cohorts writes what ships; bench/openset.py makes cohorts that lack a crowd,
to see what comes of people who are like nobody that was measured.

The same templates give the same file, byte for byte, on every machine and in every order:
people are sorted by name, a direction's sign is fixed, widths are rounded to thousandths,
and every number is kept as float16. The last digits in which machines differ are far
smaller than these steps.
"""

from collections.abc import Mapping, Sequence
import io
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.cohort import Cohort, deviate

from .crowds import CHILDREN, Crowds, Person
from .pictures import Light

# Squared distances to this power are close to normal, by the lower tails of the choosing
# half's crowds: dlib's squares of a narrow cone are skew, SFace's are not.
POWERS: Final = {"face_recognition": 0.25, "ncnn": 1.0}
RANK: Final = 16
# (light, crowd, pictures that somebody has at least, of which up to three are fused).
LAWS: Final = (
    (Light.DAY, "east_asian", 1),
    (Light.DAY, "lfw", 1),
    (Light.DAY, "lfw", 2),
    (Light.DAY, "caucasian", 1),
    (Light.DAY, CHILDREN, 1),
    *(
        (light, crowd, 1)
        for light in (Light.DARK, Light.INFRA_RED, Light.MASK)
        for crowd in ("east_asian", "lfw")
    ),
)
FUSED: Final = 3
# Directions of fewer people would be much like each of them: such a crowd has those of
# all crowds together.
ENOUGH_PEOPLE: Final = 50
MIN_PEOPLE: Final = 12
# Of the false matches that were asked for, so many may happen in what was left out.
AIM: Final = 0.7
# The median of several ways to halve people counts: by one alone, a look-alike pair that
# happens to be on one side decides.
WAYS_TO_HALVE: Final = range(1, 10)
# Tails are compared where at least so many pairs lie.
MIN_PAIRS: Final = 4
SHARES: Final = (1e-2, 3e-3, 1e-3, 4e-4)
# Children are too few here to try their law on others of them. It is wider by as much as
# costs adults hardly a return. SFace has none: without it children are strange to every
# crowd, which is stricter with them.
CHILDREN_WIDTH: Final = {"face_recognition": 1.4}
# Children's mean alone leaves out babies, who are farther than it from adults; all of the
# way from adults takes adults of some groups for children.
AWAY_FROM_ADULTS: Final = 0.3
# So many adults of each crowd are less like children than those for whom no limit is kept.
# With dlib it is kept for children, too, so that more adults can have it.
ADULTS_WITH_LIMIT: Final = {"face_recognition": 1.0, "ncnn": 0.994}
# In the directions of a crowd and in all others: chosen by what came of crowds that were
# left out, and of returns (docs/threshold.md has the trade-off).
USUAL_STRANGENESS: Final = {
    "face_recognition": (18.0, 75.0),
    "ncnn": (14.0, 118.0),
}
# Farther from every crowd than any face of the choosing half, by this factor, is no face.
FAR_FROM_ALL: Final = 1.2

type Numbers = NDArray[np.float64]


def _rounded(values: object) -> NDArray[np.float32]:
    """Return values as they are kept."""
    return np.asarray(values, np.float16).astype(np.float32)


class Law:
    """A normal law of templates."""

    def __init__(self, people: Numbers, like: Numbers | None = None) -> None:
        """Fit to templates of shape (n, dimension), with the shape of a covariance."""
        self.mean = people.mean(axis=0)
        covariance = np.cov(people, rowvar=False)
        if like is not None:
            covariance = like * (np.trace(covariance) / np.trace(like))
        values, vectors = np.linalg.eigh(covariance)
        self.rest = float(values[:-RANK].mean())
        lengths = np.sqrt(np.maximum(values[-RANK:] - self.rest, 1e-9))
        main = vectors[:, -RANK:].T
        # Of a direction and its opposite, the one whose largest number is positive.
        largest = np.abs(main).argmax(axis=1)[:, None]
        main *= np.sign(np.take_along_axis(main, largest, axis=1))
        self.directions = main * lengths[:, None]

    def widen(self, factor: float) -> None:
        """Make the law's distances differ more."""
        self.directions *= factor
        self.rest *= factor**2


def with_pictures(people: Sequence[Person], least: int = 1) -> list[Person]:
    """Return those of whom there are so many pictures, by their names."""
    return sorted(
        (person for person in people if len(person.templates) >= least),
        key=lambda person: person.name,
    )


def templates(people: Sequence[Person]) -> Numbers:
    """Return everybody's template, of up to three pictures fused."""
    return np.array([person.fused(slice(FUSED)) for person in people], np.float64)


def laws_of(crowds: Sequence[Numbers], enough: int = ENOUGH_PEOPLE) -> list[Law]:
    """Return a law for each crowd."""
    common = np.concatenate([crowd - crowd.mean(axis=0) for crowd in crowds])
    like = np.cov(common, rowvar=False)
    return [Law(crowd, like if len(crowd) < enough else None) for crowd in crowds]


def cohort_of(laws: Sequence[Law], power: float) -> Cohort:
    """Return the laws as quota/ has them, without bounds."""
    return Cohort(
        means=_rounded([law.mean for law in laws]),
        directions=_rounded([law.directions for law in laws]),
        rest=_rounded([law.rest for law in laws]),
        power=power,
        childlike=np.zeros(laws[0].mean.shape, np.float32),
        most_childlike=np.inf,
        usual_strangeness=np.full(2, np.inf, np.float32),
        farthest=np.inf,
        usual=np.zeros(2, np.float32),
        useful_distance=0.0,
    )


def widths(crowds: Sequence[Sequence[Person]], power: float) -> list[float]:
    """Return how much each law has to be widened so that its tail is a normal one's."""
    ways = [widths_by(way, crowds, power) for way in WAYS_TO_HALVE]
    return [round(float(factor), 3) for factor in np.median(ways, axis=0)]


def widths_by(
    way: int, crowds: Sequence[Sequence[Person]], power: float
) -> list[float]:
    """Return the same by one way to halve the people."""
    found: list[list[Numbers]] = [[] for _ in crowds]
    for side in (False, True):
        learnt, tried = (
            [
                templates([one for one in crowd if one.is_in_half(way) is those])
                for crowd in crowds
            ]
            for those in (side, not side)
        )
        laws = laws_of(learnt, ENOUGH_PEOPLE // 2)
        for law, left_out, deviates in zip(laws, tried, found, strict=True):
            cohort = cohort_of([law], power)
            squares = 2.0 - 2.0 * left_out @ left_out.T
            scores = np.maximum(squares, 1e-9) ** power
            for row, probe in enumerate(left_out):
                near = cohort.impostors(probe.astype(np.float32))
                others = np.delete(scores[row], row)
                deviates.append((near.mean - others) / near.spread)
    factors = []
    for parts in found:
        pairs = np.concatenate(parts)
        tails = [
            float(np.quantile(pairs, 1 - share)) / deviate(AIM * share)
            for share in SHARES
            if share * len(pairs) >= MIN_PAIRS
        ]
        factors.append(max(tails, default=1.0))
    return factors


def bounded(
    engine: str, cohort: Cohort, by_light: Mapping[Light, Crowds]
) -> dict[str, Any]:
    """Return the file's values: the laws and within what bounds they hold."""
    day = by_light[Light.DAY]
    adults = {
        name: templates(with_pictures(crowd))
        for name, crowd in day.items()
        if name != CHILDREN and len(crowd) >= MIN_PEOPLE
    }
    childlike, most = cohort.childlike, cohort.most_childlike
    if len(children := templates(with_pictures(day.get(CHILDREN, [])))):
        adult = np.mean([crowd.mean(axis=0) for crowd in adults.values()], axis=0)
        childlike = children.mean(axis=0) - AWAY_FROM_ADULTS * adult
        most = max(
            float(np.quantile(crowd @ childlike, ADULTS_WITH_LIMIT[engine]))
            for crowd in adults.values()
            if len(crowd) >= ENOUGH_PEOPLE
        )
    everybody = [
        template.astype(np.float32)
        for crowds in by_light.values()
        for crowd in crowds.values()
        for person in crowd
        for template in person.directions
    ]
    farthest = max(cohort.impostors(template).strangeness for template in everybody)
    usual = {}
    for name, crowd in adults.items():
        near = [cohort.impostors(probe.astype(np.float32)) for probe in crowd]
        near.sort(key=lambda one: one.distance(4.0))
        middle = near[len(near) // 2]
        crowd_law = int((middle.mean - 4.0 * middle.spread).argmin())
        usual[name] = middle.mean[crowd_law], middle.spread[crowd_law]
    densest = min(usual.values(), key=lambda law: float(law[0] - 4.0 * law[1]))
    returns = [
        float(np.linalg.norm(person.fused([0, 1]) - person.fused([2, 3])))
        for person in day.get("east_asian", [])
        if len(person.templates) >= 4
    ]
    return {
        "means": cohort.means,
        "directions": cohort.directions,
        "rest": cohort.rest,
        "power": cohort.power,
        "childlike": childlike,
        "most_childlike": most,
        "usual_strangeness": USUAL_STRANGENESS[engine],
        "farthest": FAR_FROM_ALL * farthest,
        "usual": densest,
        "useful_distance": np.median(returns or [0.0]),
    }


def made(engine: str, by_light: Mapping[Light, Crowds]) -> tuple[bytes, list[str]]:
    """Return a cohort's file, and of whom each law in it is."""
    named = [
        (law, crowd)
        for law in LAWS
        if law[1] != CHILDREN or engine in CHILDREN_WIDTH
        if len(crowd := with_pictures(by_light.get(law[0], {}).get(law[1], []), law[2]))
        >= MIN_PEOPLE
    ]
    crowds = [crowd for _, crowd in named]
    power = POWERS[engine]
    laws, said = laws_of([templates(crowd) for crowd in crowds]), []
    for ((light, name, least), crowd), law, factor in zip(
        named, laws, widths(crowds, power), strict=True
    ):
        law.widen(CHILDREN_WIDTH[engine] if name == CHILDREN else factor)
        said.append(
            f"{name}, {light}, {least}+ pictures: {len(crowd)} people, × {factor:.2f}"
        )
    content = io.BytesIO()
    values = bounded(engine, cohort_of(laws, power), by_light)
    # Not compressed: what a compressor makes of it depends on its version.
    rounded = {name: np.asarray(one, np.float16) for name, one in values.items()}
    np.savez(content, allow_pickle=False, **rounded)
    return content.getvalue(), said
