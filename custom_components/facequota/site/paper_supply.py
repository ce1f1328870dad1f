"""How much paper a dispenser has left, when it is empty, and how it is refilled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
import math
from typing import Any, Final, Self

from .moments import as_moment, elapsed
from .paper_forecast import Forecast, UsageProfile

# A sensor that shows this much more than was left, as a share of the roll: a new roll.
# A coarse sensor's own steps are below it.
NEW_ROLL_SHARE: Final = 0.25
# Without working hours of the staff: low is this share of the roll.
LOW_SHARE: Final = 0.1
# Thirty rolls a day for a month, so that a month's report is whole.
MAX_REFILLS: Final = 1000
# One new roll may be reported twice: by its sensor and by a person, or by two touches.
SAME_ROLL: Final = timedelta(minutes=5)
HALF_A_DAY: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffHours:
    """When staff come: the time of day, and the weekdays (0 is Monday)."""

    begin: time
    weekdays: frozenset[int]

    def next_shift(self, now: datetime) -> datetime | None:
        """Return when staff come next; during a shift, that is the next shift."""
        for days in range(8):
            day = now.date() + timedelta(days=days)
            begin = datetime.combine(day, self.begin, now.tzinfo)
            if day.weekday() in self.weekdays and begin > now:
                return begin
        return None


class PaperSupply:
    """The roll of one dispenser. Times are aware local datetimes, lengths are cm."""

    def __init__(self, profile: UsageProfile) -> None:
        """Start without data about the roll."""
        self.profile = profile
        self.roll_cm: float | None = None
        self.left_cm: float | None = None
        self.refilled_at: datetime | None = None
        self.needed_since: datetime | None = None
        """Since when a new roll is needed: the roll is low or empty."""
        self.low: bool | None = None
        """If a new roll is needed; None if nothing can tell."""
        self.time_to_refill: timedelta | None = None
        """How long it took the last time from low or empty to the new roll."""
        self.time_between_refills: timedelta | None = None
        self.refills: list[tuple[str, float | None]] = []
        """When, and after how many seconds of need, None where it was not needed yet."""
        self._forecast: Forecast | None = None
        # It is needed only because a sensor sees no paper.
        self._only_out = False

    def used(self, now: datetime, cm: float) -> None:
        """Count paper that came out."""
        self.profile.add(now, cm)
        if self.left_cm is not None:
            self.left_cm = max(0.0, self.left_cm - cm)
        self.foresee(now)

    def reported(self, now: datetime, cm: float) -> bool:
        """Take the length that a sensor shows; return if that is a new roll."""
        before, roll = self.left_cm, self.roll_cm
        new = before is not None and cm - before > NEW_ROLL_SHARE * (
            roll or max(cm, 1.0)
        )
        if new:
            self._refill(now)
        self.left_cm = max(0.0, cm)
        self.foresee(now)
        return new

    def refilled(self, now: datetime) -> None:
        """Count from a new roll that a person reports."""
        self._refill(now)
        self.left_cm = self.roll_cm
        self.foresee(now)

    def judge(
        self,
        now: datetime,
        staff: StaffHours | None,
        *,
        by_sensors: bool | None,
        out: bool = False,
        anew: bool = False,
    ) -> None:
        """Decide if a new roll is needed: by the forecast, else by the sensors.

        A forecast goes up and down. Once it has said that a new roll is needed, this
        stays true until there is a new roll, or until it is to be judged anew: staff have
        other working hours, or the length of a roll was corrected.
        out: a sensor sees no paper, whatever the forecast says; what only that said ends
        when it sees paper again.
        """
        foreseen = self.is_low_by_forecast(now, staff)
        if foreseen is None or (staff is None and by_sensors is not None):
            low, ends = by_sensors, by_sensors is not None
        else:
            low, ends = (
                foreseen or out,
                anew or self._only_out,
            )
            self._only_out = not foreseen and (
                self._only_out or self.needed_since is None
            )
        if low or ends:
            self.need(now, bool(low))
        self.low = low if self.needed_since is None else True

    def need(self, now: datetime, needed: bool) -> None:
        """Store whether a new roll is needed, and since when."""
        if not needed:
            self.needed_since = None
        elif self.needed_since is None:
            self.needed_since = now

    def foresee(self, now: datetime) -> None:
        """Compute the forecast again."""
        self.profile.follow(now)
        self._forecast = (
            None if self.left_cm is None else self.profile.forecast(now, self.left_cm)
        )

    @property
    def forecast(self) -> Forecast | None:
        """Return when the roll will be empty, None if unknown."""
        return self._forecast

    def is_low_by_forecast(
        self, now: datetime, staff: StaffHours | None
    ) -> bool | None:
        """Return if it will be empty before staff come again; None if unknown.

        A roll that is nearly new is not low, however short it lasts: another new roll
        would not help.
        """
        if self.left_cm is None:
            return None
        if staff is None:
            return (
                None if not self.roll_cm else self.left_cm <= LOW_SHARE * self.roll_cm
            )
        shift = staff.next_shift(now)
        if shift is None or self._forecast is None:
            return self.left_cm <= 0
        as_good_as_new = self.roll_cm is not None and (
            self.roll_cm - self.left_cm < NEW_ROLL_SHARE * self.roll_cm
        )
        return self._forecast.earliest < shift and not as_good_as_new

    def _refill(self, now: datetime) -> None:
        needed_since, self.needed_since = self.needed_since, None
        if self.refilled_at is not None:
            lasted = elapsed(self.refilled_at, now)
            if timedelta() <= lasted < SAME_ROLL:
                return
            self.time_between_refills = lasted
        took = None if needed_since is None else elapsed(needed_since, now)
        if took is not None:
            self.time_to_refill = took
        self.refills.append((now.isoformat(), _seconds(took)))
        del self.refills[:-MAX_REFILLS]
        self.refilled_at = now

    def as_dict(self) -> dict[str, Any]:
        """Return what outlives a restart, as plain values."""
        return {
            "profile": self.profile.as_dict(),
            "left_cm": self.left_cm,
            "roll_cm": self.roll_cm,
            "refilled_at": _iso(self.refilled_at),
            "refills": self.refills,
            "needed_since": _iso(self.needed_since),
            "time_to_refill_s": _seconds(self.time_to_refill),
            "time_between_refills_s": _seconds(self.time_between_refills),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], now: datetime) -> Self:
        """Restore the state of the last run.

        Raises KeyError, TypeError, ValueError or OverflowError for data that was never
        stored here.
        """
        supply = cls(UsageProfile.from_dict(stored["profile"], now))
        left = stored["left_cm"]
        supply.left_cm = None if left is None else max(0.0, _finite(left))
        roll = stored.get("roll_cm")
        supply.roll_cm = None if roll is None else _finite(roll)
        supply.refilled_at = _moment(stored["refilled_at"])
        supply.refills = [
            (as_moment(time).isoformat(), None if took is None else _finite(took))
            for time, took in stored.get("refills", ())
        ]
        supply.needed_since = _moment(stored["needed_since"])
        supply.time_to_refill = _span(stored["time_to_refill_s"])
        supply.time_between_refills = _span(stored["time_between_refills_s"])
        return supply


def rounded_forecast(moment: datetime, now: datetime) -> datetime:
    """Return a forecast in steps of ten minutes; in steps of an hour when it is half a day away or more.

    A forecast is not more exact, and each new value is a line in Home Assistant's activity.
    """
    step = 10 if moment - now < HALF_A_DAY else 60
    return moment.replace(minute=moment.minute // step * step, second=0, microsecond=0)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds())


def _moment(text: str | None) -> datetime | None:
    return None if text is None else as_moment(text)


def _finite(value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=float(seconds))
