"""A manager measures the limit with staff who agreed to it."""

from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest

from bench import staff
from bench.crowds import Person
from bench.openset import built_in
from bench.outcomes import table
from bench.pictures import ROOT, Light
from custom_components.facequota.quota.cohort import Cohort

ENGINE = "face_recognition"


def people(count: int) -> list[Person]:
    """Return people who do not exist, several pictures each."""
    return built_in(Cohort.load(ENGINE))[Light.DAY]["lfw"][:count]


def test_as_many_templates_are_measured_as_there_are_people_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eighteen people say something of ten templates and nothing of fifty."""
    monkeypatch.setattr(staff, "RUNS", 2)
    rows = list(staff.measure(people(staff.MIN_PEOPLE), ENGINE, 0.05))
    assert [row.size for row in rows] == [2, 10]
    for row in rows:
        assert 0 <= row.fpir["all"][0] < 0.2
        assert row.looks > 100
    assert "staff" in table(rows)


def test_returns_that_are_missed_are_measured_on_their_pictures() -> None:
    """Drawn people look the same each time; others are nobody's return."""
    known = people(staff.MIN_PEOPLE)
    assert staff.missed(known, ENGINE, 0.01)[0] < 0.2
    changed = [
        Person(
            name=one.name,
            crowd=one.crowd,
            templates=np.concatenate((one.templates[:2], other.templates[:2])),
        )
        for one, other in zip(known, people(40)[20:], strict=False)
    ]
    assert staff.missed(changed, ENGINE, 0.01)[0] > 0.8


def test_too_few_people_or_pictures_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Better no figure than one that says nothing."""
    once = [
        Person(name=person.name, crowd="people", templates=person.templates[:1])
        for person in people(40)
    ]
    for found in (people(staff.MIN_PEOPLE - 1), once, []):
        monkeypatch.setattr(
            staff, "load", lambda *_, found=found, **__: {"people": found}
        )
        with pytest.raises(staff.TooFewError):
            staff.people_in(tmp_path, ENGINE)


def test_an_empty_folder_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    """The command says what it needs."""
    calibrate = [sys.executable, str(ROOT / "scripts/calibrate"), str(tmp_path)]
    done = subprocess.run(calibrate, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "18 people are needed" in done.stderr
    assert not list(tmp_path.iterdir())
