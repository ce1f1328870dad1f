"""A manager measures the limit with staff who agreed to it."""

from dataclasses import replace
from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest

from bench import staff
from bench.crowds import Person
from bench.openset import built_in
from bench.outcomes import table
from bench.pictures import ROOT, Light, Photograph, Vectors
from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.recognition.engine import Guidance, Sighting

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


def test_a_person_refused_at_first_has_no_return_that_could_be_missed() -> None:
    """Of two who look the same the second one is taken for the first."""
    known = people(staff.MIN_PEOPLE)
    twins = [*known[:-1], replace(known[0], name="twin")]
    share, _, _ = staff.missed(twins, ENGINE, 0.01)
    assert share == staff.missed(known[1:-1], ENGINE, 0.01)[0]


def looked_at(
    monkeypatch: pytest.MonkeyPatch, folder: Path, found: list[Person]
) -> None:
    """Let the engine have found these people, and one picture with nobody."""

    async def look(*_: object) -> list[tuple[Photograph, Sighting]]:
        return [
            (
                Photograph(
                    path=folder / person.name / f"{number}.jpg",
                    person=person.name,
                    crowd="people",
                ),
                sighting(template),
            )
            for person in found
            for number, template in enumerate([*person.templates, None])
        ]

    monkeypatch.setattr(staff, "_looked_at", look)


def sighting(template: Vectors | None) -> Sighting:
    """Return a frame with this template, or one with nobody in it."""
    return Sighting(
        guidance=Guidance.NO_FACE if template is None else None,
        template=template,
        quality=1.0,
        face_height_px=None,
        faces=1,
        recognition_ms=1.0,
    )


def test_too_few_people_or_pictures_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Better no figure than one that says nothing."""
    once = [replace(person, templates=person.templates[:1]) for person in people(40)]
    for found in (people(staff.MIN_PEOPLE - 1), once, []):
        looked_at(monkeypatch, tmp_path, found)
        with pytest.raises(staff.TooFewError):
            staff.staff_in(tmp_path, ENGINE)


def test_a_manager_reads_what_was_found_and_which_pictures_were_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In words, without the terms of a bench."""
    monkeypatch.setattr(staff, "RUNS", 1)
    found = people(staff.MIN_PEOPLE)
    looked_at(monkeypatch, tmp_path, found)
    seen = staff.staff_in(tmp_path, ENGINE)
    assert [person.name for person in seen.people] == [one.name for one in found]
    assert seen.not_used[f"{found[0].name}/4.jpg"] == "no face"
    rows = list(staff.measure(seen.people, ENGINE, 0.001))
    text = staff.report(seen, rows, (0.25, 0.1, 0.5), 0.001)
    assert "at most 1 in 1,000 new visitors" in text
    assert f"{found[0].name}/4.jpg: no face" in text
    assert "25.0% (10.0% to 50.0%)" in text
    assert "speaks against the limit" in text
    too_many = [replace(rows[0], too_high=["all"])]
    assert "do not use recognition" in staff.report(seen, too_many, (0, 0, 1), 0.001)


@pytest.mark.parametrize("pictures", [0, 1])
def test_a_folder_without_people_is_reported_and_nothing_is_written(
    pictures: int, tmp_path: Path
) -> None:
    """The command says what it needs, and what is wrong with a picture."""
    for number in range(pictures):
        (tmp_path / f"{number}.jpg").write_bytes(b"no picture")
    calibrate = [sys.executable, str(ROOT / "scripts/calibrate"), str(tmp_path)]
    done = subprocess.run(calibrate, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "18 people are needed" in done.stderr
    assert done.stderr.count("unreadable picture") == pictures
    assert len(list(tmp_path.iterdir())) == pictures
