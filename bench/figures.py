"""Measured figures of a bench: each with its limit, as a table and as JSON."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
import json


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value, and how large it may be (None: shown, not judged)."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    note: str = ""

    @property
    def good(self) -> bool:
        """Return if the value is within its limit."""
        return self.at_most is None or self.value <= self.at_most


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for people; an arrow marks a figure above its limit."""
    rows = [f"{'':40}{'measured':>22}{'at most':>12}"]
    for one in figures:
        most = "" if one.at_most is None else f"{one.at_most:g}"
        mark = "" if one.good else "   <-"
        value = f"{one.value:.2f} {one.unit}"
        rows.append(f"{one.name:40}{value:>22}{most:>12}{mark}  {one.note}".rstrip())
    return "\n".join(rows)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every bench has."""
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 when a figure is too large"
    )


def report(figures: Sequence[Figure], arguments: argparse.Namespace) -> int:
    """Print the figures as a table or as JSON; return the exit code."""
    if arguments.json:
        rows = [
            {**asdict(one), "value": round(one.value, 3), "good": one.good}
            for one in figures
        ]
        print(json.dumps(rows, indent=1))
    else:
        print(table(figures))
    return 1 if arguments.check and not all(one.good for one in figures) else 0
