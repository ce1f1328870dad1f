"""Claims that no text of this project makes."""

from typing import Final

from .sources import ROOT, committed

# Whether a use is within the law is judged by people, for one place. Written in two
# parts, so that this file can be searched as well.
CLAIMS: Final = ("compl" + "iant", "compl" + "iance", "\u5408" + "\u89c4")
TEXT: Final = {".md", ".html", ".json", ".js", ".py", ".yaml"}


def test_nothing_claims_to_be_within_the_law() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in committed()
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(claim in line.lower() for claim in CLAIMS)
    ]
    assert not wrong
