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
from collections.abc import Sequence
import json
from pathlib import Path
from statistics import median
import sys
from typing import Any, Final

from PIL import Image

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

from .attack_frames import Frame, frames, look
from .pictures import CACHE, FACES
from .presentation_figures import broken, by_kind, chosen, figures, ways_to_combine

NO_FILES: Final = """\
Nothing was measured: {folder} does not have the network's files. The model list says \
where they come from: {models}"""


def measure(folder: Path, models: Path) -> dict[str, Any]:
    """Return all figures that can be measured with the files that are there."""
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
