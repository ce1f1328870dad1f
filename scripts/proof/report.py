"""The report: as a page for people and as JSON for programs."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
import json
from pathlib import Path
import textwrap
from typing import Any, Final

WIDTH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence about FaceQuota and whether it was shown.

    shown is None when it could not be tried here; `found` says in words what was
    measured, `control` how it is known that the measurement would have seen the
    opposite.
    """

    name: str
    claim: str
    shown: bool | None
    found: str
    control: str
    figures: dict[str, Any] = field(default_factory=dict)
    is_promise: bool = True
    """False: FaceQuota cannot promise it, and the line only says what was found."""

    @property
    def verdict(self) -> str:
        """Return the verdict as a word."""
        if self.shown is None:
            return "not shown here"
        if not self.is_promise:
            return "measured"
        return "shown" if self.shown else "NOT TRUE"

    def as_text(self) -> str:
        """Return the line for a person."""
        body = [
            _wrapped("claim", self.claim),
            _wrapped("found", self.found),
            _wrapped("control", self.control),
        ]
        return "\n".join([f"{self.verdict:<15} {self.name}", *body])


@dataclass(slots=True, kw_only=True)
class Report:
    """All the lines of one run, and on what they were measured."""

    about: dict[str, str]
    lines: list[Line] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, line: Line) -> None:
        """Keep a line and show it at once."""
        self.lines.append(line)
        print(line.as_text(), end="\n\n", flush=True)

    def fails(self, *, may_be_missing: frozenset[str] = frozenset()) -> list[Line]:
        """Return the lines that were not shown, except those that need not be."""
        return [
            line
            for line in self.lines
            if (line.shown is False and line.is_promise)
            or (line.shown is None and line.name not in may_be_missing)
        ]

    def heading(self) -> str:
        """Return the heading: what was measured, where and when."""
        lines = [f"{name + ':':<16} {value}" for name, value in self.about.items()]
        title = f"FaceQuota: what is left of a face · {self.started:%Y-%m-%d %H:%M} UTC"
        return "\n".join([title, "=" * len(title), *lines, ""])

    def as_text(self) -> str:
        """Return the whole report as a page."""
        verdicts = Counter(line.verdict for line in self.lines)
        end = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
        texts = [line.as_text() for line in self.lines]
        return "\n\n".join([self.heading(), *texts, end]) + "\n"

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Write the page and the JSON; return their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        name = f"facequota-proof-{self.started:%Y%m%d-%H%M%S}"
        page, data = folder / f"{name}.txt", folder / f"{name}.json"
        page.write_text(self.as_text())
        content = {
            "started": self.started.isoformat(),
            "about": self.about,
            "lines": [{**asdict(line), "verdict": line.verdict} for line in self.lines],
        }
        data.write_text(json.dumps(content, indent=2, default=str) + "\n")
        return page, data


def _wrapped(name: str, text: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=f"  {name:<13} ", subsequent_indent=" " * 16
    )
