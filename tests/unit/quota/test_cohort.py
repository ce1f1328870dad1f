"""What is known of faces before anybody comes."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
import shutil

import numpy as np
import pytest

from custom_components.facequota.quota.cohort import (
    DIGESTS,
    FOLDER,
    Cohort,
    CohortError,
    deviate,
    share_below,
)

from .people import DIMENSION, any_face, face

ENGINES = ("face_recognition", "ncnn")


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_brings_a_cohort_of_its_dimension(engine: str) -> None:
    cohort = Cohort.load(engine)
    assert cohort.means.shape[1] == DIMENSION
    assert np.isfinite(cohort.directions).all()
    assert (cohort.rest > 0).all()


@pytest.mark.parametrize("what", ["altered", "missing", "no digests", "no such engine"])
def test_a_cohort_that_is_not_the_released_one_is_not_used(
    what: str, tmp_path: Path
) -> None:
    folder = tmp_path / "cohorts"
    shutil.copytree(FOLDER, folder)
    file, engine = folder / "ncnn.cohort", "ncnn"
    if what == "altered":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif what == "missing":
        file.unlink()
    elif what == "no digests":
        (folder / DIGESTS).write_text("")
    else:
        engine = "other"
    with pytest.raises(CohortError):
        Cohort.load(engine, folder)


@pytest.mark.parametrize("content", [b"", b"no cohort", b"PK\x03\x04 cut off", "npz"])
def test_an_invalid_cohort_file_is_reported_even_with_its_own_digest(
    content: bytes | str, tmp_path: Path
) -> None:
    """Whoever changes both has no crash at set-up, but an engine that does not start."""
    file = tmp_path / "ncnn.cohort"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        with file.open("wb") as other:
            np.savez(other, means=np.zeros((1, DIMENSION)))
    digest = sha256(file.read_bytes()).hexdigest()
    (tmp_path / DIGESTS).write_text(f"{digest}  {file.name}\n")
    with pytest.raises(CohortError):
        Cohort.load("ncnn", tmp_path)


def test_the_law_of_distances_is_that_of_people_drawn_from_the_crowd() -> None:
    """Mean and spread of the squared distance, in closed form, against a million draws."""
    rng = np.random.default_rng(5)
    cohort = any_face()
    probe = face(1)
    # Of the mean 0 and the variance 0.49 in every direction: x·y has 0 and 0.49.
    squares = 2.0 - 2.0 * rng.normal(scale=0.7, size=100_000)
    assert pytest.approx(squares.mean(), abs=0.02) == 2.0
    ratio = squares.std() / squares.mean()
    near = cohort.impostors(probe)
    expected = cohort.power * 2.0**cohort.power * ratio
    assert float(near.spread[0]) == pytest.approx(expected, rel=0.02)


def test_of_several_crowds_the_strictest_decides() -> None:
    """Whichever of them the next visitor is of."""
    cohort = Cohort.load("face_recognition")
    near = cohort.impostors(cohort.means[1])
    distance = near.distance(3.0)
    each = near.mean - 3.0 * near.spread
    assert distance == pytest.approx(float(each.min()) ** (0.5 / near.power), rel=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_face_as_childlike_as_children_s_is_not_certain(engine: str) -> None:
    """Nor who is more so than the children who were measured, as babies are."""
    cohort = Cohort.load(engine)
    children = cohort.childlike + 0.3 * cohort.means[[0, 1, 3]].mean(axis=0)
    for template in (children, children + cohort.childlike):
        assert not cohort.impostors(template).is_certain


def test_a_law_that_nobody_is_of_makes_no_threshold_looser() -> None:
    """SFace's law of children is so wide that every face is in it."""
    whole = Cohort.load("ncnn")
    own = whole.own == 1
    assert np.count_nonzero(~own) == 1
    without = replace(
        whole,
        means=whole.means[own],
        directions=whole.directions[own],
        rest=whole.rest[own],
        own=whole.own[own],
    )
    rng = np.random.default_rng(3)
    stricter = 0
    for law, mean in enumerate(whole.means):
        for _ in range(30):
            away = rng.normal(size=DIMENSION) * np.sqrt(whole.rest[law])
            near, plain = (
                one.impostors((mean + away).astype(np.float32))
                for one in (whole, without)
            )
            assert near.distance(4.0) <= plain.distance(4.0)
            assert near.strangeness == plain.strangeness
            stricter += near.distance(4.0) < plain.distance(4.0)
    assert stricter


@pytest.mark.parametrize("engine", ENGINES)
def test_the_stranger_a_face_the_stricter_its_threshold(engine: str) -> None:
    cohort = Cohort.load(engine)
    trusting = replace(cohort, usual_strangeness=np.full(2, np.inf, np.float32))
    away = np.random.default_rng(9).normal(size=DIMENSION)
    away /= np.linalg.norm(away)
    parts, strange = [], []
    for length in (0.0, 0.5, 2.0, 100.0):
        template = (cohort.means[1] + length * away).astype(np.float32)
        strange.append(cohort.impostors(template).strangeness)
        near, plain = (one.impostors(template) for one in (cohort, trusting))
        parts.append(near.distance(4.0) / plain.distance(4.0))
    assert strange == sorted(strange)
    assert parts == sorted(parts, reverse=True)
    assert parts[0] == 1.0
    assert parts[-1] < 0.9


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("direction", [0, -1])
def test_a_face_at_the_end_of_a_crowd_is_compared_more_strictly(
    engine: str, direction: int
) -> None:
    """Groups of people differ in few directions, in which a face differs much as well."""
    cohort = Cohort.load(engine)
    trusting = replace(cohort, usual_strangeness=np.full(2, np.inf, np.float32))
    usual = np.random.default_rng(9).normal(size=DIMENSION)
    usual = cohort.means[1] + 0.6 * np.sqrt(cohort.rest[1]) * usual
    parts = []
    for spreads in (0.0, 5.0, 8.0):
        template = usual + spreads * cohort.directions[1, direction]
        near, plain = (one.impostors(template) for one in (cohort, trusting))
        parts.append(near.distance(2.0) / plain.distance(2.0))
    assert parts == sorted(parts, reverse=True)
    assert parts[0] == 1.0
    assert parts[-1] < 0.95


def test_a_face_far_from_every_crowd_is_not_certain() -> None:
    """Nothing that was measured is like it, so nothing can be promised."""
    cohort = Cohort.load("face_recognition")
    for template in (face(1), -cohort.means[0]):
        assert not cohort.impostors(template).is_certain


def test_only_the_direction_of_a_template_counts() -> None:
    cohort = Cohort.load("ncnn")
    one, longer = (cohort.impostors(scale * cohort.means[0]) for scale in (1, 3))
    assert one.mean == pytest.approx(longer.mean, rel=1e-4)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_what_is_no_template_is_refused(bad: float) -> None:
    with pytest.raises(ValueError):
        any_face().impostors(np.full(DIMENSION, bad, np.float32))


def test_a_template_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError):
        any_face().impostors(np.ones(512, np.float32))


def test_without_a_cohort_no_face_is_certain() -> None:
    assert not Cohort.unknown(DIMENSION).impostors(face(1)).is_certain


def test_spreads_and_shares_are_one_and_the_same() -> None:
    for share in (0.5, 1e-2, 1e-6, 1e-12):
        assert share_below(deviate(share)) == pytest.approx(share, rel=1e-3)
