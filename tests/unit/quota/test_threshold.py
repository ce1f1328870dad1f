"""The distance that keeps the manager's promise."""

import math

import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.facequota.quota.priors import PRIORS, EnginePrior, Normal
from custom_components.facequota.quota.threshold import Threshold

DLIB = PRIORS["face_recognition"]
SIZE = 40


def make_threshold(limit: float = 0.01, prior: EnginePrior = DLIB) -> Threshold:
    """Return a threshold that has seen nobody."""
    return Threshold(prior=prior, limit=limit)


class Crowd:
    """Distances between people who do not exist: a normal law, and one's own place."""

    def __init__(self, mean: float, spread: float, *, own: float = 0.0) -> None:
        """Draw from this law; own is the spread of people's nearness to all others."""
        self._rng = np.random.default_rng(7)
        self._law = mean, spread, own

    def stranger(self, size: int = SIZE) -> NDArray[np.float32]:
        """Return a new visitor's distances to so many templates."""
        mean, spread, own = self._law
        place = self._rng.normal(mean, own)
        return self._rng.normal(place, spread, size).astype(np.float32)

    def returning(self, own: float, size: int = SIZE) -> NDArray[np.float32]:
        """Return distances of somebody whose own template is among them."""
        distances = self.stranger(size)
        distances[0] = own
        return distances


def learn(threshold: Threshold, crowd: Crowd, visits: int, size: int = SIZE) -> None:
    """Let so many new visitors come."""
    for _ in range(visits):
        threshold.observe(crowd.stranger(size))


def refused(threshold: Threshold, crowd: Crowd, size: int = SIZE) -> float:
    """Return the share of strangers who are taken for somebody."""
    wrong = 0
    for _ in range(4_000):
        distances = crowd.stranger(size)
        wrong += distances.min() <= threshold.reach(distances).same
    return wrong / 4_000


@pytest.mark.parametrize("name", PRIORS)
def test_a_fuller_gallery_and_a_stricter_limit_ask_for_nearer_faces(name: str) -> None:
    """Each template is one more chance to be taken for somebody."""
    threshold = make_threshold(prior=PRIORS[name])
    distances = [threshold.distance(size) for size in (0, 10, 100, 1_000, 10_000)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] > 0
    threshold.limit /= 10
    assert threshold.distance(10) < distances[1]


@pytest.mark.parametrize("size", [1, 10, 50, 200, 1_000])
def test_before_anybody_came_the_densest_crowd_measured_counts(size: int) -> None:
    """Half of their distances (dlib, of length 1.42) are under 0.46."""
    dense = Crowd(0.46 / 1.42, 0.0302)
    assert refused(make_threshold(), dense, size) <= 0.01


@pytest.mark.parametrize("limit", [0.05, 0.01])
@pytest.mark.parametrize("size", [10, 50, 200])
@pytest.mark.parametrize(
    "crowd", [(0.57, 0.061, 0.02), (0.41, 0.05, 0.024), (0.36, 0.04, 0.02)]
)
def test_the_limit_is_kept_whatever_crowd_comes(
    crowd: tuple[float, float, float], size: int, limit: float
) -> None:
    """Sparse or dense, few or many, after 200 new visitors: one configuration."""
    mean, spread, own = crowd
    people = Crowd(mean, math.sqrt(spread**2 - own**2), own=own)
    threshold = make_threshold(limit)
    learn(threshold, people, 200, size)
    assert refused(threshold, people, size) < 1.3 * limit


def test_what_is_learnt_recognises_more_than_what_was_assumed() -> None:
    """A sparse crowd earns a wider threshold."""
    threshold = make_threshold()
    before = threshold.distance(SIZE)
    learn(threshold, Crowd(0.57, 0.06), 100)
    assert threshold.distance(SIZE) > before + 0.1


def test_few_visitors_make_the_threshold_stricter_only() -> None:
    """A fit to twenty may be luck, and luck must not refuse anybody."""
    sparse, dense = make_threshold(), make_threshold()
    before = sparse.distance(SIZE)
    learn(sparse, Crowd(0.57, 0.06), 20)
    learn(dense, Crowd(0.30, 0.04), 20)
    assert sparse.distance(SIZE) == before
    assert dense.distance(SIZE) < before


def test_the_threshold_follows_a_crowd_that_changes() -> None:
    """A coach arrives whose passengers look more alike."""
    threshold, sparse, dense = make_threshold(), Crowd(0.57, 0.06), Crowd(0.40, 0.045)
    learn(threshold, sparse, 300)
    learn(threshold, dense, 200)
    assert refused(threshold, dense) < 0.013
    learn(threshold, sparse, 600)
    assert threshold.distance(SIZE) > 0.3


def test_who_lies_near_to_everybody_has_to_be_nearer_to_be_the_same() -> None:
    """In a mixed crowd people are compared with those who are like them."""
    threshold, crowd = make_threshold(), Crowd(0.50, 0.05)
    learn(threshold, crowd, 200)
    distances = crowd.stranger()
    near, far = threshold.reach(distances - 0.1), threshold.reach(distances + 0.1)
    assert near.same < far.same
    assert near.sure < near.same < near.doubt


def test_visitors_enrolled_twice_do_not_make_the_threshold_blind() -> None:
    """Missed returns look like near strangers; the nearest is not believed."""
    clean, mixed = make_threshold(), make_threshold()
    crowd = Crowd(0.57, 0.06)
    learn(clean, crowd, 250)
    for number in range(250):
        returning = number % 3 == 0
        mixed.observe(crowd.returning(0.3) if returning else crowd.stranger())
    assert mixed.distance(SIZE) == pytest.approx(clean.distance(SIZE), abs=0.03)


def test_a_hundred_thousand_equal_distances_at_once_are_not_learnt() -> None:
    """Neither near ones nor far ones."""
    threshold = make_threshold()
    learn(threshold, Crowd(0.50, 0.05), 250)
    before = threshold.distance(SIZE)
    for value in (0.05, 0.5, 1.9):
        threshold.observe(np.full(100_000, value, np.float32))
        assert threshold.distance(SIZE) == before


@pytest.mark.parametrize("value", [0.05, 0.5, 1.0, 1.9])
def test_somebody_who_feeds_the_same_distances_for_ever_changes_nothing(
    value: float,
) -> None:
    """Nobody is equally far from everybody."""
    threshold = make_threshold()
    learn(threshold, Crowd(0.50, 0.05), 100)
    before = threshold.distance(SIZE)
    for _ in range(2_000):
        threshold.observe(np.full(50, value, np.float32))
    assert threshold.distance(SIZE) == before


def test_feeding_far_faces_does_not_loosen_the_threshold() -> None:
    """The near end of what is seen decides, and half of it is still the crowd's."""
    threshold, crowd, bait = make_threshold(), Crowd(0.45, 0.05), Crowd(1.2, 0.05)
    for _ in range(250):
        threshold.observe(crowd.stranger())
        threshold.observe(bait.stranger())
    assert refused(threshold, crowd) < 0.02


def test_a_crowd_sparser_than_any_measured_is_not_believed() -> None:
    """Faces that are no faces must not make everybody the same."""
    threshold = make_threshold()
    learn(threshold, Crowd(1.3, 0.06), 300)
    assert threshold.distance(SIZE) < DLIB.sparsest_mean


def test_with_a_handful_of_templates_nothing_is_learnt() -> None:
    """Three distances say nothing about a crowd."""
    threshold = make_threshold()
    learn(threshold, Crowd(0.57, 0.06), 100, size=5)
    assert threshold.promise(5).visits == 0
    assert threshold.distance(5) == make_threshold().distance(5)


def test_empty_and_small_galleries_have_a_threshold() -> None:
    """From the first visitor on, before and after learning."""
    threshold = make_threshold()
    for _ in range(2):
        for size in range(8):
            reach = threshold.reach(np.full(size, 0.5, np.float32))
            assert 0 < reach.sure < reach.same < reach.doubt < 1
        learn(threshold, Crowd(0.57, 0.06), 100)


def test_the_manager_is_told_what_the_promise_rests_on() -> None:
    """First nothing is known; then how many are wrongly refused, and from how much."""
    threshold = make_threshold(0.001)
    assert threshold.promise(SIZE).fpir is None
    learn(threshold, Crowd(0.50, 0.05), 100)
    promise = threshold.promise(SIZE)
    assert promise.fpir is not None
    assert 0 < promise.fpir <= 0.001
    assert 80 < promise.visits <= 100
    assert promise.comparisons == pytest.approx(promise.visits * SIZE, rel=0.02)
    assert promise.useful


def test_the_manager_is_told_when_the_limit_leaves_nobody_recognisable() -> None:
    """Then recognition had better rest."""
    threshold = make_threshold(1e-6)
    learn(threshold, Crowd(0.30, 0.05), 200)
    assert not threshold.promise(200).useful


@pytest.mark.parametrize("limit", [0, -0.1, 0.6, 1e-12, math.nan, math.inf])
def test_a_limit_is_a_small_share(limit: float) -> None:
    """Anything else is no promise."""
    with pytest.raises(ValueError):
        make_threshold(limit)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_distances_that_are_no_numbers_are_not_learnt(number: float) -> None:
    """They leave what is known as it was."""
    threshold = make_threshold()
    learn(threshold, Crowd(0.5, 0.05), 100)
    before = threshold.promise(SIZE)
    distances = np.full(SIZE, 0.5, np.float32)
    distances[3] = number
    with pytest.raises(ValueError):
        threshold.observe(distances)
    assert threshold.promise(SIZE) == before


@pytest.mark.parametrize("number", [0, -1, math.nan, math.inf])
def test_a_law_of_distances_has_a_positive_mean_and_spread(number: float) -> None:
    """Nothing else is one."""
    with pytest.raises(ValueError):
        Normal(mean=number, spread=0.1)
    with pytest.raises(ValueError):
        Normal(mean=0.5, spread=number)
