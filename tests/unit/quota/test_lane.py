"""The open lane: the same rule for a dispenser that sees nobody."""

import pytest

from custom_components.facequota.quota.account import (
    RESERVATION_S,
    Refusal,
    Reservation,
)
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.lane import OpenLane

from .books import reserved

RULE = Rule(allowance_cm=180, window_s=540)


def test_everybody_at_the_dispenser_shares_one_allowance() -> None:
    """Three portions at once, the fourth when one has filled up."""
    lane = OpenLane(rule=RULE, now=0)
    for _ in range(3):
        lane.settle(reserved(lane.request(60, 10)), 60, 12)
    refusal = lane.request(60, 13)
    assert isinstance(refusal, Refusal)
    assert refusal.next_portion_at == 190
    assert refusal.available_cm == pytest.approx(1)
    assert isinstance(lane.request(60, 190), Reservation)


def test_a_jam_is_charged_for_what_came_out() -> None:
    """The rest is there again at once."""
    lane = OpenLane(rule=RULE, now=0)
    settlement = lane.settle(reserved(lane.request(60, 0)), 12.5, 0)
    assert settlement.charged_cm == pytest.approx(12.5)
    assert lane.available_cm(0) == pytest.approx(167.5)


def test_settling_twice_charges_once() -> None:
    """The second receipt for the same paper is void."""
    lane = OpenLane(rule=RULE, now=0)
    reservation = reserved(lane.request(60, 0))
    lane.settle(reservation, 60, 0)
    assert lane.settle(reservation, 60, 0).charged_cm == 0
    assert lane.available_cm(0) == pytest.approx(120)


def test_a_reservation_that_nobody_settles_is_given_back() -> None:
    """Nobody saw the paper, so nobody pays for it."""
    lane = OpenLane(rule=RULE, now=0)
    reservation = reserved(lane.request(180, 0))
    assert lane.available_cm(RESERVATION_S - 1) < 180
    assert lane.available_cm(RESERVATION_S) == 180
    assert lane.settle(reservation, 180, RESERVATION_S).charged_cm == 0


def test_a_motor_that_runs_on_charges_no_more_than_an_empty_allowance() -> None:
    """Nobody waits longer than the window for a machine's fault."""
    lane = OpenLane(rule=RULE, now=0)
    settlement = lane.settle(reserved(lane.request(60, 0)), 500, 0)
    assert settlement.charged_cm == pytest.approx(180)
    assert isinstance(lane.request(180, 540), Reservation)


def test_a_new_rule_keeps_the_centimetres_owed() -> None:
    """Half of the old allowance owed, and that much of the new one is missing."""
    lane = OpenLane(rule=RULE, now=0)
    lane.settle(reserved(lane.request(90, 0)), 90, 0)
    lane.set_rule(Rule(allowance_cm=120, window_s=120), 0)
    assert lane.rule.window_s == 120
    assert lane.available_cm(0) == pytest.approx(30)


def test_a_new_rule_makes_no_told_time_later() -> None:
    """A longer window is for portions to come."""
    lane = OpenLane(rule=RULE, now=0)
    lane.settle(reserved(lane.request(180, 0)), 180, 0)
    lane.set_rule(Rule(allowance_cm=180, window_s=5_400), 0)
    assert lane.available_cm(540) == 180


@pytest.mark.parametrize("cm", [0, -60, 181, float("nan"), float("inf")])
def test_an_impossible_portion_changes_nothing(cm: float) -> None:
    """It is an error, not a refusal with a time."""
    lane = OpenLane(rule=RULE, now=0)
    with pytest.raises(ValueError):
        lane.request(cm, 0)
    assert lane.available_cm(0) == 180
