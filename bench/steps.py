"""The gain of each design decision in the default engine: time, and faces found.

    .venv/bin/python -m bench.steps [--json] [--check]

Every alternative looks at the same frames in turn: each portrait at arm's length, a
step away and two steps away. --check fails where the engine finds fewer faces than the
detector at full scale, or takes longer than it does on those at arm's length.
"""

import argparse
from collections.abc import Callable
from functools import cache, partial
import json
from statistics import median
import sys
from typing import Any, Final

import numpy as np
from PIL import Image

from custom_components.facequota.recognition.engine import Region
from custom_components.facequota.recognition.engines import Engine, load
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.look import region
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from .recognition import milliseconds
from .usable import FRAME

ROUNDS: Final = 5
DISTANCES: Final = {
    "arm's length": 1.0,
    "a step away": 0.55,
    "two steps away": 0.35,
}

type Find = Callable[[Image.Image], list[Any]]


def frames(part: float) -> list[Image.Image]:
    """Return every portrait, the person a part as large as at arm's length."""
    result = []
    for path in sorted(portrait_folder().glob("*/*.jpg")):
        with Image.open(path) as image:
            small = image.resize((round(640 * part), round(480 * part)))
        frame = Image.new("RGB", FRAME, (120, 110, 100))
        frame.paste(small, ((640 - small.width) // 2, (480 - small.height) // 2))
        result.append(frame)
    return result


def alternatives(engine: Any) -> dict[str, Find]:
    """Return ways to find faces, by name."""
    from face_recognition.api import face_detector  # noqa: PLC0415

    def hog(scale: float, mode: str, upsample: int = 0) -> Find:
        size = (round(640 * scale), round(480 * scale))

        def find(image: Image.Image) -> list[Any]:
            image = image.convert(mode).resize(size, Image.Resampling.BOX)
            return list(face_detector(np.asarray(image), upsample))

        return find

    def after(image: Image.Image) -> list[Any]:
        pixels = np.asarray(image)
        return list(engine.faces(pixels, where(image.tobytes())))

    # Where the face was in the frame before is known by then and costs nothing.
    @cache
    def where(content: bytes) -> Region | None:
        pixels = np.frombuffer(content, np.uint8).reshape(FRAME[1], FRAME[0], 3)
        faces = engine.faces(pixels)
        return region(faces[0], pixels) if faces else None

    return {
        "HOG, up-sampled (the package's default)": hog(1, "RGB", 1),
        "HOG, full scale, colour": hog(1, "RGB"),
        "HOG, full scale, grey": hog(1, "L"),
        "HOG, half scale, grey": hog(0.5, "L"),
        "HOG, half scale, grey, up-sampled": hog(0.5, "L", 1),
        "the engine, landmarks included": lambda image: engine.faces(np.asarray(image)),
        "the engine, in the frame after": after,
    }


def measure() -> dict[str, dict[str, dict[str, float]]]:
    """Return ms and found faces by alternative and distance."""
    environment = EngineEnvironment(engines(), Engine.FACE_RECOGNITION)
    assert environment.is_installed()
    sys.path.append(str(environment.folder()))
    ways = alternatives(load(Engine.FACE_RECOGNITION))
    result: dict[str, dict[str, dict[str, float]]] = {name: {} for name in ways}
    for distance, part in DISTANCES.items():
        pictures = frames(part)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for image in pictures * ROUNDS:
            for name, find in ways.items():
                times[name].append(milliseconds(partial(find, image)))
        for name, find in ways.items():
            result[name][distance] = {
                "ms": round(median(times[name]), 1),
                "found": sum(bool(find(image)) for image in pictures),
                "of": len(pictures),
            }
    return result


def broken(result: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    """Return the cases in which the engine is worse than the detector at full scale."""
    engine = result["the engine, landmarks included"]
    plain = result["HOG, full scale, colour"]
    failures = [
        f"{distance}: {engine[distance]['found']} faces, plain {row['found']}"
        for distance, row in plain.items()
        if engine[distance]["found"] < row["found"]
    ]
    if engine["arm's length"]["ms"] > plain["arm's length"]["ms"]:
        failures.append("slower than the plain detector at arm's length")
    return failures


def main() -> None:
    """Measure, print, and with --check fail where the engine is worse."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    result = measure()
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        print(f"{'ms, faces found':42}" + "".join(f"{d:>20}" for d in DISTANCES))
        for name, row in result.items():
            cells = (f"{c['ms']}  {c['found']} of {c['of']}" for c in row.values())
            print(f"{name:42}" + "".join(f"{cell:>20}" for cell in cells))
    if arguments.check and (failures := broken(result)):
        print("\n".join(failures), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
