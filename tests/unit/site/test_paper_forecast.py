"""When a roll will be empty, foreseen from a profile of the week."""

from datetime import datetime, timedelta
import math
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.facequota.site.paper_forecast import SLOTS, UsageProfile

MONDAY = datetime(2026, 3, 2)
HOUR = timedelta(hours=1)


def lived(weeks: int, *, begin: int = 8, end: int = 18, days: int = 5) -> UsageProfile:
    """Return the profile of a place that uses 600 cm in each of its opening hours."""
    profile = UsageProfile(MONDAY)
    for hours in range(weeks * SLOTS):
        now = MONDAY + hours * HOUR
        if begin <= now.hour < end and now.weekday() < days:
            for part in range(10):
                profile.add(now + part * timedelta(minutes=6), 60)
        else:
            profile.follow(now)
    profile.follow(MONDAY + timedelta(weeks=weeks))
    return profile


def test_a_known_week_is_foreseen_to_the_hour() -> None:
    now = MONDAY + timedelta(weeks=4, hours=8)
    profile = lived(4)
    for hours in range(9):
        profile.follow(MONDAY + timedelta(weeks=4, hours=hours))
    foreseen = profile.forecast(now, 3000)
    assert foreseen is not None and foreseen.latest is not None
    assert abs(foreseen.at - (now + 5 * HOUR)) < HOUR
    assert foreseen.earliest <= foreseen.at <= foreseen.latest


def test_a_closed_weekend_is_not_counted_as_time_in_which_paper_is_used() -> None:
    friday_evening = MONDAY + timedelta(weeks=4, days=4, hours=18)
    profile = lived(4)
    for hours in range(5 * 24 - 5):
        profile.follow(MONDAY + timedelta(weeks=4, hours=hours))
    foreseen = profile.forecast(friday_evening, 3000)
    assert foreseen is not None
    assert foreseen.at >= MONDAY + timedelta(weeks=5, hours=9)


def test_the_first_day_has_a_sensible_forecast() -> None:
    profile = UsageProfile(MONDAY + 8 * HOUR)
    for minute in range(0, 120, 6):
        profile.add(MONDAY + 8 * HOUR + timedelta(minutes=minute), 60)
    now = MONDAY + 10 * HOUR
    foreseen = profile.forecast(now, 3000)
    assert foreseen is not None
    assert now + 2 * HOUR < foreseen.at < now + 9 * HOUR


def test_on_the_second_day_the_first_one_says_more_than_any_assumed_shape() -> None:
    """A place that is as busy in the morning and in the evening as at noon."""
    profile, now = UsageProfile(MONDAY), MONDAY
    for hours in range(24 + 9):
        now = MONDAY + hours * HOUR
        if now.hour >= 5:
            profile.add(now + HOUR / 2, 600)
        profile.follow(now)
    true = now + 12 * HOUR
    foreseen = profile.forecast(now, 12 * 600)
    assert foreseen is not None and foreseen.latest is not None
    assert abs(foreseen.at - true) < 3 * HOUR
    assert foreseen.earliest <= true <= foreseen.latest


@pytest.mark.parametrize("begins_on", [0, 2], ids=["Monday", "Wednesday"])
def test_a_first_weekend_may_be_closed(begins_on: int) -> None:
    """No weekend was seen yet: until Monday is inside the range, and Saturday, too."""
    begin, friday = MONDAY + timedelta(days=begins_on), MONDAY + timedelta(days=4)
    profile, now = UsageProfile(begin), begin
    while now < friday + 16 * HOUR:
        if 8 <= now.hour < 18:
            profile.add(now + HOUR / 2, 600)
        now += HOUR
        profile.follow(now)
    foreseen = profile.forecast(now, 3000)
    assert foreseen is not None
    assert foreseen.earliest < friday + 42 * HOUR
    assert foreseen.latest is None or foreseen.latest > friday + 80 * HOUR


def test_a_day_that_stays_closed_moves_the_forecast() -> None:
    open_day, closed_day = lived(4), lived(4)
    at = MONDAY + timedelta(weeks=4, hours=13)
    for hours in range(14):
        now = MONDAY + timedelta(weeks=4, hours=hours)
        closed_day.follow(now)
        open_day.follow(now)
        if 8 <= hours < 13:
            open_day.add(now + timedelta(minutes=30), 600)
    usual, quiet = open_day.forecast(at, 2000), closed_day.forecast(at, 2000)
    assert usual is not None and quiet is not None
    assert quiet.at > usual.at + HOUR


def test_nothing_left_is_empty_now() -> None:
    foreseen = UsageProfile(MONDAY).forecast(MONDAY + HOUR, 0)
    assert foreseen is not None
    assert foreseen.at == foreseen.earliest == foreseen.latest == MONDAY + HOUR


def test_what_lasts_longer_than_anybody_plans_is_not_foreseen() -> None:
    assert UsageProfile(MONDAY).forecast(MONDAY, 10_000_000) is None


def test_hours_without_statistics_do_not_count_as_quiet_hours() -> None:
    stopped = lived(2)
    later = MONDAY + timedelta(weeks=3, hours=9)
    stopped.follow(later)
    known, same = lived(2).as_dict(), stopped.as_dict()
    assert same["cm"] == known["cm"] and same["hours"] == known["hours"]


def test_a_clock_that_is_set_back_breaks_nothing() -> None:
    profile = UsageProfile(MONDAY + 10 * HOUR)
    profile.add(MONDAY + 10 * HOUR, 60)
    profile.add(MONDAY + 9 * HOUR, 60)
    profile.add(MONDAY + 11 * HOUR, 60)
    assert profile.forecast(MONDAY + 11 * HOUR, 600) is not None


def test_what_was_learnt_in_another_time_zone_is_not_moved_by_the_new_one() -> None:
    """A house whose time zone is set right while it runs counts on, in its own hours."""
    profile = UsageProfile(MONDAY + 10 * HOUR)
    profile.add(MONDAY + 10 * HOUR, 60)
    far = ZoneInfo("Asia/Shanghai")
    for minutes in range(0, 180, 30):
        now = (MONDAY + 10 * HOUR + timedelta(minutes=minutes)).astimezone(far)
        profile.add(now, 60)
    hours = profile.as_dict()["hours"]
    assert {slot for slot, seen in enumerate(hours) if seen} <= {10, 18, 19, 20}
    assert hours[19] == 1


def test_a_profile_outlives_a_restart() -> None:
    profile = lived(3)
    now = MONDAY + timedelta(weeks=3)
    again = UsageProfile.from_dict(profile.as_dict(), now)
    before, after = profile.forecast(now, 4000), again.forecast(now, 4000)
    assert before is not None and after is not None
    assert abs(before.at - after.at) < 2 * HOUR


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"cm": [], "hours": [], "variance": 0.1},
        {"cm": [math.nan] * SLOTS, "hours": [1.0] * SLOTS, "variance": 0.1},
        {"cm": [-1.0] * SLOTS, "hours": [1.0] * SLOTS, "variance": 0.1},
        {"cm": ["many"] * SLOTS, "hours": [1.0] * SLOTS, "variance": 0.1},
        {"cm": None, "hours": None, "variance": None},
    ],
)
def test_an_invalid_profile_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        UsageProfile.from_dict(broken, MONDAY)


@given(
    st.lists(st.tuples(st.integers(0, 180), st.floats(0, 200)), max_size=60),
    st.floats(0, 50_000),
)
def test_the_range_always_holds_what_is_most_likely(
    uses: list[tuple[int, float]], left: float
) -> None:
    """Whatever was used and whenever: in order, and never in the past."""
    profile, now = UsageProfile(MONDAY), MONDAY
    for minutes, cm in uses:
        now += timedelta(minutes=minutes)
        profile.add(now, cm)
    foreseen = profile.forecast(now, left)
    if foreseen is not None:
        assert now <= foreseen.earliest <= foreseen.at
        assert foreseen.latest is None or foreseen.at <= foreseen.latest
