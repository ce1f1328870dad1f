"""The results of a scene for each group of people, as rows and as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import sys
from typing import Final

# The visits since the people at a site changed, up to this one.
PARTS: Final = {"first ten": 10, "first fifty": 50, "all": sys.maxsize}
MAX_ADULTS_IN_OPEN_LANE: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The results of one scene for one group, under one limit."""

    scene: str
    group: str
    size: int
    limit: float
    fpir: dict[str, tuple[float, float, float]]
    """Share and the ends of its interval, by the part of the visits."""
    too_high: list[str]
    """Parts in which the share is above the limit by more than chance."""
    uncertain: tuple[float, float, float]
    people: int
    looks: int

    def failures(self) -> Iterator[str]:
        """Yield the results that miss their limit."""
        name = (
            f"{self.scene}, {self.size} templates, limit {self.limit:.1%}, {self.group}"
        )
        for part in self.too_high:
            yield f"{name}: FPIR {self.fpir[part][0]:.2%} in {part}"
        is_day = (
            self.group in ("lfw", "east_asian", "caucasian")
            and self.scene == self.group
        )
        if is_day and self.uncertain[1] > MAX_ADULTS_IN_OPEN_LANE:
            yield f"{name}: {self.uncertain[0]:.1%} to the open lane"


def table(rows: Sequence[Row]) -> str:
    """Return the rows for a person to read."""
    head = f"{'scene':38}{'group':12}{'people':>7}{'N':>6}{'limit':>7} |"
    lines = [head + "".join(f"{part:>26}" for part in PARTS) + f" |{'open lane':>10}"]
    for row in rows:
        parts = "".join(
            f"{f'{share:.2%} [{low:.2%}, {high:.2%}]':>26}"
            for share, low, high in row.fpir.values()
        )
        lines.append(
            f"{row.scene:38}{row.group:12}{row.people:7}{row.size:6}{row.limit:7.1%} |"
            f"{parts} |{row.uncertain[0]:10.1%}"
        )
    return "\n".join(lines)
