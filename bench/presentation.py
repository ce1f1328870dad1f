"""How often a print of a face passes for a person, and a person for a print.

    .venv/bin/python -m bench.presentation [--json] [--check] [--faces DIR] [--models DIR]

In the terms of ISO/IEC 30107-3: APCER, the part of the attacks of one kind that pass;
BPCER, the part of the people who are suspected; APNRR and BPNRR, the part of either of
which nothing can be told. Each by single frames and by two, as a visit sees somebody.

DIR of --faces has an index.csv as bench/crowds.py describes it, DIR of --models the
files of recognition/requirements/presentation_attack.models. Without them the demo's
portraits are looked at, or nothing.
"""

import argparse
from collections.abc import Iterable, Sequence
import csv
from dataclasses import dataclass
from hashlib import sha256
import json
import math
from pathlib import Path
from statistics import mean, median
import sys
from time import perf_counter
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps

from custom_components.facequota.recognition.assess import assess
from custom_components.facequota.recognition.engine import AttackDetector, FaceEngine
from custom_components.facequota.recognition.engines import Engine, load, load_detector
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.presentation import (
    LIVE_AT_LEAST,
    MODELS,
    faulty_files,
)
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from .crowds import CACHE, FACES

ATTACKS: Final = {"print_attack": "printed photographs"}
PEOPLE: Final = {"multi", "stranger", "live", "stranger_child"}
MOST_APCER: Final = 0.10
MOST_BPCER: Final = 0.03
_FEWEST_FRAMES: Final = 30
_FRAMES: Final = 2
_SURE: Final = 1.96
"""Standard deviations on both sides of which 95 % of a normal law lie."""

NO_FILES: Final = """\
Nothing was measured: {folder} does not have the network's files. The model list says \
where they come from: {models}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What was made of one picture."""

    kind: str
    """The attack, or the crowd."""
    is_attack: bool
    person: str
    live: float | None
    """None: no usable face, or a picture without colours."""
    ms: float = 0.0

    @property
    def in_first_half(self) -> bool:
        """Return if this person is of the half by which the threshold is chosen."""
        return sha256(self.person.encode()).digest()[0] % 2 == 0


def frames(engine: FaceEngine, detector: AttackDetector, folder: Path) -> list[Frame]:
    """Return what the detector makes of the pictures in an index."""
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if row["role"] in PEOPLE | set(ATTACKS)
        ]
    seen = []
    for row in rows:
        live, ms = look(engine, detector, folder / row["path"])
        seen.append(
            Frame(
                kind=_kind(row),
                is_attack=row["role"] in ATTACKS,
                person=row["identity"],
                live=live,
                ms=ms,
            )
        )
    return seen


def _kind(row: dict[str, str]) -> str:
    if row["role"] in ATTACKS:
        return ATTACKS[row["role"]]
    if "child" in row["role"]:
        return "children"
    crowd = row["set"]
    return f"{crowd} {row['group']}" if crowd == "scut" else crowd


def look(
    engine: FaceEngine, detector: AttackDetector, path: Path
) -> tuple[float | None, float]:
    """Return the score of a picture, None if there is none, and how long it took."""
    with Image.open(path) as opened:
        pixels = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
    faces = engine.faces(pixels)
    if assess(pixels, faces).guidance is not None:
        return None, 0.0
    start = perf_counter()
    live = detector.live(pixels, faces[0])
    return live, (perf_counter() - start) * 1000


def in_twos(seen: Sequence[Frame]) -> list[list[float]]:
    """Return the scores of frames of one person that follow each other, two by two."""
    by_person: dict[str, list[float]] = {}
    for frame in seen:
        if frame.live is not None:
            by_person.setdefault(frame.person, []).append(frame.live)
    return [
        scores[start : start + _FRAMES]
        for scores in by_person.values()
        for start in range(0, len(scores) - _FRAMES + 1, _FRAMES)
    ]


def rate(wrong: int, count: int) -> dict[str, float] | None:
    """Return a part with Wilson's interval, which is too narrow where people recur."""
    if not count:
        return None
    part, square = wrong / count, _SURE**2
    middle = (part + square / (2 * count)) / (1 + square / count)
    reach = _SURE * math.sqrt(part * (1 - part) / count + square / (4 * count**2))
    reach /= 1 + square / count
    return {
        "rate": round(part, 4),
        "from": round(max(0.0, middle - reach), 4),
        "to": round(min(1.0, middle + reach), 4),
    }


def figures(seen: Sequence[Frame], threshold: float) -> dict[str, Any]:
    """Return the figures of one attack or one crowd."""
    judged = [frame for frame in seen if frame.live is not None]
    singles = [[frame.live] for frame in judged if frame.live is not None]
    passing = seen[0].is_attack

    def errors(visits: Iterable[Sequence[float]]) -> dict[str, float] | None:
        said = [(mean(scores) >= threshold) is passing for scores in visits]
        return rate(sum(said), len(said))

    return {
        "people": len({frame.person for frame in seen}),
        "frames": len(seen),
        "no_response": rate(len(seen) - len(judged), len(seen)),
        "one_frame": errors(singles),
        "two_frames": errors(in_twos(seen)),
    }


def chosen(seen: Sequence[Frame]) -> float:
    """Return the highest threshold at which no crowd loses more than MOST_BPCER."""
    crowds: dict[str, list[float]] = {}
    for frame in seen:
        if not frame.is_attack and frame.live is not None:
            crowds.setdefault(frame.kind, []).append(frame.live)
    return min(float(np.quantile(scores, MOST_BPCER)) for scores in crowds.values())


def measure(folder: Path, models: Path) -> dict[str, Any]:
    """Return everything that can be measured with what is there."""
    if faulty_files(models):
        return {"said": NO_FILES.format(folder=models, models=MODELS.name)}
    environment = EngineEnvironment(engines(), Engine.NCNN)
    assert environment.is_installed()
    sys.path.append(str(environment.folder()))
    # The engine's packages are on the path from here on only.
    engine, detector = load(Engine.NCNN), load_detector(models)
    if not (folder / "index.csv").is_file():
        return {
            "said": f"Only the demo's portraits were looked at: there is no {folder}",
            "threshold": LIVE_AT_LEAST,
            "portraits": _portraits(engine, detector),
        }
    seen = frames(engine, detector, folder)
    first = [frame for frame in seen if frame.in_first_half]
    second = [frame for frame in seen if not frame.in_first_half]
    attacks = {frame.kind for frame in seen if frame.is_attack}

    def table(of: Sequence[Frame]) -> dict[str, Any]:
        kinds = dict.fromkeys(frame.kind for frame in of)
        return {
            kind: figures([frame for frame in of if frame.kind == kind], LIVE_AT_LEAST)
            for kind in kinds
        }

    return {
        "threshold": LIVE_AT_LEAST,
        "threshold_of_one_half": chosen(first),
        "attacks": sorted(attacks),
        "all": table(seen),
        "other_half": table(second),
        "ms": round(median(frame.ms for frame in seen if frame.ms), 2),
    }


def _portraits(engine: FaceEngine, detector: AttackDetector) -> dict[str, float | None]:
    """Return the scores of the demo's portraits, by their names."""
    return {
        f"{path.parent.name}/{path.stem}": look(engine, detector, path)[0]
        for path in sorted(portrait_folder().glob("*/*.jpg"))
    }


def broken(result: dict[str, Any]) -> list[str]:
    """Return the promises that a result does not keep."""
    wrong = [
        f"the portrait {name} is suspected: {live}"
        for name, live in result.get("portraits", {}).items()
        if live is not None and live < result["threshold"]
    ]
    for kind, row in result.get("all", {}).items():
        limit = MOST_APCER if kind in result["attacks"] else MOST_BPCER
        judged = row["frames"] * (1 - row["no_response"]["rate"])
        wrong += [
            f"{kind}, {visit}: {row[visit]['rate']}, at most {limit}"
            for visit in ("one_frame", "two_frames")
            if judged >= _FEWEST_FRAMES and row[visit] and row[visit]["rate"] > limit
        ]
    return wrong


def print_table(result: dict[str, Any]) -> None:
    """Print a result for people."""
    if "said" in result:
        print(result["said"])
    for name, live in result.get("portraits", {}).items():
        print(f"{name:12}{'–' if live is None else round(live, 4)}")
    if "all" not in result:
        return
    print(f"Suspected below {result['threshold']}; {result['ms']} ms a frame")
    print(f"One half of the people would choose {result['threshold_of_one_half']:.5f}")
    print("APCER of attacks, BPCER of people, in percent with 95 % intervals")
    for part in ("all", "other_half"):
        print(f"\n{part.replace('_', ' '):22}{'people':>7}{'frames':>8}", end="")
        print(f"{'no response':>13}{'one frame':>20}{'two frames':>20}")
        for kind, row in result[part].items():
            print(f"{kind:22}{row['people']:7}{row['frames']:8}", end="")
            print(f"{100 * row['no_response']['rate']:13.1f}", end="")
            print(f"{_cell(row['one_frame']):>20}{_cell(row['two_frames']):>20}")


def _cell(part: dict[str, float] | None) -> str:
    if part is None:
        return "–"
    return f"{100 * part['rate']:.1f} ({100 * part['from']:.1f}–{100 * part['to']:.1f})"


def main() -> None:
    """Measure, print, and with --check say whether the promises are kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=Path, default=FACES)
    parser.add_argument("--models", type=Path, default=CACHE / "presentation_attack")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    result = measure(arguments.faces, arguments.models)
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        print_table(result)
    if arguments.check and (failures := broken(result)):
        print("\n".join(failures), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
