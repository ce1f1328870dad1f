"""Unusual use is reported; a crowd, or a quiet place, causes no alarm."""

from itertools import accumulate, repeat
from math import exp, factorial

import pytest

from custom_components.facequota.site.usage import SPAN_S, UsageRate, at_least


def taken(rate: UsageRate, *, begin: float, every_s: float, number: int) -> float:
    """Take portions at a steady pace; return the time of the last one."""
    times = accumulate(repeat(every_s, number - 1), initial=begin)
    for now in times:
        rate.portion(now)
    return now


def test_an_emptied_roll_is_unusual_until_the_portions_are_old() -> None:
    rate = UsageRate(0)
    now = taken(rate, begin=10, every_s=4, number=60)
    assert rate.is_unusual(now)
    assert not rate.is_unusual(now + SPAN_S)


def test_a_family_is_not_unusual_however_quiet_the_place() -> None:
    """After days without anybody."""
    rate = UsageRate(0)
    assert not rate.is_unusual(7 * 24 * 3600)
    now = taken(rate, begin=7 * 24 * 3600, every_s=30, number=9)
    assert not rate.is_unusual(now)


def test_usual_use_is_not_an_alarm() -> None:
    """Sixty portions in ten minutes, all day long."""
    rate = UsageRate(0)
    now = taken(rate, begin=0, every_s=10, number=6 * 60 * 24 * 2)
    assert not rate.is_unusual(now)
    now = taken(rate, begin=now + 1, every_s=2, number=300)
    assert rate.is_unusual(now)


@pytest.mark.parametrize(("count", "mean"), [(1, 0.5), (3, 2.0), (10, 10.0), (30, 10)])
def test_the_chance_is_poissons(count: int, mean: float) -> None:
    below = sum(exp(-mean) * mean**k / factorial(k) for k in range(count))
    assert at_least(count, mean) == pytest.approx(1 - below, abs=1e-12)
