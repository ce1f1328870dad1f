"""Lengths, numbers, days and times as a house and a language write them."""

from datetime import UTC, datetime

import pytest

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.local_format import LocalFormat
from homeassistant.util import dt as dt_util


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the house stand where the clock shows UTC."""
    monkeypatch.setattr(dt_util, "DEFAULT_TIME_ZONE", UTC)


def local(
    language: str = "en", country: str | None = None, unit: str = "cm"
) -> LocalFormat:
    """Return the format of a house."""
    return LocalFormat(written=LANGUAGES[language], country=country, unit=unit)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of a day."""
    return datetime(2026, 11, 3, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "unit", "said"),
    [
        ("en", "cm", "60 cm"),
        ("en", "in", "23.6 inches"),
        ("de", "cm", "60 cm"),
        ("de", "in", "23,6 Zoll"),
        ("zh-Hans", "cm", "60 厘米"),
        ("zh-Hans", "in", "23.6 英寸"),
        ("zh-Hant", "cm", "60 公分"),
    ],
)
def test_a_length_is_in_the_unit_of_the_house(
    language: str, unit: str, said: str
) -> None:
    assert local(language, unit=unit).length(60) == said


@pytest.mark.parametrize(
    ("language", "country", "morning", "afternoon", "midnight", "noon"),
    [
        ("en", None, "09:05", "15:05", "00:00", "12:00"),
        ("en", "GB", "09:05", "15:05", "00:00", "12:00"),
        ("en", "US", "9:05 AM", "3:05 PM", "12:00 AM", "12:00 PM"),
        ("de", "US", "09:05", "15:05", "00:00", "12:00"),
        ("es", "ES", "09:05", "15:05", "00:00", "12:00"),
        ("es", "MX", "9:05 AM", "3:05 PM", "12:00 AM", "12:00 PM"),
        ("ko", None, "오전 9:05", "오후 3:05", "오전 12:00", "오후 12:00"),
        ("zh-Hant", "TW", "上午9:05", "下午3:05", "上午12:00", "下午12:00"),
        ("zh-Hans", "CN", "09:05", "15:05", "00:00", "12:00"),
    ],
)
def test_a_clock_goes_to_twelve_where_people_write_it_so(
    language: str,
    country: str | None,
    morning: str,
    afternoon: str,
    midnight: str,
    noon: str,
) -> None:
    times = [at(9, 5), at(15, 5), at(0), at(12)]
    told = [local(language, country).time(one) for one in times]
    assert told == [morning, afternoon, midnight, noon]


@pytest.mark.parametrize(
    ("country", "moment", "said"),
    [
        (None, at(15, 5, 33), "15:05:33"),
        ("US", at(15, 5, 33), "3:06 PM"),
        ("US", at(15, 5), "3:05 PM"),
        ("US", at(11, 59, 1), "12:00 PM"),
    ],
)
def test_no_visitor_is_told_to_come_too_early(
    country: str | None, moment: datetime, said: str
) -> None:
    assert local(country=country).not_before(moment) == said


@pytest.mark.parametrize(
    ("language", "country", "said"),
    [
        ("en", None, "2026-11-03"),
        ("en", "US", "11/03/2026"),
        ("de", "DE", "03.11.2026"),
        ("ja", "JP", "2026年11月03日"),
    ],
)
def test_a_day_is_written_as_in_that_language_and_country(
    language: str, country: str | None, said: str
) -> None:
    assert local(language, country).day("2026-11-03") == said
    assert local(language, country).day(at(9)) == said


def test_a_number_has_the_marks_of_its_language_and_no_empty_decimals() -> None:
    numbers = [60.0, 7.5, 10_000.0]
    assert [local("en").number(one) for one in numbers] == ["60", "7.5", "10,000"]
    assert [local("de").number(one) for one in numbers] == ["60", "7,5", "10.000"]
    assert local("es", "ES").number(7.5) == "7,5"
    assert local("es", "MX").number(7.5) == "7.5"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["cm", "in"])
def test_a_length_says_its_unit_in_every_language(language: str, unit: str) -> None:
    one = local(language, unit=unit)
    assert one.length(30).endswith(one.unit_name) and one.unit_name
