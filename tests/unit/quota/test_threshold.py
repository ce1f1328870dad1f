"""The distance that keeps the manager's promise."""

from dataclasses import replace
import math

import numpy as np
import pytest

from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.quota.threshold import Threshold

from .people import any_face, face, far

ENGINES = ("face_recognition", "ncnn")


def drawn(cohort: Cohort, crowd: int, count: int) -> list[np.ndarray]:
    """Return templates of people who do not exist, of one of a cohort's crowds."""
    rng = np.random.default_rng(7)
    shape = cohort.directions[crowd].shape
    people = (
        cohort.means[crowd]
        + rng.normal(size=(count, shape[0])) @ (cohort.directions[crowd])
    )
    people += np.sqrt(cohort.rest[crowd]) * rng.normal(size=people.shape)
    people /= np.linalg.norm(people, axis=1, keepdims=True)
    return list(people.astype(np.float32))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_fuller_gallery_and_a_stricter_limit_ask_for_nearer_faces(
    engine: str,
) -> None:
    """Each template is one more chance to be taken for somebody."""
    threshold = Threshold(cohort=Cohort.load(engine), limit=0.01)
    distances = [threshold.distance(size) for size in (0, 10, 100, 1_000, 10_000)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] > 0
    threshold.limit /= 10
    assert threshold.distance(10) < distances[1]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("crowd", [0, 1])
def test_the_limit_is_kept_for_every_crowd_from_the_first_visitor_on(
    engine: str, crowd: int
) -> None:
    """Of people who do not exist; bench/openset.py measures it on those who do."""
    cohort = Cohort.load(engine)
    threshold = Threshold(cohort=cohort, limit=0.01)
    people = np.stack(drawn(cohort, crowd, 400))
    window, strangers = people[:20], people[20:]
    refused = 0
    for stranger in strangers:
        near = threshold.decide(
            stranger, distances := np.linalg.norm(window - stranger, axis=1)
        )
        nearest = distances.min()
        refused += near.is_certain and nearest <= near.same
    assert refused <= 0.02 * len(strangers)


@pytest.mark.parametrize("engine", ENGINES)
def test_people_of_no_crowd_that_was_measured_are_refused_no_more_often(
    engine: str,
) -> None:
    """The laws of everybody like them are taken away: by day, dark, infra-red, masked."""
    whole = Cohort.load(engine)
    people = np.stack(drawn(whole, 0, 300))
    window, strangers = people[:50], people[50:]
    like_them = [0, *(len(whole.means) - at for at in (6, 4, 2))]
    others = np.delete(np.arange(len(whole.means)), like_them)
    cohort = replace(
        whole,
        means=whole.means[others],
        directions=whole.directions[others],
        rest=whole.rest[others],
        own=whole.own[others],
    )
    threshold = Threshold(cohort=cohort, limit=0.01)
    refused = 0
    for stranger in strangers:
        distances = np.linalg.norm(window - stranger, axis=1)
        near = threshold.decide(stranger, distances)
        refused += near.is_certain and distances.min() <= near.same
    assert refused <= 0.02 * len(strangers)


@pytest.mark.parametrize("engine", ENGINES)
def test_earlier_visitors_do_not_change_the_answer_for_a_face(engine: str) -> None:
    """After a restart, at a quiet site, after others: nothing has to be learnt."""
    cohort = Cohort.load(engine)
    people = drawn(cohort, 1, 120)
    fresh, used = (Threshold(cohort=cohort, limit=0.001) for _ in range(2))
    for number, person in enumerate(people[20:], start=20):
        window = np.stack(people[:number])
        used.observe(person, np.linalg.norm(window - person, axis=1))
    assert used.decide(people[0], far(50)) == fresh.decide(people[0], far(50))


def test_sure_is_nearer_than_the_same_and_doubt_is_farther() -> None:
    """With any number of templates."""
    threshold = Threshold(cohort=any_face(), limit=0.001)
    for size in (0, 1, 2, 10, 50):
        near = threshold.decide(face(1), far(size))
        assert 0 < near.sure < near.same < near.doubt


@pytest.mark.parametrize("limit", [0.0, -0.1, 0.6, math.nan, math.inf])
def test_an_invalid_limit_is_refused(limit: float) -> None:
    with pytest.raises(ValueError):
        Threshold(cohort=any_face(), limit=limit)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_no_template_has_no_threshold(bad: float) -> None:
    with pytest.raises(ValueError):
        Threshold(cohort=any_face(), limit=0.01).decide(
            np.full(128, bad, np.float32), far(5)
        )


def test_the_manager_is_told_nothing_before_enough_people_came() -> None:
    threshold = Threshold(cohort=any_face(), limit=0.001)
    estimate = threshold.estimate(10)
    assert (estimate.fpir, estimate.visits, estimate.is_denser) == (None, 0, False)
    for _ in range(20):
        threshold.observe(face(1), np.full(10, 1.4, np.float32))
    estimate = threshold.estimate(10)
    assert estimate.fpir is not None
    assert 0 < estimate.fpir < 0.001
    assert 100 < estimate.comparisons <= 200


def test_a_limit_under_which_no_visitor_is_recognised_is_reported() -> None:
    """Then face recognition may as well rest."""
    cohort = Cohort.load("face_recognition")
    assert Threshold(cohort=cohort, limit=0.001).estimate(50).useful
    assert not Threshold(cohort=cohort, limit=1e-6).estimate(1_000).useful
