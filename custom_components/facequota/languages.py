"""The languages that FaceQuota is written in, and which one serves another language.

Each language is listed here and has a file in translations/ and a folder in panel/papers/.
Its tag is Home Assistant's. Home Assistant looks for a file by the exact tag only: those of
its languages that another one serves have a symbolic link beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
import unicodedata

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN


@dataclass(frozen=True, slots=True)
class Written:
    """How a language is written: its own name, a date (for strftime), and numbers."""

    name: str
    date: str
    decimal: str = "."
    thousands: str = ","


ENGLISH: Final = "en"
LANGUAGES: Final[Mapping[str, Written]] = {
    ENGLISH: Written("English", "%Y-%m-%d"),
    "de": Written("Deutsch", "%d.%m.%Y", ",", "."),
    "es": Written("Español", "%d/%m/%Y", ",", "."),
    "fr": Written("Français", "%d/%m/%Y", ",", "\u202f"),
    "it": Written("Italiano", "%d/%m/%Y", ",", "."),
    "ja": Written("日本語", "%Y年%m月%d日"),
    "ko": Written("한국어", "%Y년 %m월 %d일"),
    "pt-BR": Written("Português (Brasil)", "%d/%m/%Y", ",", "."),
    "zh-Hans": Written("简体中文", "%Y年%m月%d日"),
    "zh-Hant": Written("繁體中文", "%Y年%m月%d日"),
}

# Translated by machine, and read by no native speaker yet: notice and assessment say so.
MACHINE_MADE: Final = frozenset(
    {"de", "es", "fr", "it", "ja", "ko", "pt-BR", "zh-Hant"}
)

# Where Chinese is written in traditional characters, unless a tag names its script.
_TRADITIONAL: Final = {"hant", "tw", "hk", "mo"}
# Who speaks Swiss German reads German.
_READS: Final = {"gsw": "de"}


def served(tag: str) -> str:
    """Return the language whose words are shown to somebody who reads this one.

    tag is a language tag of Home Assistant or of a browser, in any case: another region's
    kind of a language is better than English, and English than nothing.
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
    """Return FaceQuota's own words of a category, for somebody who reads this language."""
    return await async_get_translations(hass, served(language), category, [DOMAIN])


def columns(text: str) -> int:
    """Return how many columns a text takes: two for each character of full width."""
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)
