"""A site's visitors by hour: today, and usually on this day of the week.

From the statistics that Home Assistant's recorder keeps; nothing in them is about a person.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from custom_components.facequota.const import Lane
from custom_components.facequota.site.site import Site
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .papers.report import COUNTERS, HOURS, statistic_ids

REFUSED: Final = "refused"
# So many of the same weekday are compared, so that one holiday among them does not
# decide.
USUAL_WEEKS: Final = 4
# The kind of visitors that each counter counts; the first one counts the portions of
# all lanes.
_KINDS: Final = dict(
    zip(COUNTERS, (Lane.FACE, REFUSED, Lane.OPEN, Lane.URGENT), strict=True)
)

type ByHour = dict[str, list[int]]


async def async_hours(
    hass: HomeAssistant, site: Site, may_read: Callable[[str], bool]
) -> dict[str, Any]:
    """Return visitors by kind in each hour of today, and how many are usual in each.

    Only counters that the user may read are included. usual is None until this weekday
    was counted once; now is the present hour. recorded says if anything of today is: no
    figures are another thing than no visitors.
    """
    kinds = {
        one: _KINDS[key]
        for one, (_, key) in statistic_ids(hass, site, COUNTERS).items()
        if may_read(one)
    }
    now = dt_util.now()
    today: ByHour = {kind: [0] * HOURS for kind in _KINDS.values()}
    usual, recorded = None, False
    if kinds and "recorder" in hass.config.components:
        today, usual, recorded = await get_instance(hass).async_add_executor_job(
            _read, hass, kinds, dt_util.start_of_local_day(now)
        )
    return {"now": now.hour, "today": today, "usual": usual, "recorded": recorded}


def _read(
    hass: HomeAssistant, kinds: dict[str, str], midnight: datetime
) -> tuple[ByHour, list[float] | None, bool]:
    # Hourly statistics exist only for hours that are over; for the rest use five minutes.
    over, hours = _day(hass, kinds, midnight, "hour")
    since, minutes = _day(hass, kinds, midnight, "5minute")
    today = {
        kind: [max(both) for both in zip(over[kind], since[kind], strict=True)]
        for kind in over
    }
    days = []
    for week in range(1, USUAL_WEEKS + 1):
        begin = dt_util.start_of_local_day(midnight.date() - timedelta(weeks=week))
        counted, known = _day(hass, kinds, begin, "hour")
        if known:
            days.append(_visitors(counted))
    if not days:
        return today, None, hours or minutes
    usual = [sum(hour) / len(days) for hour in zip(*days, strict=True)]
    return today, usual, hours or minutes


def _day(
    hass: HomeAssistant, kinds: dict[str, str], begin: datetime, period: Any
) -> tuple[ByHour, bool]:
    """Return the counts of a day, and if there are any statistics of it."""
    end = dt_util.start_of_local_day(begin.date() + timedelta(days=1))
    rows = statistics_during_period(
        hass,
        dt_util.as_utc(begin),
        dt_util.as_utc(end),
        set(kinds),
        period,
        None,
        {"change"},
    )
    counted: ByHour = {kind: [0] * HOURS for kind in _KINDS.values()}
    for statistic_id, hours in rows.items():
        for row in hours:
            hour = dt_util.as_local(dt_util.utc_from_timestamp(row["start"])).hour
            counted[kinds[statistic_id]][hour] += round(row.get("change") or 0)
    for hour, other in enumerate(_sum(counted, (Lane.OPEN, Lane.URGENT))):
        counted[Lane.FACE][hour] = max(0, counted[Lane.FACE][hour] - other)
    return counted, bool(rows)


def _visitors(counted: ByHour) -> list[int]:
    return _sum(counted, counted)


def _sum(counted: ByHour, kinds: Iterable[str]) -> list[int]:
    return [sum(hour) for hour in zip(*(counted[kind] for kind in kinds), strict=True)]
