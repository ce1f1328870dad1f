"""How long one frame takes, compared with plain use of the face_recognition package.

    .venv/bin/python -m bench.recognition [--engine NAME] [--json] [--check] [--faces DIR]

Both are timed in turn on the same frames in one process, so that other load of the
machine cancels out in the ratio. The worker is measured from outside, as Home
Assistant sees it. With photographs beside the repository, or in --faces DIR (one folder
per person, or an index.csv), it also tells which part of them is usable, what the
visitor is told otherwise, and how many faces behind masks are found.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterable
import json
from pathlib import Path
from statistics import median
import sys
from time import perf_counter
from typing import Any, Final

from PIL import Image

from custom_components.facequota.recognition.assess import assess
from custom_components.facequota.recognition.engine import Sighting
from custom_components.facequota.recognition.engines import Engine, load
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.look import look
from custom_components.facequota.recognition.picture import decode
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from . import search
from .pictures import FACES
from .usable import FRAME, frame, masks, usable
from .worker_process import as_a_process

ROUNDS: Final = 12
MAX_CHILD_MB: Final = 115.0
"""Resident memory of the worker's process, with either engine (10⁶ bytes)."""

LIMITS: Final = {
    "face_recognition": {
        "frame_of_naive": 0.65,
        "memory_mb": MAX_CHILD_MB,
        "idle_cpu": 0.01,
    },
    "ncnn": {
        "frame_of_naive": 0.20,
        "memory_mb": MAX_CHILD_MB,
        "idle_cpu": 0.01,
        # HOG finds few masked faces: with the default engine these visitors get the open lane.
        "masks_missed": 0.1,
    },
}
"""The limits of --check for each engine: what the project promises."""


def milliseconds(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    start = perf_counter()
    action()
    return (perf_counter() - start) * 1000


def scenes(portraits: Path) -> dict[str, list[bytes]]:
    """Return 640 × 480 JPEG frames by where the visitor stands."""
    near = [path.read_bytes() for path in sorted(portraits.glob("*/*.jpg"))]
    return {
        "at arm's length": near,
        "a step away": [_further(path) for path in sorted(portraits.glob("*/*.jpg"))],
        "nobody": [frame(Image.new("RGB", FRAME))],
    }


def _further(path: Path) -> bytes:
    """Return a frame in which the person is three fifths as large."""
    with Image.open(path) as image:
        canvas = Image.new("RGB", FRAME, (120, 110, 100))
        canvas.paste(image.resize((384, 288)), (128, 96))
    return frame(canvas)


def by_stage(engine: Any, naive: Any, pictures: dict[str, list[bytes]]) -> Any:
    """Return medians in ms by scene and stage; the engine and the naive way in turn."""
    result = {}
    for scene, frames in pictures.items():
        times: dict[str, list[float]] = {}
        for data in frames * ROUNDS:
            for stage, ms in one_frame(engine, naive, data):
                times.setdefault(stage, []).append(ms)
        row = {stage: round(median(values), 2) for stage, values in times.items()}
        # The median of the ratios: load that slows both down cancels out.
        pairs = zip(times["frame"], times["naive"], strict=True)
        row["frame_of_naive"] = round(median(ours / his for ours, his in pairs), 3)
        result[scene] = row
    return result


def one_frame(engine: Any, naive: Any, data: bytes) -> Iterable[tuple[str, float]]:
    """Yield the time of each stage on one frame, and of the naive way on the same frame."""
    pixels = decode(data).pixels
    located: list[Any] = []
    locate = milliseconds(lambda: located.extend(naive.face_locations(pixels)))
    encode = milliseconds(lambda: naive.face_encodings(pixels, located))
    yield "naive: locate", locate
    yield "naive: encode", encode
    yield "naive", locate + encode
    yield "decode", milliseconds(lambda: decode(data))
    faces: list[Any] = []
    yield "detect", milliseconds(lambda: faces.extend(engine.faces(pixels)))
    yield "assess", milliseconds(lambda: assess(pixels, faces))
    if faces:
        yield "template", milliseconds(lambda: engine.template(pixels, faces[0]))
    seen: list[Sighting] = []
    yield "frame", milliseconds(lambda: seen.append(look(engine, data)))
    near = seen[0].region
    yield "the frame after", milliseconds(lambda: look(engine, data, near=near))


def measure(engine_name: str, faces: Path | None) -> dict[str, Any]:
    """Return all figures of one engine."""
    environment, naive = (
        EngineEnvironment(engines(), Engine(name))
        for name in (engine_name, Engine.FACE_RECOGNITION)
    )
    for one in (environment, naive):
        assert one.is_installed()
        sys.path.append(str(one.folder()))
    # The engines' packages are on the path from here on only.
    plain = load(Engine.FACE_RECOGNITION)
    import face_recognition  # noqa: PLC0415

    engine = plain if engine_name == plain.info.name else load(Engine(engine_name))
    pictures = scenes(portrait_folder())
    stages = by_stage(engine, face_recognition, pictures)
    process = asyncio.run(
        as_a_process(environment, pictures["at arm's length"] * ROUNDS)
    )
    result = {
        "engine": engine.info.name,
        "version": engine.info.version,
        "scenes": stages,
        "process": process,
        # A person stands there: a scene without a face has nothing to compare.
        "frame_of_naive": max(
            row["frame_of_naive"] for row in stages.values() if "template" in row
        ),
    }
    if faces is not None:
        result["usable"] = usable(engine, faces)
        result |= masks(engine, faces)
    return result


def broken(result: dict[str, Any]) -> list[str]:
    """Return the promised limits that a result misses."""
    values = {**result, **result["process"]}
    return [
        f"{result['engine']}: {name} is {values[name]}, at most {limit} was promised"
        for name, limit in LIMITS[result["engine"]].items()
        # Without photographs there are no masks to miss.
        if name in values and values[name] > limit
    ]


def print_table(result: dict[str, Any]) -> None:
    """Print a result for people."""
    scenes = result["scenes"]
    print(f"{result['engine']} {result['version']}: median ms a frame of 640 × 480")
    print(f"{'':20}" + "".join(f"{scene:>18}" for scene in scenes))
    for stage in next(iter(scenes.values())):
        cells = (row.get(stage, "–") for row in scenes.values())
        label = "frame ÷ naive" if stage == "frame_of_naive" else stage
        print(f"{label:20}" + "".join(f"{cell:>18}" for cell in cells))
    print()
    for name, value in result["process"].items():
        print(f"{name:20}{value:>18}")
    for crowd, shares in result.get("usable", {}).items():
        parts = ", ".join(f"{name} {value}" for name, value in shares.items())
        print(f"{crowd:20}{parts}")
    if "masks" in result:
        parts = ", ".join(f"{name} {n}" for name, n in result["masks"].items())
        print(f"{'masks':20}missed {result['masks_missed']}: {parts}")
    print()


def main() -> None:
    """Measure, print, and with --check compare with the promised limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=list(LIMITS), help="one of both only")
    parser.add_argument("--faces", type=Path, help="a folder of pictures")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    faces = arguments.faces or (FACES if FACES.is_dir() else None)
    engines = [arguments.engine] if arguments.engine else list(LIMITS)
    results = [measure(engine, faces) for engine in engines]
    searches = search.measure()
    if arguments.json:
        print(json.dumps([*results, {"search_ms": searches}], indent=2))
    else:
        for result in results:
            print_table(result)
        search.print_table(searches)
    failures = [failure for result in results for failure in broken(result)]
    failures += search.broken(searches)
    if arguments.check and failures:
        print("\n".join(failures), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
