"""Refusals are watched: people who come nearer to each other than was measured."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.facequota.quota.cohort import deviate
from custom_components.facequota.quota.threshold import FpirEstimate, Threshold

from .people import any_face, face, far

SIZE = 40
LIMIT = 0.01


def strangers(
    count: int, *, nearer_by: float = 0.0, size: int = SIZE
) -> Iterator[NDArray[np.float32]]:
    """Yield distances of new visitors, nearer than expected by so many spreads."""
    near = any_face().impostors(face(1))
    rng = np.random.default_rng(3)
    for _ in range(count):
        below = rng.normal(loc=nearer_by, size=size)
        yield np.array([near.distance(one) for one in below], np.float32)


def after(
    visits: Iterator[NDArray[np.float32]], threshold: Threshold | None = None
) -> Threshold:
    """Return the threshold after these visits."""
    threshold = threshold or Threshold(cohort=any_face(), limit=LIMIT)
    for distances in visits:
        threshold.observe(face(1), distances)
    return threshold


def same(threshold: Threshold) -> float:
    """Return up to which distance somebody is taken for the same."""
    return threshold.decide(face(1), far(SIZE)).same


def estimate(threshold: Threshold) -> FpirEstimate:
    """Return what the manager is told."""
    return threshold.estimate(SIZE)


def refused(threshold: Threshold, *, nearer_by: float) -> float:
    """Return the share of new visitors who are taken for somebody."""
    people = strangers(1_000, nearer_by=nearer_by)
    return float(np.mean([one.min() <= same(threshold) for one in people]))


FRESH = same(Threshold(cohort=any_face(), limit=LIMIT))


@pytest.mark.parametrize(("near", "is_stricter"), [(0, False), (2, False), (6, True)])
def test_more_near_people_than_a_family_make_one_look_stricter(
    near: int, is_stricter: bool
) -> None:
    """The first six of a group that no law knows, among others whom the laws know."""
    law = any_face().impostors(face(1))
    distances = far(SIZE)
    distances[:near] = law.distance(deviate(5e-4))
    decided = Threshold(cohort=any_face(), limit=LIMIT).decide(face(1), distances)
    assert (decided.same < FRESH) is is_stricter
    # Who wants to be forgotten is found as before.
    plain = Threshold(cohort=any_face(), limit=LIMIT).decide(face(1), far(SIZE))
    assert decided.doubt == plain.doubt


def test_people_as_they_were_measured_move_nothing() -> None:
    """However many come."""
    threshold = after(strangers(300))
    assert same(threshold) == FRESH
    assert not estimate(threshold).is_denser


def test_with_people_who_look_more_alike_there_is_more_doubt_and_an_issue() -> None:
    """By itself, and within a school class."""
    before = Threshold(cohort=any_face(), limit=LIMIT)
    wrong = refused(before, nearer_by=1.2)
    assert wrong > 5 * LIMIT
    threshold = after(strangers(25, nearer_by=1.2))
    assert same(threshold) < FRESH
    assert refused(threshold, nearer_by=1.2) < wrong / 3
    told = estimate(threshold)
    assert told.is_denser
    assert told.fpir is not None
    assert told.fpir > LIMIT


def test_it_goes_back_with_other_people() -> None:
    threshold = after(strangers(30, nearer_by=1.2))
    after(strangers(400), threshold)
    assert same(threshold) == FRESH


def test_sparser_people_never_make_it_looser() -> None:
    assert same(after(strangers(300, nearer_by=-3.0))) == FRESH


def test_returns_that_were_missed_are_no_dense_crowd() -> None:
    """Somebody's own earlier templates are nearer than strangers come."""
    own = any_face().impostors(face(1)).distance(deviate(1e-5))
    visits = []
    for distances in strangers(200):
        distances[:4] = own
        visits.append(distances)
    assert same(after(iter(visits))) == FRESH


@pytest.mark.parametrize("near", [0.05, 0.5, 1.0])
def test_one_visitor_is_no_crowd(near: float) -> None:
    """However near everybody is to one of many, others decide as before."""
    threshold = after(strangers(50))
    threshold.observe(face(1), np.full(100_000, near, np.float32))
    assert same(threshold) == FRESH


def test_an_empty_window_gives_no_estimate() -> None:
    threshold = after(iter([np.zeros(0, np.float32)] * 50))
    assert estimate(threshold).visits == 0


def test_a_visitor_whom_many_here_are_like_is_compared_more_strictly_at_once() -> None:
    """Before anything was counted; for others nothing changes."""
    threshold = Threshold(cohort=any_face(), limit=LIMIT)
    for distances in strangers(20, nearer_by=2.0):
        assert threshold.decide(face(1), distances).same < FRESH
    assert same(threshold) == FRESH


def test_of_people_as_they_were_measured_hardly_anybody_is_compared_more_strictly() -> (
    None
):
    threshold = Threshold(cohort=any_face(), limit=LIMIT)
    stricter = [
        threshold.decide(face(1), distances).same < FRESH
        for distances in strangers(300)
    ]
    assert np.mean(stricter) < 0.02


def test_two_templates_of_one_visitor_do_not_count_as_a_crowd() -> None:
    """A return that was missed leaves one; so does a sister."""
    threshold = Threshold(cohort=any_face(), limit=LIMIT)
    distances = far(SIZE)
    distances[:2] = 0.01
    assert threshold.decide(face(1), distances).same == FRESH


def test_the_zone_of_doubt_stays_the_same_where_people_are_alike() -> None:
    """So that whoever wants to be forgotten is found."""
    threshold = Threshold(cohort=any_face(), limit=LIMIT)
    crowded = threshold.decide(face(1), next(strangers(1, nearer_by=3.0)))
    assert crowded.same < FRESH
    assert crowded.doubt == threshold.decide(face(1), far(SIZE)).doubt
