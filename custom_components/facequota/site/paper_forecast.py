"""When a roll will be empty: a profile of the week, learnt from what was dispensed.

Pure arithmetic. Times are local wall-clock datetimes, lengths are cm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import math
from typing import Any, Final, Self

HOURS: Final = 24
SLOTS: Final = 7 * HOURS
HOUR: Final = timedelta(hours=1)
# The hours of the two kinds of days: weekdays and weekends.
KINDS: Final = (range(5 * HOURS), range(5 * HOURS, SLOTS))

# What is expected before anything was seen, in cm an hour, and how many hours of
# observation it counts for: less than the first morning.
FIRST_CM_PER_HOUR: Final = 300.0
FIRST_WEIGHT: Final = 1.0
# The shape of a day that is assumed at first: closed at night, most at one o'clock, in the
# middle of hour 12 (mean 1).
_DAY: Final = tuple(
    max(0.02, 2.1 * math.exp(-(((hour - 12.5) / 5.0) ** 2))) for hour in range(HOURS)
)
FIRST_SHAPE: Final = tuple(share * HOURS / sum(_DAY) for share in _DAY)
# How many observed hours the coarser estimate counts for when the next finer one is
# made. From the assumed shape to the same hour of any day: one day's hour tells more
# about the next day's than any shape. Then to the same kind of day, and to the same
# day.
SHAPE_SHRINKAGE: Final = 0.1
SHRINKAGE: Final = 1.5
# One week later an observation counts for this much: after six weeks for a quarter.
WEEKLY_DECAY: Final = 0.8
# A day that is busier or quieter than usual: the ratio forgets and fades with these.
LEVEL_HALF_LIFE_H: Final = 5.0
LEVEL_FADES_H: Final = 10.0
# This many hours of usual use are added to both sides of the ratio, against chance.
LEVEL_PRIOR_H: Final = 1.5
# The relative error of a forecast (standard deviation of its logarithm) before any was
# measured, its bounds, and how fast measured errors replace it.
FIRST_ERROR: Final = 0.65
MIN_ERROR: Final = 0.06
MAX_ERROR: Final = 0.8
ERROR_RATE: Final = 0.1
# The range holds the true moment in more than 80 of 100 cases (bench/forecast.py).
RANGE: Final = 1.6
# Portions come in lumps: the variance of a length is so many cm times the length.
LUMP_CM: Final = 150.0
# Forecasts further ahead are of no use.
MAX_AHEAD_H: Final = 60 * HOURS
# Hours longer ago than this were not observed.
MAX_GAP: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When the roll will be empty: the most likely time, the earliest and the latest."""

    at: datetime
    earliest: datetime
    latest: datetime | None
    """None if it lasts longer than anybody plans ahead."""


def slot(moment: datetime) -> int:
    """Return the hour of the week: 0 is the first hour of Monday."""
    return moment.weekday() * HOURS + moment.hour


class UsageProfile:
    """How much paper is used in each hour of the week."""

    def __init__(self, now: datetime) -> None:
        """Begin with nothing observed."""
        self._cm = [0.0] * SLOTS
        self._hours = [0.0] * SLOTS
        self._hour = _whole(now)
        self._seen_from = now
        self._in_hour = 0.0
        # Sums over the last hours, fading: the paper used, and the usual use.
        self._used = 0.0
        self._usual = 0.0
        self._day_used = 0.0
        self._day_usual = 0.0
        self._variance = FIRST_ERROR**2

    def add(self, now: datetime, cm: float) -> None:
        """Count paper that came out."""
        self.follow(now)
        self._in_hour += cm

    def follow(self, now: datetime) -> None:
        """Close the hours that have ended; an hour without paper is an observation too."""
        hour = _whole(now)
        if (
            hour.tzinfo != self._hour.tzinfo
            or hour < self._hour
            or hour - self._hour > MAX_GAP
        ):
            # Another time zone, a clock that was set back, or Home Assistant was not running.
            self._hour, self._seen_from, self._in_hour = hour, now, 0.0
            return
        while self._hour < hour:
            self._close()
            self._hour += HOUR
            self._seen_from = self._hour

    def forecast(self, now: datetime, left_cm: float) -> Forecast | None:
        """Return when this much paper will be used up, None if unknown."""
        self.follow(now)
        if left_cm <= 0:
            return Forecast(at=now, earliest=now, latest=now)
        # Two errors that average out over time: the chance of single portions, and
        # unusual days.
        days = max(1.0, left_cm / max(1.0, self._mean() * HOURS))
        error = math.sqrt(self._variance / days + min(1.0, LUMP_CM / left_cm))
        spread = math.exp(RANGE * error)
        rates = self._rates()
        if (at := self._end(now, left_cm, rates)) is None:
            return None
        earliest = self._end(now, left_cm / spread, rates) or at
        # The place may be closed on a kind of day of which none was seen.
        seen = [*rates]
        for kind in KINDS:
            if not any(self._hours[of] for of in kind):
                seen[kind.start : kind.stop] = [0.0] * len(kind)
        return Forecast(
            at=at, earliest=earliest, latest=self._end(now, left_cm * spread, seen)
        )

    def _end(self, now: datetime, cm: float, rates: list[float]) -> datetime | None:
        """Return when this much will be used at these rates; None if far ahead."""
        prior = LEVEL_PRIOR_H * self._mean()
        level = (self._used + self._in_hour + prior) / (
            self._usual + rates[slot(now)] * _part(now) + prior
        )
        begin, ahead = now, 0.0
        while ahead < MAX_AHEAD_H:
            end = _whole(begin) + HOUR
            hours = (end - begin) / HOUR
            fading = 1 + (level - 1) * math.exp(-ahead / LEVEL_FADES_H)
            used = rates[slot(begin)] * fading * hours
            if used and used >= cm:
                return begin + cm / used * hours * HOUR
            cm -= used
            begin, ahead = end, ahead + hours
        return None

    def _close(self) -> None:
        """Add the hour that has ended to the profile."""
        at, rate = slot(self._hour), self._rates()[slot(self._hour)]
        observed = (self._hour + HOUR - self._seen_from) / HOUR
        if observed > 0:
            fade = 0.5 ** (observed / LEVEL_HALF_LIFE_H)
            self._used = self._used * fade + self._in_hour
            self._usual = self._usual * fade + rate * observed
            self._day_used += self._in_hour
            self._day_usual += rate * observed
            self._cm[at] = self._cm[at] * WEEKLY_DECAY + self._in_hour
            self._hours[at] = self._hours[at] * WEEKLY_DECAY + observed
        if self._hour.hour == HOURS - 1:
            self._close_day()
        self._in_hour = 0.0

    def _close_day(self) -> None:
        """Learn how far a day was from its forecast."""
        floor = LUMP_CM
        error = math.log((self._day_used + floor) / (self._day_usual + floor))
        error = max(-MAX_ERROR, min(MAX_ERROR, error))
        self._variance += (error**2 - self._variance) * ERROR_RATE
        self._variance = max(MIN_ERROR**2, self._variance)
        self._day_used = self._day_usual = 0.0

    def _mean(self) -> float:
        """Return the mean of cm an hour over all observations."""
        weighted = sum(
            hours * FIRST_SHAPE[at % HOURS] for at, hours in enumerate(self._hours)
        )
        return (sum(self._cm) + FIRST_CM_PER_HOUR * FIRST_WEIGHT) / (
            weighted + FIRST_WEIGHT
        )

    def _rates(self) -> list[float]:
        """Return the usual cm an hour of each hour of the week.

        Estimates are shrunk from coarse to fine: an hour of the week that was observed
        once is estimated mostly from the same hour of other days; one that was observed
        for weeks from itself.
        """
        mean = self._mean()
        rates = [0.0] * SLOTS
        for hour in range(HOURS):
            every = range(hour, SLOTS, HOURS)
            at_all = self._shrunk(every, mean * FIRST_SHAPE[hour], SHAPE_SHRINKAGE)
            for kind in KINDS:
                alike = kind[hour::HOURS]
                like = self._shrunk(alike, at_all)
                for at in alike:
                    rates[at] = self._shrunk([at], like)
        return rates

    def _shrunk(
        self, slots: Sequence[int], coarser: float, weight: float = SHRINKAGE
    ) -> float:
        cm = sum(self._cm[at] for at in slots)
        hours = sum(self._hours[at] for at in slots)
        return (cm + weight * coarser) / (hours + weight)

    def as_dict(self) -> dict[str, Any]:
        """Return the profile as plain values."""
        return {
            "cm": [round(one, 1) for one in self._cm],
            "hours": [round(one, 3) for one in self._hours],
            "variance": round(self._variance, 5),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], now: datetime) -> Self:
        """Restore a stored profile; the time since then was not observed.

        Raises KeyError, TypeError or ValueError for an invalid profile.
        """
        profile = cls(now)
        cm, hours = ([float(one) for one in stored[key]] for key in ("cm", "hours"))
        variance = float(stored["variance"])
        if {len(cm), len(hours)} != {SLOTS} or not all(
            math.isfinite(one) and one >= 0 for one in (*cm, *hours, variance)
        ):
            raise ValueError("not a week of finite lengths")
        profile._cm, profile._hours, profile._variance = cm, hours, variance
        return profile


def _whole(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _part(moment: datetime) -> float:
    """Return how much of its hour has passed, from 0 to 1."""
    return (moment - _whole(moment)) / HOUR
