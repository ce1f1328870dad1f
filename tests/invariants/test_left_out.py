"""No test is skipped, unless it names what it needs, so that the reader can provide it."""

import ast
import re

from .sources import ROOT, committed

SKIPS = {"skip", "skipif", "importorskip", "xfail"}


def test_a_skipped_test_names_what_it_needs() -> None:
    found = 0
    for path in committed("tests/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in SKIPS
            ):
                continue
            reasons = [one.value for one in node.keywords if one.arg == "reason"]
            reasons = reasons or node.args[:1]
            reason = reasons[0] if reasons else None
            assert isinstance(reason, ast.Constant), (
                path.relative_to(ROOT),
                node.lineno,
            )
            assert str(reason.value).startswith("needs "), reason.value
            found += 1
    assert found


def test_every_folder_of_tests_is_run() -> None:
    """By scripts/test, or by scripts/lint, which it calls."""
    runners = [(ROOT / "scripts" / name).read_text() for name in ("test", "lint")]
    commands = re.sub(r"^#.*", "", "\n".join(runners), flags=re.MULTILINE)
    run = set(re.findall(r"\btests/(\w+)", commands))
    there = {
        file.relative_to(ROOT / "tests").parts[0]
        for file in ROOT.glob("tests/*/**/test_*.py")
    }
    assert there
    assert there <= run
