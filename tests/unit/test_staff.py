"""A manager measures the limit with staff who agreed to it."""

from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest

from bench import staff
from bench.crowds import ROOT, Person, drawn
from bench.openset import table

ENGINE = "face_recognition"


def people(count: int) -> list[Person]:
    """Return people who do not exist, several pictures each."""
    return drawn([], count, np.random.default_rng(4))


def test_as_many_templates_are_measured_as_there_are_people_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eighteen people say something of ten templates and nothing of fifty."""
    monkeypatch.setattr(staff, "SPLITS", 2)
    (row,) = staff.measure(people(staff.LEAST_PEOPLE), ENGINE, 0.05)
    assert row.size == 10
    assert 0 <= row.fpir[0] < 0.2
    assert row.fixed_fpir > row.fpir[0]
    assert row.strangers > 100
    assert row.returns > 100
    assert "staff" in table([row])


def test_too_few_people_or_pictures_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Better no figure than one that says nothing."""
    once = [
        Person(name=person.name, templates=person.templates[:1])
        for person in people(40)
    ]
    for found in (people(staff.LEAST_PEOPLE - 1), once, []):
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
