"""How long a button is held: what people read is what the firmware does."""

import re
from typing import Final

import pytest

from custom_components.facequota.hardware.firmware import HELD_FOR_OPEN_S, HELD_S
from custom_components.facequota.languages import LANGUAGES

from .sources import PRODUCT, ROOT

NUMBERS: Final = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}


@pytest.mark.parametrize("package", ["visitor_button", "urgent_need"])
def test_the_firmware_waits_as_long_as_its_constants_say(package: str) -> None:
    text = (ROOT / f"esphome/packages/{package}.yaml").read_text()
    held = [int(seconds) for seconds in re.findall(r"ON for at least (\d+)s\b", text)]
    assert held == [HELD_FOR_OPEN_S, HELD_S]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_in_the_settings_says_for_how_long(language: str) -> None:
    text = (PRODUCT / f"translations/{language}.json").read_text()
    for wish in ("urgent", "forget"):
        (said,) = re.findall(rf'^ {{8}}"{wish}": "(.*\d.*)"', text, re.MULTILINE)
        assert re.findall(r"\d+", said) == [str(HELD_S)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_notice_has_a_time_of_its_own(language: str) -> None:
    text = (PRODUCT / f"panel/papers/{language}/notice.html").read_text()
    said = re.findall(r'"(?:hold|either)": "([^"]*)"', text)
    assert len(said) == 6
    assert [one for one in said if one.count("%s") != 1] == []


@pytest.mark.parametrize("page", ["docs/firmware.md", "docs/manager.md"])
def test_the_documentation_s_table_says_the_same(page: str) -> None:
    text = (ROOT / page).read_text().lower()
    (row,) = [
        line for line in text.splitlines() if re.match(r"\|( button)? \| press", line)
    ]
    cells = [cell for cell in row.split("|") if "second" in cell]
    assert len(cells) == 2
    for cell, seconds in zip(cells, (HELD_FOR_OPEN_S, HELD_S), strict=True):
        assert NUMBERS[seconds] in cell
