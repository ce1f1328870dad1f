"""Lengths, numbers, days and times as people in this house write them.

By Home Assistant's units, country and time zone, in one of our languages. The page in
the frontend follows the user's own settings instead (panel/frontend/words.js).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Self

from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import DistanceConverter

from .languages import LANGUAGES, Written, served

_CM: Final = UnitOfLength.CENTIMETERS


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFormat:
    """How a house with these settings writes for readers of one language."""

    written: Written
    country: str | None
    unit: str
    """The unit of a portion: centimetres, or inches with US customary units."""

    @classmethod
    def of(cls, hass: HomeAssistant, language: str | None = None) -> Self:
        """Return the format for a language tag, Home Assistant's own by default."""
        config = hass.config
        return cls(
            written=LANGUAGES[served(language or config.language)],
            country=config.country,
            unit=config.units.get_converted_unit("distance", _CM) or _CM,
        )

    def number(self, value: float) -> str:
        """Return a number without trailing zeros: 60, 7.5, 10,000."""
        text = f"{value:,.1f}".removesuffix(".0")
        if self.country in self.written.point_in:
            return text
        marks = {ord("."): self.written.decimal, ord(","): self.written.thousands}
        return text.translate(marks)

    @property
    def unit_name(self) -> str:
        """Return the name of the unit of lengths."""
        written = self.written
        return written.centimetres if self.unit == _CM else written.inches

    def in_unit(self, cm: float) -> float:
        """Return a length in the unit of lengths."""
        return DistanceConverter.convert(cm, _CM, self.unit)

    def length(self, cm: float) -> str:
        """Return a length with its unit: 60 cm, 23.6 inches."""
        return f"{self.number(self.in_unit(cm))} {self.unit_name}"

    def minutes(self, seconds: float) -> str:
        """Return seconds as minutes, rounded up: the age of a face is never understated."""
        return self.number(-(-seconds // 6) / 10)

    def day(self, day: date | str) -> str:
        """Return a day; as text it is in ISO 8601."""
        written = self.written
        on = date.fromisoformat(day) if isinstance(day, str) else day
        return f"{on:{written.date_in.get(self.country or '', written.date)}}"

    @property
    def twelve_hours(self) -> bool:
        """Return if the clock has twelve hours."""
        countries = self.written.twelve_hours_in
        return countries is None or self.country in countries

    def time(self, moment: datetime) -> str:
        """Return the time of day, to the minute: 15:05, 3:05 PM."""
        local = dt_util.as_local(moment)
        if not self.twelve_hours:
            return f"{local:%H:%M}"
        return self.written.twelve_hours.format(
            time=f"{local.hour % 12 or 12}:{local:%M}",
            half=self.written.halves[local.hour >= 12],
        )

    def not_before(self, moment: datetime) -> str:
        """Return a time of day, rounded up, so that no visitor is told to come too early.

        A clock of 24 hours shows seconds. A clock of twelve hours with seconds is too
        long for a small display, so it is rounded up to the minute. AM and PM are
        written in letters that every display has; where that is not possible, the clock
        has 24 hours.
        """
        if self.twelve_hours and "".join(self.written.halves).isascii():
            return self.time(moment + timedelta(minutes=1) - timedelta(microseconds=1))
        return f"{dt_util.as_local(moment):%H:%M:%S}"

    def moment(self, value: datetime | str) -> str:
        """Return day and time; as text it is in ISO 8601."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        local = dt_util.as_local(moment)
        return f"{self.day(local)} {self.time(local)}"
