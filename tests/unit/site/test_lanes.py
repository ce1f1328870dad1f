"""Whether the way without a face is as good, by what both gave."""

import pytest

from custom_components.facequota.const import Lane, Outcome
from custom_components.facequota.site.lanes import MIN_PORTIONS, Equality, Lanes
from custom_components.facequota.visit.visit import VisitResult


def portions(
    lanes: Lanes, lane: Lane, *, number: int, cm: float = 60, wait_ms: float = 200
) -> None:
    """Record whole portions of a lane."""
    for _ in range(number):
        lanes.record(
            VisitResult(outcome=Outcome.GRANTED, lane=lane, cm=cm, motor_on_ms=wait_ms)
        )


def refusals(lanes: Lanes, lane: Lane, *, number: int) -> None:
    """Record visitors who were told when to come again."""
    for _ in range(number):
        lanes.record(VisitResult(outcome=Outcome.REFUSED, lane=lane))


@pytest.fixture
def lanes() -> Lanes:
    """Return the figures of a site whose face lane has given enough to compare."""
    lanes = Lanes()
    portions(lanes, Lane.FACE, number=MIN_PORTIONS)
    return lanes


def test_too_few_portions_say_nothing(lanes: Lanes) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS - 1)
    assert lanes.equality is Equality.TOO_FEW


def test_the_same_portion_as_soon_is_as_good(lanes: Lanes) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS)
    assert lanes.equality is Equality.AS_GOOD


def test_more_paper_and_a_shorter_wait_are_as_good(lanes: Lanes) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS, cm=80, wait_ms=10)
    assert lanes.equality is Equality.AS_GOOD


def test_less_paper_is_worse(lanes: Lanes) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS, cm=50)
    assert lanes.equality is Equality.WORSE


def test_a_longer_wait_is_worse(lanes: Lanes) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS, wait_ms=3000)
    assert lanes.equality is Equality.WORSE


def test_a_visitor_whom_the_camera_did_not_see_says_nothing_about_the_wait_without_it(
    lanes: Lanes,
) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS)
    for _ in range(90):
        lanes.record(
            VisitResult(
                outcome=Outcome.UNRECOGNISED,
                lane=Lane.OPEN,
                cm=60,
                reason="no_face",
                motor_on_ms=3000,
            )
        )
    assert lanes[Lane.OPEN].mean_wait_ms == 200
    assert lanes[Lane.OPEN].granted == MIN_PORTIONS + 90
    assert lanes.equality is Equality.AS_GOOD


def test_waits_that_were_kept_before_they_were_counted_apart_go_on(
    lanes: Lanes,
) -> None:
    old = lanes.as_dict()
    for figures in old.values():
        del figures["waits"]
    assert Lanes(old).as_dict() == lanes.as_dict()


def test_refusals_that_the_other_lane_does_not_know_are_worse(lanes: Lanes) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS)
    refusals(lanes, Lane.OPEN, number=1)
    assert lanes.equality == "worse"
    refusals(lanes, Lane.FACE, number=1)
    assert lanes.equality == "as_good"


def test_a_motor_that_failed_says_nothing_of_its_lane(lanes: Lanes) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS)
    for _ in range(9):
        lanes.record(VisitResult(outcome=Outcome.FAILED, lane=Lane.OPEN, cm=5))
    assert lanes.equality is Equality.AS_GOOD
    assert lanes[Lane.OPEN].failed == 9


def test_figures_go_on_from_where_they_were_kept(lanes: Lanes) -> None:
    portions(lanes, Lane.OPEN, number=MIN_PORTIONS)
    again = Lanes(lanes.as_dict())
    assert again.as_dict() == lanes.as_dict()
    assert again.equality is Equality.AS_GOOD
    assert again.compared == lanes.compared


def test_an_unrecognised_visitor_counts_for_the_lane_that_gave_the_paper() -> None:
    lanes = Lanes()
    lanes.record(
        VisitResult(
            outcome=Outcome.UNRECOGNISED, lane=Lane.OPEN, cm=60, motor_on_ms=2600
        )
    )
    assert lanes[Lane.OPEN].granted == 1
    assert lanes[Lane.OPEN].mean_cm == 60
    assert lanes[Lane.FACE].mean_cm is None
