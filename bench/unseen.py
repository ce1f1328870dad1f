"""The results for people of a crowd that was not measured.

Each crowd in turn is left out of the cohort, in every light, and visits a site that knows
nothing of it: alone, after others and as one in ten, and drawn people like it where a window
holds more than there are.
"""

from collections.abc import Iterator, Mapping, Sequence

from custom_components.facequota.quota.cohort import Cohort

from .cohorts import made
from .crowds import CHILDREN, Crowds, Person, half
from .pictures import Light
from .scenes import Scene, alone, changes, drawn_like, mixed


def unseen(
    engine: str, by_light: Mapping[Light, Crowds]
) -> Iterator[tuple[str, Cohort, Scene]]:
    """Yield the crowd that is left out, the cohort without it, and each scene.

    by_light has everybody: the cohort is made by the choosing half of the others, and
    those of the crowd who chose nothing visit.
    """
    choosing = {light: half(those, chooses=True) for light, those in by_light.items()}
    day = half(by_light[Light.DAY], chooses=False)
    for name, crowd in day.items():
        others = {
            light: {other: those for other, those in crowds.items() if other != name}
            for light, crowds in choosing.items()
        }
        cohort = Cohort.read(made(engine, others)[0])
        for scene in _scenes(name, crowd, day):
            yield name, cohort, scene


def _scenes(name: str, crowd: Sequence[Person], day: Crowds) -> Iterator[Scene]:
    yield from alone(name, crowd)
    for other in ("lfw", "east_asian"):
        if other != name:
            yield from changes(f"{other}, then {name}", day[other], crowd)
            yield from mixed(other, day[other], name, crowd)
    if name != CHILDREN:
        yield from drawn_like(f"drawn like {name}", crowd)
