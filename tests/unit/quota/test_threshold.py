"""The distance that keeps the manager's promise."""

import math
from statistics import NormalDist

import pytest

from custom_components.facequota.quota.threshold import PRIORS, ImpostorTail, Threshold

DLIB = PRIORS["face_recognition"]


@pytest.mark.parametrize("size", [1, 10, 50, 200, 1_000])
def test_the_first_threshold_suits_the_strictest_crowd_measured(size: int) -> None:
    """1 % among N East Asian strangers: 0.396 - 0.030 · log10 N."""
    threshold = Threshold(prior=DLIB, limit=0.01)
    assert threshold.distance(size) == pytest.approx(
        0.396 - 0.030 * math.log10(size), abs=0.005
    )


def test_a_fuller_gallery_and_a_stricter_limit_ask_for_nearer_faces() -> None:
    """Each template is one more chance to be taken for somebody."""
    for prior in PRIORS.values():
        threshold = Threshold(prior=prior, limit=0.01)
        distances = [threshold.distance(size) for size in (0, 10, 100, 1_000, 10_000)]
        assert distances == sorted(distances, reverse=True)
        threshold.limit = 0.001
        assert threshold.distance(10) < distances[1]


def test_the_share_of_strangers_refused_is_the_limit() -> None:
    """N chances at the threshold's share of pairs make up the wanted FPIR."""
    tail = ImpostorTail(mean=0.5, spread=0.05)
    distance = Threshold(prior=tail, limit=0.02).distance(100)
    share = NormalDist(0.5, 0.05).cdf(distance)
    assert 1 - (1 - share) ** 100 == pytest.approx(0.02)


def test_doubt_begins_where_certainty_ends() -> None:
    """There is always a zone between same and new."""
    for limit in (1e-9, 0.001, 0.4, 0.5):
        threshold = Threshold(prior=DLIB, limit=limit)
        assert threshold.distance(50) <= threshold.doubt(50)


@pytest.mark.parametrize("limit", [0, -0.1, 0.6, 1e-12, math.nan, math.inf])
def test_a_limit_is_a_small_share(limit: float) -> None:
    """Anything else is no promise."""
    with pytest.raises(ValueError):
        Threshold(prior=DLIB, limit=limit)


@pytest.mark.parametrize("number", [0, -1, math.nan, math.inf])
def test_a_prior_is_a_distribution(number: float) -> None:
    """Its mean and spread are positive numbers."""
    with pytest.raises(ValueError):
        ImpostorTail(mean=number, spread=0.1)
    with pytest.raises(ValueError):
        ImpostorTail(mean=0.5, spread=number)
