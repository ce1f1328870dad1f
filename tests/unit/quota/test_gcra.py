"""The arithmetic of the allowance (GCRA)."""

import math

from hypothesis import given, strategies as st
import pytest

from custom_components.facequota.quota.gcra import TOLERANCE_S, Rule

TEMPLE = Rule(allowance_cm=60, window_s=540)

rules = st.builds(
    Rule,
    allowance_cm=st.floats(1, 1_000),
    window_s=st.floats(1, 86_400),
)
moments = st.floats(0, 1e8)
# The rounding of a double at the largest moment, times a few operations.
NEAR = 1e-6


def test_a_whole_allowance_may_be_had_at_once() -> None:
    """A TAT that has passed is a whole allowance."""
    assert TEMPLE.available_cm(100, 100) == 60
    assert TEMPLE.next_at(100, 60, 100) == 100
    assert TEMPLE.next_at(-5_000, 60, 100) == 100


def test_second_portion_waits_until_the_allowance_is_whole() -> None:
    """60 cm in 9 minutes: the next 60 cm come after exactly 9 minutes."""
    tat = TEMPLE.charge(0, 60, 1_000)
    assert TEMPLE.available_cm(tat, 1_000) == 0
    assert TEMPLE.next_at(tat, 60, 1_000) == 1_540
    assert TEMPLE.next_at(tat, 60, 1_539.5) == 1_540
    assert TEMPLE.next_at(tat, 60, 1_540) == 1_540


def test_a_smaller_portion_is_there_sooner() -> None:
    """The allowance fills up evenly, not all at the end."""
    tat = TEMPLE.charge(0, 60, 1_000)
    assert TEMPLE.next_at(tat, 20, 1_000) == 1_180
    assert TEMPLE.available_cm(tat, 1_270) == pytest.approx(30)


def test_a_second_helping_is_an_allowance_of_two_portions() -> None:
    """120 cm at once, then one portion per half window."""
    rule = Rule(allowance_cm=120, window_s=1_080)
    tat = rule.charge(rule.charge(0, 60, 1_000), 60, 1_000)
    assert rule.next_at(tat, 60, 1_000) == 1_540


def test_portions_that_fill_the_allowance_exactly_are_not_lost_to_rounding() -> None:
    """Ten times a tenth is one, also in binary."""
    rule = Rule(allowance_cm=1, window_s=0.7)
    tat = 1e6
    for _ in range(10):
        assert rule.next_at(tat, 0.1, 1e6) == 1e6
        tat = rule.charge(tat, 0.1, 1e6)
    assert rule.next_at(tat, 0.1, 1e6) > 1e6


@given(rules, moments, st.floats(0, 1), st.floats(-1e4, 1e4))
def test_refunding_a_charge_changes_nothing(
    rule: Rule, now: float, share: float, ago: float
) -> None:
    """Charge and refund cancel: the same paper is there as before."""
    cm, tat = share * rule.allowance_cm, now + min(ago, rule.window_s)
    back = rule.refund(rule.charge(tat, cm, now), cm)
    assert back == pytest.approx(max(tat, now), abs=NEAR)
    assert rule.available_cm(back, now) == pytest.approx(
        rule.available_cm(tat, now), abs=NEAR * rule.allowance_cm / rule.window_s
    )


@given(rules, st.lists(st.tuples(st.floats(0, 0.6), st.floats(0.01, 1)), max_size=60))
def test_no_interval_gives_more_than_allowance_and_what_filled_up(
    rule: Rule, visits: list[tuple[float, float]]
) -> None:
    """Over any interval: at most the allowance plus the window's rate times it."""
    now = tat = 1_000.0
    grants: list[tuple[float, float]] = []
    for pause, share in visits:
        now += pause * rule.window_s
        cm = share * rule.allowance_cm
        if rule.next_at(tat, cm, now) <= now:
            tat = rule.charge(tat, cm, now)
            grants.append((now, cm))
    rate = rule.allowance_cm / rule.window_s
    for first, (start, _) in enumerate(grants):
        given_cm = 0.0
        for end, cm in grants[first:]:
            given_cm += cm
            allowed = rule.allowance_cm + rate * (end - start + TOLERANCE_S + NEAR)
            assert given_cm <= allowed


@given(rules, moments, st.floats(0, 1), st.floats(0.001, 1))
def test_the_time_told_is_exact(
    rule: Rule, now: float, had: float, wanted: float
) -> None:
    """At the told time the portion is there; before it, it is not."""
    tat = rule.charge(now, had * rule.allowance_cm, now)
    cm = wanted * rule.allowance_cm
    at = rule.next_at(tat, cm, now)
    assert rule.next_at(tat, cm, at) == at
    if at > now:
        assert rule.next_at(tat, cm, at - 2 * TOLERANCE_S) > at - 2 * TOLERANCE_S


@pytest.mark.parametrize("number", [0, -1, math.nan, math.inf, -math.inf])
def test_a_rule_needs_positive_numbers(number: float) -> None:
    """Others have no meaning."""
    with pytest.raises(ValueError):
        Rule(allowance_cm=number, window_s=540)
    with pytest.raises(ValueError):
        Rule(allowance_cm=60, window_s=number)


def test_a_rule_needs_numbers_that_can_be_divided() -> None:
    """A rate that rounds to nothing or to infinity is no rate."""
    with pytest.raises(ValueError):
        Rule(allowance_cm=1e-200, window_s=1e200)
    with pytest.raises(ValueError):
        Rule(allowance_cm=1e200, window_s=1e-200)


@pytest.mark.parametrize("cm", [-1, math.nan, math.inf])
def test_a_length_is_finite_and_not_negative(cm: float) -> None:
    """A bad measurement charges nobody."""
    with pytest.raises(ValueError):
        TEMPLE.charge(0, cm, 0)
    with pytest.raises(ValueError):
        TEMPLE.refund(0, cm)
    with pytest.raises(ValueError):
        TEMPLE.next_at(0, cm, 0)


def test_more_than_the_allowance_never_comes() -> None:
    """Nobody is told a time for it."""
    with pytest.raises(ValueError):
        TEMPLE.next_at(0, 60.5, 0)
