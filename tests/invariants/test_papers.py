"""A paper says the same in every language: part by part, and with the same figures."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Final

import jinja2
import pytest

from custom_components.facequota.languages import ENGLISH

from .sources import PRODUCT

FOLDER: Final = PRODUCT / "panel/papers"
PAPERS: Final = sorted(file.name for file in (FOLDER / ENGLISH).glob("*.html"))
OTHERS: Final = sorted(
    folder.name
    for folder in FOLDER.iterdir()
    if folder.name != ENGLISH and list(folder.glob("*.html"))
)
# Where a part of a paper begins and ends; what stands within one may change places.
PARTS: Final = re.compile(
    r"</?(?:p|h\d|t[drh]|li|d[dt]|[ou]l|dl|table|tbody|thead|section)\b"
)
ENVIRONMENT: Final = jinja2.Environment(autoescape=True)


PLURAL: Final = re.compile(r"(\( )?… if [\w. ]+ == 1 else …( \))?")
# A string after one of these is a name; all others are words, unless they are keys.
NAMES: Final = {"==", "extends", "from", "include", "import"}


def parts(file: Path) -> Iterator[list[str]]:
    """Yield, part by part, what is not words: elements, and what they are about."""
    part: list[str] = []
    code: list[tuple[str, str]] = []
    for _line, kind, text in ENVIRONMENT.lex(file.read_text()):
        if kind == "data":
            for element in re.findall(r"</?\w+[^>]*>", text):
                if PARTS.match(element):
                    yield sorted(part)
                    part = []
                part.append(element)
        elif kind in ("variable_end", "block_end"):
            # Not every language has another word for one than for many.
            if (about := PLURAL.sub("…", meant(code))) != "…":
                part.append(about)
            code = []
        elif not kind.endswith("_begin") and kind not in ("whitespace", "comment"):
            code.append((kind, text))
    yield sorted(part)


def meant(code: list[tuple[str, str]]) -> str:
    """Return an expression or a statement without the words that it says."""
    said = []
    for index, (kind, text) in enumerate(code):
        before = code[index - 1][1] if index else ""
        after = code[index + 1][1] if index + 1 < len(code) else ""
        is_words = kind == "string" and before not in NAMES and after != ":"
        said.append("…" if is_words else text)
    return " ".join(said)


@pytest.mark.parametrize("language", OTHERS)
def test_every_paper_is_there(language: str) -> None:
    assert sorted(file.name for file in (FOLDER / language).iterdir()) == PAPERS


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("language", OTHERS)
def test_a_paper_has_the_parts_of_the_english_one(language: str, name: str) -> None:
    assert list(parts(FOLDER / language / name)) == list(parts(FOLDER / ENGLISH / name))
