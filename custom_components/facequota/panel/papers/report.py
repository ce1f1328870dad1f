"""A site's week or month in figures, from Home Assistant's long-term statistics.

Nothing in it is about a person: it adds up counters by the hour.
"""

from collections.abc import Iterable
import csv
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
import io
from typing import Any, Final

from custom_components.facequota.site.lanes import Equality
from custom_components.facequota.site.moments import elapsed
from custom_components.facequota.site.site import Site
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

COUNTERS: Final = (
    *("portions_granted", "portions_refused"),
    *("portions_without_face", "portions_urgent"),
)
PAPER_LEFT: Final = "paper_left"
HOURS: Final = 24


class Period(StrEnum):
    """The period of a report: whole days that end with the last midnight."""

    WEEK = "week"
    MONTH = "month"

    def ending(self, now: datetime) -> tuple[datetime, datetime]:
        """Return beginning and end; on the first of a month, of the whole month before."""
        end = dt_util.start_of_local_day(now)
        if self is Period.WEEK:
            return dt_util.start_of_local_day(end - timedelta(days=7)), end
        last = end - timedelta(days=1)
        begin = last.replace(day=1) if end.day == 1 else end - timedelta(days=30)
        return dt_util.start_of_local_day(begin), end


@dataclass(slots=True, kw_only=True)
class Paper:
    """Paper at one dispenser: hours with paper, hours that are known, and refills."""

    name: str
    hours_with: int = 0
    hours_known: int = 0
    refills: int = 0
    mean_refill_s: float | None = None

    @property
    def share_with(self) -> float | None:
        """Return the share of hours in which there was paper."""
        return self.hours_with / self.hours_known if self.hours_known else None


@dataclass(slots=True, kw_only=True)
class Report:
    """The figures of a period; by_hour are visitors, weekday 0 is Monday.

    hours_counted are the hours of which Home Assistant has statistics: none of them is
    another thing than no visitor.
    """

    name: str
    period: Period
    begin: datetime
    end: datetime
    hours_counted: int = 0
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTERS, 0))
    by_hour: list[list[int]] = field(
        default_factory=lambda: [[0] * HOURS for _ in range(7)]
    )
    hours: dict[str, dict[str, int]] = field(default_factory=dict)
    paper: list[Paper] = field(default_factory=list)
    purges: int = 0
    faces_purged: int = 0
    faces_forgotten: int = 0
    equality: Equality = Equality.TOO_FEW
    decisions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last_day(self) -> datetime:
        """Return the last day of the period; end is the midnight after it."""
        return self.end - timedelta(days=1)

    @property
    def hours_total(self) -> int:
        """Return how many hours the period has; some days have 23 or 25."""
        return round(elapsed(self.begin, self.end) / timedelta(hours=1))

    @property
    def visitors(self) -> int:
        """Return how many visitors asked for paper and got an answer."""
        return self.totals["portions_granted"] + self.totals["portions_refused"]

    @property
    def busiest(self) -> int:
        """Return the visitors of the busiest hour of the week, at least 1."""
        return max(1, *(count for day in self.by_hour for count in day))

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for an action's answer."""
        return {
            **asdict(self),
            "begin": self.begin.isoformat(),
            "end": self.end.isoformat(),
            "hours_total": self.hours_total,
            "visitors": self.visitors,
        }

    def as_csv(self) -> str:
        """Return a line for each hour in which something was counted."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["hour", *COUNTERS])
        for hour, counted in sorted(self.hours.items()):
            writer.writerow([hour, *(counted.get(key, 0) for key in COUNTERS)])
        return text.getvalue()


async def async_report(hass: HomeAssistant, site: Site, period: Period) -> Report:
    """Return the report of a site over the period that ends with the last midnight."""
    begin, end = period.ending(dt_util.now())
    report = Report(name=site.entry.title, period=period, begin=begin, end=end)
    statistics = statistic_ids(hass, site, (*COUNTERS, PAPER_LEFT))
    rows: dict[str, list[Any]] = {}
    if statistics and "recorder" in hass.config.components:
        rows = await get_instance(hass).async_add_executor_job(
            statistics_during_period,
            hass,
            dt_util.as_utc(begin),
            dt_util.as_utc(end),
            set(statistics),
            "hour",
            {"distance": UnitOfLength.CENTIMETERS},
            {"change", "max"},
        )
    papers = {
        key: Paper(name=one.subentry.title) for key, one in site.dispensers.items()
    }
    counted = set()
    for statistic_id, hours in rows.items():
        dispenser_id, key = statistics[statistic_id]
        for row in hours:
            if key == PAPER_LEFT:
                papers[dispenser_id].hours_known += 1
                papers[dispenser_id].hours_with += (row.get("max") or 0) > 0
                continue
            counted.add(row["start"])
            if change := round(row.get("change") or 0):
                _count(report, key, dt_util.as_local(_moment(row["start"])), change)
    report.hours_counted = len(counted)
    _refills(report, site, papers)
    _log(report, site)
    report.paper = list(papers.values())
    return report


def statistic_ids(
    hass: HomeAssistant, site: Site, keys: Iterable[str]
) -> dict[str, tuple[str, str]]:
    """Return dispenser and key of each statistic of a site, by its entity id."""
    wanted = set(keys)
    return {
        one.entity_id: (one.config_subentry_id, one.translation_key)
        for one in er.async_entries_for_config_entry(
            er.async_get(hass), site.entry.entry_id
        )
        if one.domain == "sensor"
        and one.config_subentry_id in site.dispensers
        and one.translation_key in wanted
    }


def _count(report: Report, key: str, hour: datetime, change: int) -> None:
    report.totals[key] += change
    counted = report.hours.setdefault(f"{hour:%Y-%m-%d %H:00}", {})
    counted[key] = counted.get(key, 0) + change
    if key in ("portions_granted", "portions_refused"):
        report.by_hour[hour.weekday()][hour.hour] += change


def _refills(report: Report, site: Site, papers: dict[str, Paper]) -> None:
    for key, one in site.dispensers.items():
        took = []
        for time, seconds in one.roll.supply.refills:
            if report.begin <= datetime.fromisoformat(time) < report.end:
                papers[key].refills += 1
                took += [] if seconds is None else [seconds]
        if took:
            papers[key].mean_refill_s = sum(took) / len(took)


def _log(report: Report, site: Site) -> None:
    """Add the figures that the site log has of the period."""
    begin, end = report.begin.isoformat(), report.end.isoformat()

    def within(time: str) -> bool:
        return begin <= dt_util.as_local(datetime.fromisoformat(time)).isoformat() < end

    receipts = [one for one in site.log.receipts if within(one["time"])]
    report.purges = len(receipts)
    report.faces_purged = sum(one["faces"] for one in receipts)
    report.faces_forgotten = sum(
        count for day, count in site.log.expired.items() if begin[:10] <= day < end[:10]
    )
    report.decisions = [one for one in site.log.decisions if within(one["time"])]
    report.equality = site.log.lanes.equality


def _moment(start: float | datetime) -> datetime:
    return start if isinstance(start, datetime) else dt_util.utc_from_timestamp(start)
