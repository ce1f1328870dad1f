"""How a cohort is made: the laws of its crowds (cohort_laws.py), and within what bounds they hold.

scripts/build_cohorts writes what ships; bench/openset.py makes cohorts that lack a crowd,
to measure people of a crowd that is not in the cohort.

The same templates give the same file, byte for byte, on every machine and in every order:
people are sorted by name, a direction's sign is fixed, widths are rounded to thousandths,
and every number is kept as float16. The last digits in which machines differ are far
smaller than these steps.
"""

from collections.abc import Mapping, Sequence
import io
from typing import Any, Final

import numpy as np

from custom_components.facequota.quota.cohort import Cohort

from .cohort_laws import ENOUGH_PEOPLE, cohort_of, laws_of, templates, widths
from .crowds import CHILDREN, Crowds, Person
from .pictures import Light

# Squared distances to this power are close to normal, by the lower tails of the choosing
# half's crowds: dlib's squares of a narrow cone are skew, SFace's are not.
POWERS: Final = {"face_recognition": 0.25, "ncnn": 1.0}
# (light, crowd, least number of pictures of a person, of which up to three are fused).
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
MIN_PEOPLE: Final = 12
# There are too few children here to test their law on other children. It is made wider
# by a factor that costs adults hardly any returns.
CHILDREN_WIDTH: Final = 1.4
# With SFace every face is inside that law: as a face's own crowd it would leave nobody
# strange to the crowds. So it only makes thresholds stricter.
CHILDREN_ARE_A_CROWD: Final = {"face_recognition": True, "ncnn": False}
# With the children's mean alone, babies, who are farther from adults, would be left
# out; with the whole way from adults, adults of some groups would count as children.
AWAY_FROM_ADULTS: Final = 0.3
# A face is too much like children, and the limit is not kept for it, from so many standard
# deviations above the adults' mean on: the fewest with which the limit is kept for 98 % of
# the adults of every group.
CHILDLIKE_DEVIATES: Final = {"face_recognition": 3.3, "ncnn": 2.6}
# In the directions of a crowd and in all others: chosen by the results of crowds that
# were left out, and of returns (docs/threshold.md has the trade-off).
USUAL_STRANGENESS: Final = {
    "face_recognition": (18.0, 75.0),
    "ncnn": (14.0, 118.0),
}
# What is farther from every crowd than any face of the choosing half, by this factor,
# is not a face.
FAR_FROM_ALL: Final = 1.2


def with_pictures(people: Sequence[Person], least: int = 1) -> list[Person]:
    """Return the people with at least so many pictures, sorted by name."""
    return sorted(
        (person for person in people if len(person.templates) >= least),
        key=lambda person: person.name,
    )


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
            float(alike.mean() + CHILDLIKE_DEVIATES[engine] * alike.std(ddof=1))
            for alike in (crowd @ childlike for crowd in adults.values())
            if len(alike) >= ENOUGH_PEOPLE
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
        "own": cohort.own,
        "power": cohort.power,
        "childlike": childlike,
        "most_childlike": most,
        "usual_strangeness": USUAL_STRANGENESS[engine],
        "farthest": FAR_FROM_ALL * farthest,
        "usual": densest,
        "useful_distance": np.median(returns or [0.0]),
    }


def made(engine: str, by_light: Mapping[Light, Crowds]) -> tuple[bytes, list[str]]:
    """Return a cohort's file, and a text about the people of each law in it."""
    named = [
        (law, crowd)
        for law in LAWS
        if len(crowd := with_pictures(by_light.get(law[0], {}).get(law[1], []), law[2]))
        >= MIN_PEOPLE
    ]
    crowds = [crowd for _, crowd in named]
    power = POWERS[engine]
    laws, said = laws_of([templates(crowd) for crowd in crowds]), []
    for ((light, name, least), crowd), law, factor in zip(
        named, laws, widths(crowds, power), strict=True
    ):
        width = factor
        if name == CHILDREN:
            width, law.is_own = CHILDREN_WIDTH, CHILDREN_ARE_A_CROWD[engine]
        law.widen(width)
        said.append(
            f"{name}, {light}, {least}+ pictures: {len(crowd)} people, × {width:.2f}"
        )
    content = io.BytesIO()
    values = bounded(engine, cohort_of(laws, power), by_light)
    # Not compressed: the result of a compressor depends on its version.
    rounded = {name: np.asarray(one, np.float16) for name, one in values.items()}
    np.savez(content, allow_pickle=False, **rounded)
    return content.getvalue(), said
