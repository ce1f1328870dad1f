"""The languages that FaceQuota is written in, and which one serves another language.

Each language is listed here and has a file in translations/ and a folder in panel/papers/.
Its tag is Home Assistant's. Home Assistant looks for a file by the exact tag only: a
language that is served by another one has a symbolic link to its file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
import unicodedata

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN


@dataclass(frozen=True, slots=True)
class Written:
    """How a language is written: its own name, dates and times (for strftime), numbers."""

    name: str
    date: str
    decimal: str = "."
    thousands: str = ","
    point_in: frozenset[str] = frozenset()
    """Countries that write numbers as in English."""
    centimetres: str = "cm"
    inches: str = "in"
    date_in: Mapping[str, str] = field(default_factory=dict)
    """Countries that write dates in another way."""
    twelve_hours_in: frozenset[str] | None = frozenset()
    """Countries with a 12-hour clock; None: wherever this language is read."""
    twelve_hours: str = "{time} {half}"
    halves: tuple[str, str] = ("AM", "PM")
    """What the hours before and after noon are called."""


def _countries(codes: str) -> frozenset[str]:
    return frozenset(codes.split(","))


ENGLISH: Final = "en"
# Hours, AM and PM, and their position, as in the Unicode CLDR.
LANGUAGES: Final[Mapping[str, Written]] = {
    ENGLISH: Written(
        "English",
        "%Y-%m-%d",
        inches="inches",
        date_in={"US": "%m/%d/%Y"},
        twelve_hours_in=_countries("AU,BD,CA,EG,HK,IN,JM,KE,MY,NZ,PH,PK,PR,SA,SG,US"),
    ),
    "de": Written("Deutsch", "%d.%m.%Y", ",", ".", inches="Zoll"),
    "es": Written(
        "Español",
        "%d/%m/%Y",
        ",",
        ".",
        inches="pulgadas",
        twelve_hours_in=_countries(
            "AR,BO,CL,CO,CR,CU,DO,EC,GT,HN,MX,NI,PA,PE,PH,PR,PY,SV,US,UY,VE"
        ),
        point_in=_countries("CU,DO,GT,HN,MX,NI,PA,PE,PR,SV,US"),
    ),
    "fr": Written("Français", "%d/%m/%Y", ",", "\u202f", inches="pouces"),
    "it": Written("Italiano", "%d/%m/%Y", ",", ".", inches="pollici"),
    "ja": Written("日本語", "%Y年%m月%d日", inches="インチ"),
    "ko": Written(
        "한국어",
        "%Y년 %m월 %d일",
        inches="인치",
        twelve_hours_in=None,
        twelve_hours="{half} {time}",
        halves=("오전", "오후"),
    ),
    "pt-BR": Written("Português (Brasil)", "%d/%m/%Y", ",", ".", inches="polegadas"),
    "zh-Hans": Written(
        "简体中文",
        "%Y年%m月%d日",
        centimetres="厘米",
        inches="英寸",
        twelve_hours_in=_countries("HK,MO,MY,SG"),
        twelve_hours="{half}{time}",
        halves=("上午", "下午"),
    ),
    "zh-Hant": Written(
        "繁體中文",
        "%Y年%m月%d日",
        centimetres="公分",
        inches="英吋",
        twelve_hours_in=None,
        twelve_hours="{half}{time}",
        halves=("上午", "下午"),
    ),
}

# Translated by machine, and read by no native speaker yet: notice and assessment say so.
MACHINE_MADE: Final = frozenset(
    {"de", "es", "fr", "it", "ja", "ko", "pt-BR", "zh-Hant"}
)

# Where Chinese is written in traditional characters, unless a tag names its script.
_TRADITIONAL: Final = {"hant", "tw", "hk", "mo"}
# Swiss German speakers read German.
_READS: Final = {"gsw": "de"}


def served(tag: str) -> str:
    """Return the language whose words are shown to a reader of this one.

    tag is a language tag of Home Assistant or of a browser, in any case: another
    region's variant of a language is better than English, and English is better than
    nothing.
    """
    primary, *rest = tag.replace("_", "-").lower().split("-")
    if primary == "zh":
        traditional = "hans" not in rest and not _TRADITIONAL.isdisjoint(rest)
        return "zh-Hant" if traditional else "zh-Hans"
    read = _READS.get(primary, primary)
    return next((one for one in LANGUAGES if one.split("-")[0] == read), ENGLISH)


async def async_words(
    hass: HomeAssistant, language: str, category: str
) -> dict[str, str]:
    """Return FaceQuota's own texts of a category, for a reader of this language."""
    return await async_get_translations(hass, served(language), category, [DOMAIN])


def columns(text: str) -> int:
    """Return how many columns a text takes: two for each character of full width."""
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)
