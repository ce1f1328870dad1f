"""Who is wrongly refused: the threshold on real faces, for every group in every scene.

    .venv/bin/python -m bench.openset                   ../shared/faces, else drawn people
    .venv/bin/python -m bench.openset --faces FOLDER    index.csv, or a folder per person
    … --engine NAME --runs 6 --json --check --plots docs/images
    … --unseen                                          each crowd without its laws

The people are those who chose nothing (bench/crowds.py). In each run two thirds of a crowd
visit, and the others, who never do, are looked up as new visitors: after each of the first
ten visits since the people at the site changed, and after some of the later ones. Figures are
for each group by itself, also where it is one in ten. Square brackets: 95 % interval over
people and runs. "open lane": of the group, sent there because the limit cannot be kept.

--check fails where a group's wrong refusals are above the limit by more than chance, or
more than 2 % of adults in daylight are sent to the open lane.

--unseen leaves each crowd in turn out of the cohort and shows what comes of it at a site that
knows nothing of it (bench/unseen.py).

Without photographs it plays people who do not exist, drawn from the cohort's own laws. That
shows that all of it works, and says nothing about faces.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import asdict
import json
from pathlib import Path
import sys
from typing import Final

import numpy as np

from custom_components.facequota.quota.cohort import Cohort

from .crowds import DRAWN, Crowds, Person, half, load, unit
from .lookups import Lookups, interval, is_above
from .outcomes import PARTS, Row, table
from .pictures import FACES, Light
from .plots import draw
from .scenes import Scene, scenes
from .site_visits import play
from .unseen import unseen

ENGINES: Final = ("face_recognition", "ncnn")
LIMITS: Final = (0.01, 0.001)
_SEED: Final = 20_261_125


def run(scene: Scene, limit: float, cohort: Cohort, runs: int) -> Iterator[Row]:
    """Yield the results of a scene for each group, over several random splits."""
    looks = Lookups()
    for number in range(runs):
        acts = scene.acts(np.random.default_rng([_SEED, number]))
        looks.extend(
            play(
                acts,
                size=scene.size,
                limit=limit,
                cohort=cohort,
                run=number,
                seed=_SEED,
            )
        )
    for group in sorted(set(looks.crowds)):
        parts = {
            part: looks.only(crowd=group, until=last) for part, last in PARTS.items()
        }
        everything = parts["all"]
        uncertain = Lookups(
            people=everything.people, run=everything.run, wrong=everything.uncertain
        )
        yield Row(
            scene=scene.name,
            group=group,
            size=scene.size,
            limit=limit,
            fpir={part: interval(some) for part, some in parts.items()},
            too_high=[part for part, some in parts.items() if is_above(some, limit)],
            uncertain=interval(uncertain),
            people=len(set(everything.people)),
            looks=len(everything.people),
        )


def built_in(cohort: Cohort) -> dict[Light, Crowds]:
    """Return people who do not exist, of the laws of the cohort's first two crowds."""
    rng = np.random.default_rng(_SEED)
    crowds: Crowds = {}
    for law, name in enumerate(("east_asian", "lfw")):
        across = rng.normal(size=(120, len(cohort.directions[law])))
        faces = cohort.means[law] + across @ cohort.directions[law]
        faces += np.sqrt(cohort.rest[law]) * rng.normal(size=faces.shape)
        within = np.sqrt(0.1 * cohort.rest[law])
        crowds[name] = [
            Person(
                name=f"{name} {number}",
                crowd=name,
                templates=unit(
                    (face + within * rng.normal(size=(4, len(face)))).astype(np.float32)
                ),
            )
            for number, face in enumerate(faces)
        ]
    return {Light.DAY: crowds}


def everybody(folder: Path, engine: str) -> dict[Light, Crowds]:
    """Return everybody in the folder, in every light."""
    if (folder / "index.csv").is_file():
        return {light: load(folder, engine, light) for light in Light}
    return {Light.DAY: load(folder, engine, keep=False)}


def main() -> int:
    """Run, print, write, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=Path, default=FACES)
    parser.add_argument("--engine", choices=ENGINES, default="face_recognition")
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument(
        "--scene", default="", help="only those whose name has this in it"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--plots", type=Path)
    options = parser.parse_args()

    cohort = Cohort.load(options.engine)
    if options.faces.is_dir():
        people = everybody(options.faces, options.engine)
    else:
        print(f"no {options.faces}: people who do not exist", file=sys.stderr)
        people = built_in(cohort)
    # People who are not from the index have chosen no constants.
    by_light = people
    if (options.faces / "index.csv").is_file():
        by_light = {light: half(some, chooses=False) for light, some in people.items()}
    played: Iterable[tuple[str, Cohort, Scene]] = (
        unseen(options.engine, people)
        if options.unseen
        else (("", cohort, scene) for scene in scenes(by_light))
    )
    rows: list[Row] = []
    for of, known, scene in played:
        if options.scene in scene.name:
            for limit in LIMITS:
                found = run(scene, limit, known, options.runs)
                rows.extend(
                    row for row in found if row.group in (of or row.group, DRAWN)
                )
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print(table(rows))
    if options.plots:
        draw(options.plots, by_light[Light.DAY], rows, cohort, options.engine)
    failures = [failure for row in rows for failure in row.failures()]
    print("\n".join(failures) or "as it has to be, in every scene", file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
