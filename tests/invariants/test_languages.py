"""Every language says what English says: all of it, and in the room that there is for it."""

from collections.abc import Iterator, Mapping
import json
import re
from typing import Any, Final

import pytest

from custom_components.facequota.languages import (
    ENGLISH,
    LANGUAGES,
    MACHINE_MADE,
    columns,
    served,
)
from homeassistant.generated.languages import LANGUAGES as HOME_ASSISTANT_S

from .sources import PRODUCT, ROOT


def words(text: str) -> set[str]:
    """Return the words of a text, without its placeholders."""
    return set(re.findall(r"[^\W\d]+(?:_[^\W\d]+)*", re.sub(r"{\w+}", "", text)))


FOLDER: Final = PRODUCT / "translations"


def flat(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a file with its path."""
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


TEXTS: Final = {
    file.stem: dict(flat(json.loads(file.read_text())))
    for file in sorted(FOLDER.glob("*.json"))
    if not file.is_symlink()
}
EN: Final = TEXTS[ENGLISH]
OTHERS: Final = sorted(set(TEXTS) - {ENGLISH})

# The characters that a language is written with: a text in another script, or in the
# other kind of Chinese, is not in them.
CHARACTERS: Final = {
    "ja": "cp932",
    "ko": "cp949",
    "zh-Hans": "gb2312",
    "zh-Hant": "cp950",
}
# What is the same in every language: names, units, and what stands for itself.
NAMES: Final = words(
    "FaceQuota Home Assistant ESPHome YuNet SFace ncnn face_recognition dlib Valkey Redis "
    "Motor Visitor button RTSP ONVIF MJPEG HTTP JPEG PNG JSON CSV QR TLS PIN NFC cm min ms m"
)
# Words that some European languages share with English, or have from it.
ALIKE: Final = words(
    "Name Motor Status Menu Site Sites Contact Portion Portions Zone Code Tag Report no "
    "Total Display Installation Position Cause Causes Version Minute Minutes Server Person "
    "Test Moment Problem Firmware Simulator Operator Reset Standard Action Actions Service "
    "Purge Password Dispenser Dispensers portions stream"
)

# How many columns (half of a full-width character) there are for a text: the first place
# that a path matches. What is wider is cut off or breaks its row.
PLACES: Final = (
    (r"common\.visitor_button_", 32),
    (r"common\.panel_(open|print|close|week|month|menu|site)$", 20),
    (r"common\.panel_(save_\w+|purge_now|dashboard_\w+|open_settings|add_site)$", 40),
    (r"common\.panel_(faces|oldest|most|empty_in|empty_now)$", 28),
    (r"common\.panel_(lane|granted|refused|time|cause|faces_removed|mean_\w+)$", 26),
    (r"common\.dashboard_(cleaned|refilled|dispense|purge)$", 32),
    (r"common\.dashboard_(?!\w+_ask)", 44),
    (r"common\.task_", 56),
    (r"entity\..*\.unit_of_measurement$", 14),
    (r"entity\..*\.name$", 52),
    (r"entity\..*\.state\.", 72),
    (r"selector\.", 68),
    (r"\.submit$", 36),
    (r"(\.initiate_flow\.|\.entry_type$)", 36),
    (r"\.menu_options\.", 68),
    (r"\.(data|sections)\.[^.]+(\.name)?$", 104),
    (r"issues\..*\.title$", 88),
    (r"\.title$", 64),
    (r"(triggers|conditions|services)\..*\.name$", 40),
    (r"system_health\.", 44),
)


def test_the_languages_are_those_that_files_are_there_for() -> None:
    papers = {file.parent.name for file in PRODUCT.glob("panel/papers/*/*.html")}
    assert set(TEXTS) == papers == set(LANGUAGES)
    assert set(LANGUAGES) > MACHINE_MADE


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        *((tag, tag) for tag in LANGUAGES),
        *((tag.lower(), tag) for tag in LANGUAGES),
        *((tag.upper().replace("-", "_"), tag) for tag in LANGUAGES),
        *(("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-SG", "zh-Hans")),
        *(("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-MO", "zh-Hant")),
        *(("zh-Hant-HK", "zh-Hant"), ("zh-Hans-HK", "zh-Hans")),
        *(("pt", "pt-BR"), ("pt-PT", "pt-BR"), ("de-CH", "de"), ("es-419", "es")),
        *(("fr_CA", "fr"), ("ja-JP", "ja"), ("ko-KR", "ko"), ("it-CH", "it")),
        *(("en-GB", "en"), ("nl", "en"), ("den", "en"), ("", "en")),
        *(("gsw", "de"), ("gsw-CH", "de")),
    ],
)
def test_a_language_tag_is_served_by_the_nearest_language(
    tag: str, language: str
) -> None:
    assert served(tag) == language


def test_a_language_of_home_assistant_s_has_the_file_of_the_one_that_serves_it() -> (
    None
):
    """Home Assistant looks for the exact name; without a file its forms are English."""
    also = {tag for tag in HOME_ASSISTANT_S if served(tag) not in (tag, ENGLISH)}
    assert also >= {"pt", "es-419"}
    links = {file.stem for file in FOLDER.glob("*.json") if file.is_symlink()}
    assert links == also
    for tag in also:
        same = (FOLDER / f"{tag}.json").resolve()
        assert same == (FOLDER / f"{served(tag)}.json").resolve()


def test_only_one_module_knows_the_languages_and_asks_for_their_words() -> None:
    tags = "|".join(tag for tag in LANGUAGES if "-" in tag)
    knows = re.compile(f"async_get_translations|[\"'`]({tags})[\"'`]")
    assert [
        file.relative_to(PRODUCT).as_posix()
        for pattern in ("*.py", "*.js")
        for file in PRODUCT.rglob(pattern)
        if knows.search(file.read_text())
    ] == ["languages.py"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_and_no_other(language: str) -> None:
    assert sorted(EN.keys() - TEXTS[language].keys()) == []
    assert sorted(TEXTS[language].keys() - EN.keys()) == []


@pytest.mark.parametrize("language", TEXTS)
def test_no_text_is_empty_or_begins_or_ends_with_a_space(language: str) -> None:
    assert [
        path for path, text in TEXTS[language].items() if text != text.strip()
    ] == []
    assert [path for path, text in TEXTS[language].items() if not text] == []


def kept(text: str) -> tuple[object, ...]:
    """Return what no translation may change: placeholders, links, Markdown, figures."""
    return (
        set(re.findall(r"{(\w*)}", text)),
        sorted(re.findall(r"\]\(([^)]*)\)|<(\w+)", text)),
        *(text.count(mark) for mark in ("{", "}", "**", "```", "`", "\n", "\n- ", "|")),
    )


@pytest.mark.parametrize("language", OTHERS)
def test_no_placeholder_link_or_markup_is_lost(language: str) -> None:
    changed = {
        path: (kept(EN[path]), kept(text))
        for path, text in TEXTS[language].items()
        if kept(text) != kept(EN[path])
    }
    assert changed == {}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    """But names, units, and single words that both languages have."""
    alike = NAMES if language in CHARACTERS else NAMES | ALIKE
    left = {
        path: text
        for path, text in TEXTS[language].items()
        if text == EN[path] and not words(text) <= alike
    }
    assert left == {}


@pytest.mark.parametrize("language", sorted(CHARACTERS.keys() & TEXTS.keys()))
def test_a_text_is_in_the_characters_of_its_language(language: str) -> None:
    """Beside names each text has some of its own, and none of a neighbour's."""
    own = {"ja": r"[ぁ-ヿ一-鿿]", "ko": r"[가-힣]"}.get(language, r"[一-鿿]")
    foreign = {
        path: text
        for path, text in TEXTS[language].items()
        if text.encode(CHARACTERS[language], "ignore").decode(CHARACTERS[language])
        != text
        or not (re.search(own, text) or words(text) <= NAMES)
    }
    assert foreign == {}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_has_room_in_its_place(language: str) -> None:
    too_wide = {}
    for path, text in TEXTS[language].items():
        wide = columns(text)
        room = next(
            (room for place, room in PLACES if re.search(place, path)),
            # A sentence below others: no language needs twice the room of English.
            24 + 1.7 * columns(EN[path]),
        )
        if wide > room:
            too_wide[path] = (wide, room, text)
    assert too_wide == {}


def test_our_displays_fonts_have_the_letters_of_every_european_language() -> None:
    packages = ROOT / "esphome/packages"
    for display, glyphs in (("oled", "oled"), ("colour_display", "screen")):
        text = (packages / f"{display}.yaml").read_text()
        assert f"{glyphs}_glyphs: ${{letters}}" in text
        assert f"glyphs: ${{{glyphs}_glyphs}}" in text
    found = re.search(
        r'letters: "((?:[^"\\]|\\.)*)"', (packages / "letters.yaml").read_text()
    )
    assert found
    for language in TEXTS.keys() - CHARACTERS.keys():
        said = {
            letter
            for path, text in TEXTS[language].items()
            if path.startswith("common.display_")
            for letter in re.sub(r"{\w+}", "", text)
        }
        assert said - set(found[1]) == set(), language


def test_the_documentation_says_which_languages_are_machine_made() -> None:
    table = (ROOT / "docs/papers.md").read_text().partition("## Languages")[2]
    (row,) = [
        line for line in table.splitlines() if line.startswith("| Home Assistant")
    ]
    _what, people, machine = row.strip("| ").split(" | ")
    assert set(re.findall(r"`([\w-]+)`", people)) == LANGUAGES.keys() - MACHINE_MADE
    assert set(re.findall(r"`([\w-]+)`", machine)) == MACHINE_MADE
