"""Whether a worker's memory stays constant over many frames.

    .venv/bin/python -m bench.soak [--engine NAME] [--frames 20000] [--json] [--check]

Frames of every kind in a random order: people as they are, tilted, damaged and too large,
in every format that is read, empty rooms, other formats, and bytes that are no picture.
The demo's portraits are enough. --check fails where the resident memory grows after the
first tenth of the frames, or the worker was started again.
"""

import argparse
import asyncio
from dataclasses import asdict, dataclass
from io import BytesIO
import json
import sys
from typing import Final

import numpy as np
from PIL import Image

from custom_components.facequota.recognition.engine import Face
from custom_components.facequota.recognition.engines import Engine
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from .damage import DAMAGES, Pixels
from .worker_process import memory_mb

FRAMES: Final = 20_000
WARM: Final = 0.1
"""Part of the frames after which nothing more may be allocated for good."""
SAMPLES: Final = 40
MAX_GROWTH_MB: Final = 2.0
"""What the median of the last quarter may lie above that of the first after WARM."""
_SEED: Final = 20_261_125


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The memory and time of a worker."""

    engine: str
    frames: int
    memory_mb: list[float]
    """Resident, at equal distances after the first tenth."""
    peak_mb: float
    restarts: int

    @property
    def growth_mb(self) -> float:
        """Return by how much the last quarter's mean is above the first's."""
        quarter = max(1, len(self.memory_mb) // 4)
        first, last = self.memory_mb[:quarter], self.memory_mb[-quarter:]
        return float(np.median(last) - np.median(first))


def pictures() -> list[bytes]:
    """Return frames of every kind, once each."""
    every = [b"", b"\xff\xd8\xff", b"<html>401</html>", bytes(range(256)) * 100]
    for path in sorted(portrait_folder().glob("*/*.jpg")):
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        pixels = np.asarray(image)
        face = _somewhere_in_the_middle(pixels)
        damaged = (Image.fromarray(damage(pixels, face)) for damage in DAMAGES.values())
        every += [_encoded(one) for one in damaged]
        data = _encoded(image)
        every += [data, data[:-2], data[: len(data) // 2], data[: -len(data) // 10]]
        every += [_encoded(image, kind) for kind in ("PNG", "WEBP", "GIF")]
        every += [_encoded(image.convert(mode)) for mode in ("L", "CMYK")]
        every.append(_encoded(image.resize((1920, 1440))))
    large = image.resize((4000, 3000))
    every += [_encoded(large), _encoded(large, progressive=True)]
    every += [
        _encoded(Image.new("RGB", (640, 480), grey)) for grey in ("black", "white")
    ]
    return every


def _somewhere_in_the_middle(pixels: Pixels) -> Face:
    """Return roughly where a portrait's face is: damage need not be exact."""
    height, width = pixels.shape[:2]
    eyes_and_nose = np.array([(0.45, 0.3), (0.58, 0.3), (0.51, 0.42)], np.float32)
    return Face(
        top=0.2 * height,
        left=0.35 * width,
        bottom=0.62 * height,
        right=0.68 * width,
        points=np.zeros((5, 2), np.float32),
        eyes_and_nose=eyes_and_nose * np.array((width, height), np.float32),
    )


def _encoded(
    image: Image.Image, kind: str = "JPEG", *, progressive: bool = False
) -> bytes:
    file = BytesIO()
    image.save(file, kind, progressive=progressive)
    return file.getvalue()


async def measure(engine: str, frames: int) -> Result:
    """Return the memory and time of a worker for so many frames."""
    environment = EngineEnvironment(engines(), Engine(engine))
    worker = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    every = await asyncio.to_thread(pictures)
    order = np.random.default_rng(_SEED).integers(0, len(every), frames)
    step = max(1, frames // SAMPLES)
    memory: list[float] = []
    peak = 0.0
    await worker.start()
    try:
        near = None
        for number, index in enumerate(order, 1):
            seen = await worker.look(every[index], timeout=60, near=near)
            near = seen.region
            seen.overwrite()
            if number % step == 0 and worker.pid is not None:
                now, peak = memory_mb(worker.pid)
                if number >= WARM * frames:
                    memory.append(round(now, 1))
        restarts = worker.restarts
    finally:
        await worker.stop()
    return Result(
        engine=engine,
        frames=frames,
        memory_mb=memory,
        peak_mb=round(peak, 1),
        restarts=restarts,
    )


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=list(Engine))
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    failures = []
    for engine in [options.engine] if options.engine else list(Engine):
        result = asyncio.run(measure(engine, options.frames))
        if options.json:
            print(json.dumps(asdict(result)), flush=True)
        else:
            print(
                f"{engine}: {result.frames} frames, MB after the first tenth"
                f" {result.memory_mb[0]}, at the end {result.memory_mb[-1]},"
                f" at most {result.peak_mb}; {result.growth_mb:+.1f} MB,"
                f" {result.restarts} restarts",
                flush=True,
            )
        if result.growth_mb > MAX_GROWTH_MB or result.restarts:
            failures.append(f"{engine}: {result.growth_mb:+.1f} MB")
    print("\n".join(failures) or "as it has to be", file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
