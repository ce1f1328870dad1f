"""The documentation names files and benches that exist."""

from pathlib import Path
import re
from typing import Final

import pytest

from .sources import PRODUCT, ROOT, committed

PAGES: Final = committed("*.md")
# A path from the root of the repository; <language>, … and * stand for several.
NAMED: Final = re.compile(
    r"(?<![\w./<-])((?:bench|blueprints|custom_components|docs|esphome|scripts|tests)"
    r"/[\w./-]*\w)(?![\w*<]|/[*<])"
)
LINKED: Final = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
MEASURED: Final = re.compile(r"(?:python -m bench\.|scripts/bench )(\w+)")


def name(page: Path) -> str:
    """Return a page's path in the repository."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    named = {ROOT / path for path in NAMED.findall(text)}
    named |= {page.parent / path for path in LINKED.findall(text)}
    named |= {ROOT / "bench" / f"{bench}.py" for bench in MEASURED.findall(text)}
    assert not [str(path) for path in named if not path.exists()]


def test_the_architecture_page_names_every_module() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    modules = {path.name for path in PRODUCT.rglob("*.py")} - {"__init__.py"}
    assert not [module for module in sorted(modules) if module not in page]
