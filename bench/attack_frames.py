"""The scores of the detector of presentation attacks, by visit and by light."""

from collections.abc import Callable, Iterable, Iterator, Sequence
import csv
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from custom_components.facequota.recognition.assess import assess
from custom_components.facequota.recognition.engine import AttackDetector, FaceEngine
from custom_components.facequota.recognition.presentation import together

ATTACKS: Final = {"print_attack": "prints"}
PEOPLE: Final = {"multi", "stranger", "live", "stranger_child"}
BEFORE_A_CAMERA: Final = {"casia_v5", "nuaa_live"}
"""Sets with frames as a dispenser's camera makes them; portraits are cut closer."""
WITH_SURROUNDINGS: Final = BEFORE_A_CAMERA | {"nuaa_print", "lfw"}
CUT_CLOSE: Final = " cut as portraits"
LIGHTS: Final = {"": (1.0,), " in the dark": (0.6, 0.4, 0.25)}
"""What a picture is multiplied by; below a quarter, hardly any is usable."""
_FRAMES: Final = 2
_PORTRAIT: Final = 4.3
"""Sides of the SCUT portraits, in eye distances; the network has learnt with more."""

type Combine = Callable[[Sequence[float]], float]
"""Makes one score of a visit's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The result of one picture in one light."""

    kinds: list[str]
    """The attack and its way, or the crowd; each with the light."""
    is_attack: bool
    is_before_a_camera: bool
    person: str
    sitting: str
    """One person, one camera, one moment: only such frames make a visit."""
    is_whole: bool = True
    """Not cut as close as portraits are."""
    live: float | None
    """None: no usable face, or a picture without colours."""
    ms: float = 0.0

    @property
    def in_first_half(self) -> bool:
        """Return if this person is of the half by which the threshold is chosen."""
        return sha256(self.person.encode()).digest()[0] % 2 == 0


def frames(
    engine: FaceEngine, detector: AttackDetector, folder: Path
) -> Iterator[Frame]:
    """Yield the detector's results for the pictures of an index."""
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if row["role"] in PEOPLE | set(ATTACKS)
        ]
    for row in rows:
        is_attack = row["role"] in ATTACKS
        # NUAA's names: person, glasses, way of holding the print, session, number.
        sitting = row["path"].rpartition("_")[0] if "nuaa" in row["set"] else ""
        with Image.open(folder / row["path"]) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
        for light, factors in LIGHTS.items():
            for factor in factors:
                live, ms = look(
                    engine, detector, image.point(lambda v, f=factor: v * f)
                )
                yield Frame(
                    kinds=[kind + light for kind in _kinds(row, sitting)],
                    is_attack=is_attack,
                    is_before_a_camera=row["set"] in BEFORE_A_CAMERA,
                    person=row["identity"],
                    sitting=f"{sitting or row['identity']} {factor}",
                    live=live,
                    ms=ms,
                )
        if row["set"] in WITH_SURROUNDINGS and (close := _cut(engine, image)):
            yield Frame(
                kinds=[_kinds(row, sitting)[0] + CUT_CLOSE],
                is_attack=is_attack,
                is_before_a_camera=False,
                is_whole=False,
                person=row["identity"],
                sitting=sitting or row["identity"],
                live=look(engine, detector, close)[0],
            )


def _kinds(row: dict[str, str], sitting: str) -> list[str]:
    if attack := ATTACKS.get(row["role"]):
        return [attack, f"{attack}, way {sitting[-5:-3]}"]
    if "child" in row["role"]:
        return ["children"]
    crowd = row["set"]
    return [f"{crowd} {row['group']}" if crowd == "scut" else crowd]


def _cut(engine: FaceEngine, image: Image.Image) -> Image.Image | None:
    """Return a picture that is cut as close around the face as portraits are; None without a face."""
    faces = engine.faces(np.asarray(image))
    if not faces:
        return None
    left, right, nose = faces[0].eyes_and_nose
    half = _PORTRAIT / 2 * float(np.linalg.norm(right - left))
    x, y = (float(one) for one in ((left + right) / 2 + nose) / 2)
    across, down = image.size
    return image.crop(
        (
            max(0, int(x - half)),
            max(0, int(y - half)),
            min(across, int(x + half)),
            min(down, int(y + half)),
        )
    )


def look(
    engine: FaceEngine, detector: AttackDetector, image: Image.Image
) -> tuple[float | None, float]:
    """Return the score of a picture (None without one), and the time that it took."""
    pixels = np.asarray(image)
    faces = engine.faces(pixels)
    if assess(pixels, faces).guidance is not None:
        return None, 0.0
    start = perf_counter()
    live = detector.live(pixels, faces[0])
    return live, (perf_counter() - start) * 1000


def visits(seen: Iterable[Frame], combine: Combine = together) -> list[float]:
    """Return the scores of each pair of consecutive frames of one sitting."""
    sittings: dict[str, list[float]] = {}
    for frame in seen:
        if frame.live is not None:
            sittings.setdefault(frame.sitting, []).append(frame.live)
    return [
        combine(scores[start : start + _FRAMES])
        for scores in sittings.values()
        for start in range(len(scores) - _FRAMES + 1)
    ]
