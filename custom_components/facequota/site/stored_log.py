"""Reads a site's stored log; parts that cannot be read begin again, empty."""

from collections.abc import Callable, Mapping
from dataclasses import fields
import math
from typing import Any, Final

from custom_components.facequota.const import ATTR_TIME, Lane
from homeassistant.util import dt as dt_util

from .lanes import LaneFigures
from .settings_log import Settings

RECEIPT_KEYS: Final = frozenset(
    {ATTR_TIME, "cause", "faces", "reservations", "older_than"}
)
DECISION_KEYS: Final = frozenset({ATTR_TIME, "setting", "dispenser", "old", "new"})
FIGURES: Final = frozenset(one.name for one in fields(LaneFigures))


class StoredLog:
    """The parts of a log, each as it is used; `damaged` if something could not be read."""

    def __init__(self, stored: object) -> None:
        """Read each part separately; these three exist since the first version."""
        known = stored if isinstance(stored, dict) else {}
        self.damaged = not {"receipts", "expired", "lanes"} <= known.keys()
        self.receipts = self._items(known.get("receipts", []), RECEIPT_KEYS)
        self.decisions = self._items(known.get("decisions", []), DECISION_KEYS)
        self.settings: Settings = self._groups(known.get("settings", {}))
        self.expired: dict[str, int] = self._each(known.get("expired", {}), _is_count)
        most = known.get("most_faces", 0)
        self.most_faces: int = most if _is_count(most) else 0
        self.damaged |= not _is_count(most)
        lanes = self._groups(known.get("lanes", {}), frozenset(Lane))
        self.lanes: dict[str, dict[str, float]] = {
            lane: self._each(one, _is_number, FIGURES) for lane, one in lanes.items()
        }
        self.unrecognised: dict[str, int] = self._each(
            known.get("unrecognised", {}), _is_count
        )
        self.totals = self._figures(known.get("totals", {}))
        self.counters = self._figures(known.get("counters", {}))

    def _items(self, items: object, keys: frozenset[str]) -> list[dict[str, Any]]:
        """Return the records that have a time and these keys."""
        listed = items if isinstance(items, list) else []
        read = [one for one in listed if _is_record(one, keys)]
        self.damaged |= not isinstance(items, list) or len(read) < len(listed)
        return read

    def _figures(self, values: object) -> dict[str, dict[str, float]]:
        """Return the figures of each dispenser by their keys."""
        return {
            dispenser: self._each(one, _is_number)
            for dispenser, one in self._groups(values).items()
        }

    def _groups(
        self, values: object, keys: frozenset[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        """Return the values that are dictionaries themselves."""
        return self._each(values, lambda one: isinstance(one, dict), keys)

    def _each[T](
        self,
        values: object,
        is_good: Callable[[Any], bool],
        keys: frozenset[str] | None = None,
    ) -> dict[str, T]:
        """Return the values that are valid and have these keys, if keys are given."""
        named: Mapping[str, T] = values if isinstance(values, dict) else {}
        read = {
            key: value
            for key, value in named.items()
            if (keys is None or key in keys) and is_good(value)
        }
        self.damaged |= not isinstance(values, dict) or len(read) < len(named)
        return read


def _is_record(one: object, keys: frozenset[str]) -> bool:
    return (
        isinstance(one, dict)
        and keys <= one.keys()
        and isinstance(one[ATTR_TIME], str)
        and dt_util.parse_datetime(one[ATTR_TIME]) is not None
    )


def _is_number(one: object) -> bool:
    return (
        isinstance(one, int | float)
        and not isinstance(one, bool)
        and math.isfinite(one)
        and one >= 0
    )


def _is_count(one: object) -> bool:
    return isinstance(one, int) and _is_number(one)
