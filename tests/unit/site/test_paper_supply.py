"""The roll of one dispenser: the paper left, when it is low, and how it is refilled."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.facequota.site.paper_forecast import UsageProfile
from custom_components.facequota.site.paper_supply import PaperSupply, StaffHours

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERY_MORNING = StaffHours(begin=time(7), weekdays=frozenset(range(7)))
WEEKDAYS = StaffHours(begin=time(7), weekdays=frozenset(range(5)))


def supply(
    left_cm: float | None = 20_000, roll_cm: float | None = 20_000
) -> PaperSupply:
    """Return a roll at ten on a Monday."""
    made = PaperSupply(UsageProfile(MONDAY + 10 * HOUR))
    made.roll_cm, made.left_cm = roll_cm, left_cm
    made.foresee(MONDAY + 10 * HOUR)
    return made


def judged(
    roll: PaperSupply, now: datetime, staff: StaffHours | None, *, anew: bool = False
) -> bool | None:
    """Return if a roll without sensors is low."""
    roll.judge(now, staff, by_sensors=None, anew=anew)
    return roll.low


def test_a_visit_takes_its_paper_off_the_roll() -> None:
    roll = supply(left_cm=100)
    roll.used(MONDAY + 10 * HOUR, 60)
    assert roll.left_cm == 40
    roll.used(MONDAY + 10 * HOUR, 60)
    assert roll.left_cm == 0


def test_without_a_known_length_nothing_is_foreseen() -> None:
    roll = supply(left_cm=None, roll_cm=None)
    roll.used(MONDAY + 10 * HOUR, 60)
    assert roll.left_cm is None and roll.forecast is None
    assert roll.is_low_by_forecast(MONDAY + 10 * HOUR, EVERY_MORNING) is None


def test_low_means_empty_before_staff_come_again() -> None:
    now = MONDAY + 10 * HOUR
    roll = supply(left_cm=4000)
    for minute in range(0, 60, 6):
        roll.used(now + timedelta(minutes=minute), 60)
    assert roll.forecast is not None
    assert roll.is_low_by_forecast(now + HOUR, EVERY_MORNING)
    plenty = supply(left_cm=20_000)
    plenty.used(now, 60)
    assert not plenty.is_low_by_forecast(now + HOUR, EVERY_MORNING)


def test_a_roll_that_is_as_good_as_new_is_not_low_however_short_it_lasts() -> None:
    """A small roll is empty before staff come again; another one would be so, too."""
    now = MONDAY + 10 * HOUR
    roll = supply(left_cm=1000, roll_cm=1000)
    assert roll.forecast is not None
    assert roll.forecast.earliest < now + 3 * HOUR
    assert not judged(roll, now, EVERY_MORNING)
    roll.used(now, 240)
    assert not judged(roll, now, EVERY_MORNING)
    roll.used(now, 60)
    assert judged(roll, now, EVERY_MORNING)
    roll.refilled(now + HOUR)
    assert not judged(roll, now + HOUR, EVERY_MORNING)


def test_over_a_weekend_without_staff_more_paper_is_needed() -> None:
    friday = MONDAY + timedelta(days=4, hours=17)
    assert EVERY_MORNING.next_shift(friday) == MONDAY + timedelta(days=5, hours=7)
    assert WEEKDAYS.next_shift(friday) == MONDAY + timedelta(days=7, hours=7)


def test_staff_who_are_there_come_again_with_the_next_shift() -> None:
    assert WEEKDAYS.next_shift(MONDAY + 7 * HOUR) == MONDAY + timedelta(days=1, hours=7)


def test_without_working_hours_low_is_a_tenth_of_the_roll() -> None:
    assert supply(left_cm=2000).is_low_by_forecast(MONDAY, None)
    assert not supply(left_cm=2001).is_low_by_forecast(MONDAY, None)


@given(st.integers(0, 10**6), st.sampled_from([EVERY_MORNING, None]))
def test_one_roll_is_reported_as_low_at_most_once(
    seed: int, staff: StaffHours | None
) -> None:
    """Whatever is used and measured, over restarts: until there is a new roll."""
    random, now = Random(seed), MONDAY + 6 * HOUR
    roll, rolls = supply(left_cm=None, roll_cm=10_000), 0
    for _ in range(60):
        now += random.choice([1, 20, 240]) * timedelta(minutes=1)
        roll.used(now, random.choice([0, 0, 60, 60, 1500]))
        was_low = roll.low
        match random.randrange(12):
            case 0:
                roll.refilled(now)
            case 1 if roll.left_cm is not None:
                # A coarse sensor moves to and fro by less than a new roll.
                roll.reported(now, roll.left_cm + random.uniform(-2000, 2000))
            case 2:
                roll = PaperSupply.from_dict(roll.as_dict(), now)
                roll.roll_cm = 10_000
        roll.foresee(now)
        roll.judge(now, staff, by_sensors=None)
        assert roll.low or not was_low or len(roll.refills) > rolls
        rolls = len(roll.refills)


def test_what_was_foreseen_to_be_low_stays_so_until_a_new_roll() -> None:
    """A crowd makes the forecast short; when it has gone, the task does not go with it."""
    now, roll = MONDAY + 10 * HOUR, supply(left_cm=6000)
    for _ in range(50):
        roll.used(now, 60)
    assert judged(roll, now, EVERY_MORNING)
    since, later = roll.needed_since, now + 12 * HOUR
    roll.foresee(later)
    assert not roll.is_low_by_forecast(later, EVERY_MORNING)
    assert judged(roll, later, EVERY_MORNING)
    assert roll.needed_since == since
    roll.refilled(later)
    assert judged(roll, later, EVERY_MORNING) is False
    assert roll.time_to_refill == 12 * HOUR


def test_a_sensor_that_sees_no_paper_for_a_moment_leaves_nothing_to_do() -> None:
    """Somebody opened the cover; the forecast says that paper lasts until staff come."""
    now, roll = MONDAY + 10 * HOUR, supply(left_cm=15_000)
    for out in (False, True, True, False):
        roll.judge(now, EVERY_MORNING, by_sensors=None, out=out)
        assert roll.low is out
    assert roll.needed_since is None


def test_no_paper_on_a_roll_that_was_foreseen_to_be_low_does_not_end_it() -> None:
    now, roll = MONDAY + 10 * HOUR, supply(left_cm=6000)
    for _ in range(50):
        roll.used(now, 60)
    for out in (False, True, False):
        roll.judge(now, EVERY_MORNING, by_sensors=None, out=out)
        assert roll.low


def test_other_working_hours_judge_a_roll_anew() -> None:
    now, roll = MONDAY + 10 * HOUR, supply(left_cm=4000)
    in_an_hour = StaffHours(begin=time(11), weekdays=frozenset(range(7)))
    assert judged(roll, now, WEEKDAYS)
    assert judged(roll, now, in_an_hour)
    assert judged(roll, now, in_an_hour, anew=True) is False
    assert roll.needed_since is None


def test_a_sensor_that_sees_paper_again_has_seen_a_new_roll() -> None:
    """Where it decides: a sensor that is away decides nothing."""
    now, roll = MONDAY, supply(left_cm=None, roll_cm=None)
    for by_sensors, low in (
        *((None, None), (False, False), (True, True), (None, True)),
        *((False, False), (None, None), (True, True)),
    ):
        roll.judge(now, None, by_sensors=by_sensors)
        assert roll.low is low


@pytest.mark.parametrize("minutes", [1, 4, 6])
def test_a_low_roll_that_is_reported_twice_counts_once(
    minutes: int,
) -> None:
    """Somebody presses, the old roll is measured once more, and then the new one."""
    now, roll = MONDAY + 10 * HOUR, supply(left_cm=500)
    roll.refilled(now)
    roll.reported(now + HOUR / 120, 500)
    roll.judge(now + HOUR / 120, None, by_sensors=None)
    then = now + timedelta(minutes=minutes)
    roll.reported(then, 20_000)
    roll.judge(then, None, by_sensors=None)
    assert roll.low is False


def test_a_sensor_that_tells_far_more_tells_a_new_roll() -> None:
    roll = supply(left_cm=1500)
    assert roll.reported(MONDAY + 11 * HOUR, 20_000)
    assert roll.refilled_at == MONDAY + 11 * HOUR
    assert roll.left_cm == 20_000


def test_a_sensor_s_own_step_is_no_new_roll() -> None:
    roll = supply(left_cm=15_000)
    assert not roll.reported(MONDAY + 11 * HOUR, 15_200)
    assert roll.refilled_at is None and roll.left_cm == 15_200


def test_the_first_report_after_a_start_is_no_new_roll() -> None:
    roll = supply(left_cm=None)
    assert not roll.reported(MONDAY + 11 * HOUR, 20_000)
    assert roll.refilled_at is None


def test_how_long_a_refill_took_and_how_long_a_roll_lasted_are_kept() -> None:
    roll = supply()
    roll.refilled(MONDAY + 10 * HOUR)
    assert roll.time_to_refill is None and roll.time_between_refills is None
    roll.need(MONDAY + 30 * HOUR, True)
    roll.need(MONDAY + 31 * HOUR, True)
    roll.refilled(MONDAY + 32 * HOUR)
    assert roll.time_to_refill == 2 * HOUR
    assert roll.time_between_refills == 22 * HOUR


def test_a_new_roll_that_is_reported_twice_counts_once() -> None:
    """By its sensor and by a person, in either order, and by a second touch."""
    roll = supply(left_cm=500)
    roll.need(MONDAY, True)
    minute = HOUR / 60
    roll.refilled(MONDAY + 2 * HOUR)
    # The old roll is measured once more, while staff open the dispenser.
    roll.reported(MONDAY + 2 * HOUR + minute, 500)
    roll.need(MONDAY + 2 * HOUR + minute, True)
    roll.reported(MONDAY + 2 * HOUR + 2 * minute, 20_000)
    roll.refilled(MONDAY + 2 * HOUR + 3 * minute)
    assert len(roll.refills) == 1
    assert roll.refilled_at == MONDAY + 2 * HOUR
    assert roll.time_to_refill == 2 * HOUR and roll.time_between_refills is None


def test_a_month_of_many_rolls_is_kept() -> None:
    """Twenty a day at one dispenser; a report tells each of them, also after a restart."""
    roll, rolls = supply(), 31 * 20
    for count in range(rolls):
        roll.refilled(MONDAY + count * 1.2 * HOUR)
    again = PaperSupply.from_dict(roll.as_dict(), MONDAY)
    assert len(roll.refills) == len(again.refills) == rolls


def test_times_are_right_over_a_change_of_the_clocks() -> None:
    """The night in which Berlin sleeps an hour less."""
    zone = ZoneInfo("Europe/Berlin")
    roll = supply(left_cm=0)
    evening = datetime(2026, 3, 28, 20, tzinfo=zone)
    morning = datetime(2026, 3, 29, 8, tzinfo=zone)
    roll.refilled(evening)
    roll.need(evening, True)
    roll.refilled(morning)
    assert roll.time_to_refill == roll.time_between_refills == 11 * HOUR


def test_all_of_it_outlives_a_restart() -> None:
    roll = supply(left_cm=1234.5)
    roll.refilled(MONDAY + 10 * HOUR)
    roll.need(MONDAY + 12 * HOUR, True)
    again = PaperSupply.from_dict(roll.as_dict(), MONDAY + 13 * HOUR)
    assert again.as_dict() == roll.as_dict()
