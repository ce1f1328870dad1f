"""Forecasts of when a roll will be empty, in simulated weeks, compared with the last hour's rate.

    .venv/bin/python -m bench.forecast [--json] [--check]

Three places (office, park, station) with opening hours, a busy and a quiet day, days of
their own level, a holiday and a change of hours. Every three hours while the place is
open a forecast is made and later compared with the true moment. The first week is
reported apart. Check: the range holds the true moment in at least 80 % of the cases, and
the median error is at most 15 % of the time that was left; of weeks 2 to 10 together, in
which the holiday and the change of hours lie.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import json
import math
from random import Random
from statistics import median
import sys
from typing import Any, Final

from custom_components.facequota.site.paper_forecast import UsageProfile

ROLL_CM: Final = 20_000.0
WEEKS: Final = 10
BEGIN: Final = datetime(2026, 3, 2)  # a Monday
HOLIDAY: Final = {4 * 7 + 2, 7 * 7 + 4}  # days of the run that stay closed
CHANGE: Final = 6 * 7  # from this day on the place opens and closes two hours later
STEP: Final = timedelta(minutes=1)
EVERY: Final = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Portions a minute by local time, and how much a whole day varies."""

    portions: Callable[[int, float], float]
    spread: float


def _hump(hour: float, middle: float, width: float) -> float:
    return math.exp(-(((hour - middle) / width) ** 2))


def _office(day: int, hour: float) -> float:
    if day > 4 or not 7 <= hour < 19:
        return 0.0
    return 0.15 + 0.6 * _hump(hour, 10, 1.2) + 0.7 * _hump(hour, 13, 1.0)


def _park(day: int, hour: float) -> float:
    if not 8 <= hour < 20:
        return 0.0
    return (2.4 if day > 4 else 0.9) * _hump(hour, 14.5, 3.5)


def _station(day: int, hour: float) -> float:
    if not 5 <= hour < 24:
        return 0.02
    rush = 0.0 if day > 4 else 1.2 * _hump(hour, 8, 1.0) + 1.0 * _hump(hour, 17.5, 1.3)
    return 0.5 + rush


PLACES: Final = {
    "office": Place(portions=_office, spread=0.12),
    "park": Place(portions=_park, spread=0.3),
    "station": Place(portions=_station, spread=0.08),
}


@dataclass(slots=True, kw_only=True)
class Forecasts:
    """Errors of many forecasts: relative to the time that was left, and hits."""

    errors: list[float] = field(default_factory=list)
    naive: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)

    def row(self) -> dict[str, float]:
        """Return the figures of a table's row."""
        return {
            "forecasts": len(self.errors),
            "inside": sum(self.hits) / max(1, len(self.hits)),
            "error": median(self.errors or [math.nan]),
            "last_hour": median(self.naive or [math.nan]),
        }


def run(name: str, seed: int) -> tuple[Forecasts, Forecasts]:
    """Return the forecasts of a place's first week, and of those after it."""
    place, random = PLACES[name], Random(f"{name} {seed}")
    profile = UsageProfile(BEGIN)
    first, later = Forecasts(), Forecasts()
    now, left, level = BEGIN, ROLL_CM, 1.0
    last_hour: list[tuple[datetime, float]] = []
    waiting: list[tuple[datetime, Any, float]] = []
    while now < BEGIN + timedelta(weeks=WEEKS):
        day = (now - BEGIN).days
        if now.hour == now.minute == 0:
            level = random.lognormvariate(0, place.spread)
        hour = now.hour + now.minute / 60 - (2 if day >= CHANGE else 0)
        rate = 0.0 if day in HOLIDAY else level * place.portions(now.weekday(), hour)
        for _ in range(_poisson(random, rate)):
            cm = 60.0
            profile.add(now, cm)
            last_hour.append((now, cm))
            left -= cm
        profile.follow(now)
        if left <= 0:
            for made, forecast, by_rate in waiting:
                took = (now - made) / timedelta(hours=1)
                into = first if made < BEGIN + timedelta(weeks=1) else later
                into.errors.append(abs((forecast.at - now) / timedelta(hours=1)) / took)
                into.naive.append(abs(by_rate - took) / took)
                latest = forecast.latest or datetime.max
                into.hits.append(forecast.earliest <= now <= latest)
            waiting.clear()
            left = ROLL_CM
        elif (
            now.minute == 0
            and now.hour % 3 == 0
            and place.portions(now.weekday(), now.hour) > 0.1
        ):
            while last_hour and last_hour[0][0] < now - timedelta(hours=1):
                last_hour.pop(0)
            used = sum(cm for _, cm in last_hour)
            by_rate = left / used if used else float(24 * 60)
            if (forecast := profile.forecast(now, left)) is not None:
                waiting.append((now, forecast, by_rate))
        now += STEP
    return first, later


def _poisson(random: Random, mean: float) -> int:
    """Return how many events of a Poisson law happen."""
    limit, count, product = math.exp(-mean), 0, random.random()
    while product > limit:
        product *= random.random()
        count += 1
    return count


def main() -> None:
    """Print the table; with --check end with 1 where a figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seeds", type=int, default=6)
    options = parser.parse_args()
    rows: dict[str, dict[str, dict[str, float]]] = {}
    for name in PLACES:
        first, later = Forecasts(), Forecasts()
        for seed in range(options.seeds):
            for total, part in zip((first, later), run(name, seed), strict=True):
                total.errors += part.errors
                total.naive += part.naive
                total.hits += part.hits
        rows[name] = {"first week": first.row(), "weeks 2 to 10": later.row()}
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        print("place    weeks            forecasts  inside  error  by last hour's rate")
        for name, parts in rows.items():
            for when, row in parts.items():
                print(
                    f"{name:8} {when:15} {row['forecasts']:10} {row['inside']:6.0%} "
                    f"{row['error']:6.1%} {row['last_hour']:10.0%}"
                )
    missed = [
        f"{name}, {when}: {row['inside']:.0%} inside, error {row['error']:.0%}"
        for name, parts in rows.items()
        for when, row in parts.items()
        if row["inside"] < 0.8 or row["error"] > 0.15
    ]
    if options.check and missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
