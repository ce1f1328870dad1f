"""Recognition of faces that are tilted, damaged on the way or behind dark glasses.

    .venv/bin/python -m bench.damaged_faces [--engine NAME] [--people 24] [--json] [--check]

Of each crowd so many people are looked at, each in one picture: as it is, and damaged. For
each kind of damage: which part is still usable; how far the template went (median, and
nine of ten); and how often two different people are nearer than one pair in a thousand of
them is in good pictures, which says by how much the limit of wrong refusals is exceeded
where everybody's frames are like that.

Needs photographs. --check fails where a tilted head's template is farther off than 0.4
in more than one case of ten, or strangers come nearer for it, and where combed, grey or
drawn-out frames are taken for good ones.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
import json
from pathlib import Path
import sys
from typing import Final

import numpy as np
from PIL import Image

from custom_components.facequota.recognition.assess import assess
from custom_components.facequota.recognition.engine import FaceEngine
from custom_components.facequota.recognition.engines import Engine, load
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.picture import decode
from scripts.house.prepare import engines

from .crowds import unit
from .damage import DAMAGES, Pixels
from .pictures import FACES, Photograph, Vectors, photographs
from .usable import frame

MAX_AWAY: Final = 0.4
"""Of nine in ten tilted heads, from the same head upright (unit vectors)."""
MAX_USABLE: Final = 0.1
"""Of frames that were damaged beyond use."""
BEYOND_USE: Final = ("combed by 2%", "combed by 4%", "combed by 8%", "lower", "drawn")
TILTED: Final = ("tilted by 20°", "tilted by 30°", "tilted by 45°")
RARE: Final = 0.001
MAX_NEARER: Final = 3.0
"""Times RARE, that strangers may come near; so few people know it no better."""
_SURELY: Final = 2000
"""Pairs of strangers below which MAX_NEARER says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The results of one kind of frames."""

    damage: str
    pictures: int
    usable: float
    away: tuple[float, float] | None
    """Median and ninth of ten, of the usable ones."""
    strangers: int
    """Pairs of different people."""
    near: float | None
    """Part of them that are nearer than RARE of them are in good pictures."""

    def failures(self) -> Iterator[str]:
        """Yield the results that miss their limit."""
        if self.damage.startswith(BEYOND_USE) and self.usable > MAX_USABLE:
            yield f"{self.damage}: {self.usable:.0%} are taken for good"
        if self.damage in TILTED and self.away and self.near is not None:
            if self.away[1] > MAX_AWAY:
                yield f"{self.damage}: nine in ten within {self.away[1]:.2f}"
            if self.strangers >= _SURELY and self.near > MAX_NEARER * RARE:
                yield f"{self.damage}: {self.near:.2%} of strangers are near"


def people(folder: Path, each: int) -> list[Photograph]:
    """Return one picture of so many people of each crowd."""
    chosen: dict[str, dict[str, Photograph]] = {}
    for photograph in photographs(folder):
        crowd = chosen.setdefault(photograph.crowd, {})
        if len(crowd) < each:
            crowd.setdefault(photograph.person, photograph)
    return [one for crowd in chosen.values() for one in crowd.values()]


def pixels(photograph: Photograph) -> Pixels:
    """Return the picture as a camera's frame."""
    with Image.open(photograph.path) as image:
        return decode(frame(image)).pixels


def measure(engine: FaceEngine, chosen: Sequence[Photograph]) -> list[Row]:
    """Return the results of all people whose undamaged frame is usable."""
    good: dict[str, Vectors] = {}
    seen: dict[str, dict[str, Vectors]] = {name: {} for name in DAMAGES}
    for photograph in chosen:
        picture = pixels(photograph)
        template = _template(engine, picture)
        if template is None:
            continue
        good[photograph.person] = template
        face = engine.faces(picture)[0]
        for name, damage in DAMAGES.items():
            damaged = _template(engine, damage(picture, face))
            if damaged is not None:
                seen[name][photograph.person] = damaged
    near = np.quantile(_strangers(good), RARE)
    return [_row(name, good, found, float(near)) for name, found in seen.items()]


def _template(engine: FaceEngine, picture: Pixels) -> Vectors | None:
    """Return the template of a usable frame, of length 1."""
    faces = engine.faces(picture)
    if assess(picture, faces).guidance is not None:
        return None
    template: Vectors = unit(engine.template(picture, faces[0])[None])[0]
    return template


def _strangers(templates: dict[str, Vectors]) -> Vectors:
    """Return the distances of all pairs of different people."""
    if len(templates) < 2:
        return np.empty(0, np.float32)
    stacked = np.stack(list(templates.values()))
    first, second = np.triu_indices(len(stacked), 1)
    apart: Vectors = np.linalg.norm(stacked[first] - stacked[second], axis=1)
    return apart


def _row(
    name: str, good: dict[str, Vectors], found: dict[str, Vectors], near: float
) -> Row:
    away = [float(np.linalg.norm(found[one] - good[one])) for one in found]
    strangers = _strangers(found)
    return Row(
        damage=name,
        pictures=len(good),
        usable=len(found) / len(good),
        away=(float(np.median(away)), float(np.quantile(away, 0.9))) if away else None,
        strangers=len(strangers),
        near=float((strangers <= near).mean()) if len(strangers) else None,
    )


def table(rows: Sequence[Row]) -> str:
    """Return the rows for a person to read."""
    lines = [f"{'':34}{'usable':>8}{'away: median, 90 %':>20}{'strangers near':>16}"]
    for row in rows:
        away = f"{row.away[0]:.2f}   {row.away[1]:.2f}" if row.away else "–"
        near = "–" if row.near is None else f"{row.near:.2%}"
        lines.append(f"{row.damage:34}{row.usable:8.0%}{away:>20}{near:>16}")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=list(Engine))
    parser.add_argument("--faces", type=Path, default=FACES)
    parser.add_argument("--people", type=int, default=24, help="of each crowd")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.faces.is_dir():
        print(f"no {options.faces}: this needs photographs", file=sys.stderr)
        return 0
    chosen = people(options.faces, options.people)
    folder = engines()
    failures = []
    for name in [options.engine] if options.engine else list(Engine):
        sys.path.append(str(EngineEnvironment(folder, Engine(name)).folder()))
        rows = measure(load(Engine(name)), chosen)
        if options.json:
            print(json.dumps({name: [asdict(row) for row in rows]}, indent=1))
        else:
            print(f"\n{name}, {rows[0].pictures} people\n{table(rows)}", flush=True)
        failures += [f"{name}: {said}" for row in rows for said in row.failures()]
    print("\n".join(failures) or "as it has to be", file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
