"""How often a print of a face passes for a person, and a person for a print.

    .venv/bin/python -m bench.presentation [--json] [--check] [--faces DIR] [--models DIR]

In the terms of ISO/IEC 30107-3: APCER, the part of the attacks of one kind that pass;
BPCER, the part of the people who are suspected; APNRR and BPNRR, the part of either of
which nothing can be told. Each by single frames and by two of one sitting, as a visit
sees somebody, in the light of the pictures and with a part of it.

One half of the people chooses the threshold, the other half gives the figures. --check
judges the visits of that other half, and that LIVE_AT_LEAST is not above what the first
half chose. Not judged: kinds with fewer than 30 visits, and pictures cut as close as
portraits are, which show what comes of faces without their surroundings.

DIR of --faces has an index.csv as bench/crowds.py describes it, DIR of --models the
files of recognition/requirements/presentation_attack.models. Without them the demo's
portraits are looked at, or nothing.
"""

import argparse
from collections.abc import Iterable, Sequence
import json
from pathlib import Path
from statistics import fmean, median
import sys
from typing import Any, Final

import numpy as np
from PIL import Image

from custom_components.facequota.recognition.engine import AttackDetector, FaceEngine
from custom_components.facequota.recognition.engines import Engine, load, load_detector
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.presentation import (
    LIVE_AT_LEAST,
    MODELS,
    faulty_files,
    together,
)
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from .attack_frames import Combine, Frame, frames, look, visits
from .lookups import wilson
from .pictures import CACHE, FACES

MAX_APCER: Final = 0.05
MAX_BPCER: Final = 0.03
BELOW_CHOICE: Final = 0.1
"""How far LIVE_AT_LEAST stays below what a few people would allow."""
_MIN_VISITS: Final = 30
COMBINED: Final[dict[str, Combine]] = {
    "geometric mean": together,
    "arithmetic mean": fmean,
    "suspected by both": max,
    "suspected by one": min,
}
"""How the scores of two frames can be made one; the product takes the first."""

NO_FILES: Final = """\
Nothing was measured: {folder} does not have the network's files. The model list says \
where they come from: {models}"""


def rate(wrong: int, count: int) -> dict[str, float] | None:
    """Return a part with Wilson's interval, which is too narrow where people recur."""
    if not count:
        return None
    low, high = wilson(wrong / count, count)
    return {
        "rate": round(wrong / count, 4),
        "from": round(low, 4),
        "to": round(high, 4),
    }


def figures(seen: Sequence[Frame], threshold: float) -> dict[str, Any]:
    """Return the figures of one attack or one crowd."""
    singles = [frame.live for frame in seen if frame.live is not None]
    twos = visits(seen)
    passing = seen[0].is_attack

    def errors(scores: Sequence[float]) -> dict[str, float] | None:
        said = [(score >= threshold) is passing for score in scores]
        return rate(sum(said), len(said))

    return {
        "is_attack": passing,
        "people": len({frame.person for frame in seen}),
        "frames": len(seen),
        "visits": len(twos),
        "is_judged": len(twos) >= _MIN_VISITS and seen[0].is_whole,
        "no_response": rate(len(seen) - len(singles), len(seen)),
        "one_frame": errors(singles),
        "two_frames": errors(twos),
    }


def chosen(seen: Sequence[Frame], combine: Combine = together) -> float:
    """Return the threshold that these people choose.

    A tenth (BELOW_CHOICE) of the highest at which every group keeps MAX_BPCER. Groups
    are of people before a camera, each in each light.
    """
    groups = by_kind([frame for frame in seen if frame.is_before_a_camera])
    return BELOW_CHOICE * min(
        float(np.quantile(visits(group, combine), MAX_BPCER, method="lower"))
        for group in groups.values()
    )


def ways_to_combine(
    first: Sequence[Frame], second: Sequence[Frame]
) -> dict[str, dict[str, float]]:
    """Return what each way to combine two frames brings at the threshold of one half.

    By the other half: APCER of all prints, and the highest BPCER before a camera.
    """
    people = by_kind([frame for frame in second if frame.is_before_a_camera])
    prints = [frame for frame in second if frame.is_attack and frame.is_whole]

    def below(group: Sequence[Frame], combine: Combine, threshold: float) -> float:
        return fmean(score < threshold for score in visits(group, combine))

    return {
        name: {
            "threshold": (threshold := chosen(first, combine)),
            "apcer": 1 - below(prints, combine, threshold),
            "bpcer": max(below(group, combine, threshold) for group in people.values()),
        }
        for name, combine in COMBINED.items()
    }


def by_kind(seen: Iterable[Frame]) -> dict[str, list[Frame]]:
    """Return frames by attack or crowd."""
    kinds: dict[str, list[Frame]] = {}
    for frame in seen:
        for kind in frame.kinds:
            kinds.setdefault(kind, []).append(frame)
    return kinds


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
    seen = list(frames(engine, detector, folder))
    first = [frame for frame in seen if frame.in_first_half]
    second = [frame for frame in seen if not frame.in_first_half]

    def table(of: Sequence[Frame]) -> dict[str, Any]:
        return {
            kind: figures(group, LIVE_AT_LEAST) for kind, group in by_kind(of).items()
        }

    return {
        "threshold": LIVE_AT_LEAST,
        "chosen": chosen(first),
        "combined": ways_to_combine(first, second),
        "the half that chose": table(first),
        "the other half": table(second),
        "ms": round(median(frame.ms for frame in seen if frame.ms), 2),
    }


def _portraits(engine: FaceEngine, detector: AttackDetector) -> dict[str, float | None]:
    """Return the scores of the demo's portraits, by their names."""
    scores = {}
    for path in sorted(portrait_folder().glob("*/*.jpg")):
        with Image.open(path) as opened:
            name = f"{path.parent.name}/{path.stem}"
            scores[name] = look(engine, detector, opened.convert("RGB"))[0]
    return scores


def broken(result: dict[str, Any]) -> list[str]:
    """Return the promised limits that a result misses."""
    wrong = [
        f"the portrait {name} is suspected: {live}"
        for name, live in result.get("portraits", {}).items()
        if live is not None and live < result["threshold"]
    ]
    if (most := result.get("chosen", np.inf)) < LIVE_AT_LEAST:
        wrong.append(f"the threshold is {LIVE_AT_LEAST}, one half chose {most:.4f}")
    for kind, row in result.get("the other half", {}).items():
        limit = MAX_APCER if row["is_attack"] else MAX_BPCER
        if row["is_judged"] and row["two_frames"]["rate"] > limit:
            wrong.append(f"{kind}: {row['two_frames']['rate']}, at most {limit}")
    return wrong


def print_table(result: dict[str, Any]) -> None:
    """Print a result for people."""
    if "said" in result:
        print(result["said"])
    for name, live in result.get("portraits", {}).items():
        print(f"{name:12}{'–' if live is None else round(live, 4)}")
    if "chosen" not in result:
        return
    print(f"Suspected below {result['threshold']}; {result['ms']} ms a frame")
    print(f"One half of the people chose {result['chosen']:.4f}")
    for way, found in result["combined"].items():
        print(
            f"{way:20} below {found['threshold']:.4f}:"
            f" APCER {found['apcer']:.1%}, BPCER at most {found['bpcer']:.1%}"
        )
    print("APCER of attacks, BPCER of people, in percent with 95 % intervals")
    for part in ("the half that chose", "the other half"):
        print(f"\n{part:30}{'people':>7}{'frames':>8}", end="")
        print(f"{'no response':>13}{'one frame':>20}{'two frames':>20}")
        for kind, row in result[part].items():
            print(f"{kind:30}{row['people']:7}{row['frames']:8}", end="")
            print(f"{100 * row['no_response']['rate']:13.1f}", end="")
            print(f"{_cell(row['one_frame']):>20}{_cell(row['two_frames']):>20}")


def _cell(part: dict[str, float] | None) -> str:
    if part is None:
        return "–"
    return f"{100 * part['rate']:.1f} ({100 * part['from']:.1f}–{100 * part['to']:.1f})"


def main() -> None:
    """Measure, print, and with --check compare with the promised limits."""
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
