"""The files that ship with an engine are what scripts/build_cohorts makes of people."""

from functools import cache
from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest

from bench.cohort_laws import templates
from bench.cohorts import AWAY_FROM_ADULTS, LAWS, made
from bench.crowds import CHILDREN, Crowds, half, load
from bench.openset import ENGINES, built_in
from bench.pictures import FACES, ROOT, Light
from custom_components.facequota.quota.cohort import Cohort

# What it prints is compared: a file that is the same everywhere has the same bytes.
MAKE = """\
import sys
import numpy as np
from bench.cohorts import made
from bench.crowds import Person
from bench.pictures import Light
crowds = {
    crowd: [Person(name=str(n), crowd=crowd, templates=of) for n, of in enumerate(people)]
    for crowd, people in np.load(sys.argv[2]).items()
}
sys.stdout.buffer.write(made(sys.argv[1], {Light.DAY: crowds})[0])
"""


def drawn(engine: str) -> Crowds:
    """Return people who do not exist, four pictures each."""
    return built_in(Cohort.load(engine))[Light.DAY]


@cache
def file_of_drawn(engine: str) -> bytes:
    """Return the file that is made of these people."""
    return made(engine, {Light.DAY: drawn(engine)})[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_people_in_another_order_give_the_same_file(engine: str) -> None:
    crowds = drawn(engine)
    turned = {name: crowd[::-1] for name, crowd in reversed(crowds.items())}
    assert made(engine, {Light.DAY: turned})[0] == file_of_drawn(engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_another_processor_makes_the_same_file(engine: str, tmp_path: Path) -> None:
    """The code that linear algebra takes depends on the processor, and rounds otherwise."""
    crowds = drawn(engine)
    people = {
        name: np.stack([person.templates for person in crowd])
        for name, crowd in crowds.items()
    }
    np.savez(tmp_path / "people.npz", allow_pickle=False, **people)
    files = {
        subprocess.run(
            [sys.executable, "-c", MAKE, engine, str(tmp_path / "people.npz")],
            env={"OPENBLAS_CORETYPE": kind, "OPENBLAS_NUM_THREADS": threads},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for kind, threads in (("Prescott", "1"), ("Haswell", "2"))
    }
    assert len(files) == 1
    cohort = Cohort.read(files.pop())
    assert len(cohort.means) == 3


@pytest.mark.parametrize("engine", ENGINES)
def test_a_face_more_or_less_is_another_file(engine: str) -> None:
    """The file depends on the people, and hides nobody who was left out."""
    fewer = {name: crowd[1:] for name, crowd in drawn(engine).items()}
    assert made(engine, {Light.DAY: fewer})[0] != file_of_drawn(engine)


@pytest.mark.skipif(
    not FACES.is_dir(),
    reason="needs the pictures beside the repository, which may not be part of it",
)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_mean_of_children_that_ships_is_that_of_their_pictures(
    engine: str,
) -> None:
    """A part of the file, from the pictures on. All: scripts/build_cohorts --check.

    A processor of another kind may compute a template's last digits otherwise.
    """
    children = half(
        load(FACES, engine, roles={"stranger_child"}, keep=False), chooses=True
    )
    mean = templates(children[CHILDREN]).mean(axis=0)
    ships = Cohort.load(engine)
    day = [law[1:] for law in LAWS if law[0] is Light.DAY]
    adults = [day.index((name, 1)) for name in ("east_asian", "lfw", "caucasian")]
    adult = ships.means[adults].mean(axis=0)
    away = ships.childlike + AWAY_FROM_ADULTS * adult
    np.testing.assert_allclose(away, mean, atol=4e-4)
