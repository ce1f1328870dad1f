"""A test that is left out says what it needs, so that whoever reads it can bring that."""

import ast

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
