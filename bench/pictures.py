"""Photographs as frames of a site's camera, and their templates.

Photographs come from a folder that has an index.csv (columns path, identity, set,
group, role), as ../shared/faces does, or one folder of pictures per person. Every
picture is put into a 640×480 frame, in one of several lights, and goes through the
worker that a site uses. Templates are kept under .cache/templates, which is no part of
the repository.
"""

import asyncio
from collections.abc import AsyncIterator, Container, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
import csv
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
import io
from pathlib import Path
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from custom_components.facequota.recognition.engine import Sighting
from custom_components.facequota.recognition.engines import Engine
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.prepare import engines

ROOT: Final = Path(__file__).resolve().parent.parent
FACES: Final = ROOT.parent / "shared" / "faces"
CACHE: Final = ROOT / ".cache"
_RECOGNITION: Final = ROOT / "custom_components" / "facequota" / "recognition"
_FRAME: Final = (640, 480)
_WALL: Final = (176, 172, 164)
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
# The sets with people before a camera; those with prints are left out.
ROLES: Final = frozenset({"multi", "stranger", "live", "stranger_child"})
MASKED: Final = frozenset({"masked_scene"})
# The light of a room with a lamp in the next room; a sensor adds noise there.
_DARK, _DARK_NOISE = 0.3, 3.0
# Roughly how an infra-red camera shows colours.
_INFRA_RED: Final = (0.7, 0.25, 0.05)
_SMALL_PX: Final = 68.0

type Vectors = NDArray[np.float32]
"""Templates, shape (n, dimension)."""


class Light(StrEnum):
    """The light in which a person stands, or a mask."""

    DAY = "day"
    DARK = "dark"
    INFRA_RED = "infra_red"
    MASK = "mask"
    """A mask drawn over the lower half of the face."""
    FAR = "far"
    """As small as a face may be: a little more than 64 px."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """One picture of a person."""

    path: Path
    person: str
    crowd: str


def photographs(folder: Path, roles: Container[str] = ROLES) -> Iterator[Photograph]:
    """Yield the pictures of a folder, with their person and crowd."""
    index = folder / "index.csv"
    if index.is_file():
        with index.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row.get("role", "multi") in roles:
                    yield Photograph(
                        path=folder / row["path"],
                        person=row["identity"],
                        crowd=_crowd(row),
                    )
        return
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _PICTURES:
            yield Photograph(path=path, person=path.parent.name, crowd="people")


def _crowd(row: Mapping[str, str]) -> str:
    """Return which crowd a person of the index belongs to."""
    if "child" in row.get("role", ""):
        return "children"
    return row["set"] if row.get("group", "mixed") == "mixed" else row["group"]


def templates(
    folder: Path,
    engine: str,
    pictures: Sequence[Photograph],
    light: Light = Light.DAY,
    *,
    keep: bool = True,
) -> dict[str, Vectors]:
    """Return templates by the picture's path; none where no usable face was found.

    They are kept for the next time, for these pictures and this state of the code that
    looks at them; or with keep=False nowhere but in memory.
    """
    if not keep:
        return _made(folder, engine, pictures, light)
    names = [str(picture.path.relative_to(folder)) for picture in pictures]
    code = [path.read_bytes() for path in sorted(_RECOGNITION.glob("*.py"))]
    key = b"\0".join((*(name.encode() for name in names), *code))
    digest = sha256(key).hexdigest()[:12]
    file = CACHE / "templates" / f"{engine}-{light}-{digest}.npz"
    if not file.is_file():
        found = _made(folder, engine, pictures, light)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part.npz")
        np.savez(
            part,
            names=np.array(list(found)),
            templates=np.stack(list(found.values())),
        )
        part.replace(file)
    with np.load(file) as saved:
        return dict(zip(saved["names"].tolist(), saved["templates"], strict=True))


def _made(
    folder: Path, engine: str, pictures: Sequence[Photograph], light: Light
) -> dict[str, Vectors]:
    if not pictures:
        return {}
    print(f"{len(pictures)} pictures, {light}: {engine} …", file=sys.stderr)
    seen = asyncio.run(_look(engine, [picture.path for picture in pictures], light))
    return {
        str(picture.path.relative_to(folder)): template
        for picture, template in zip(pictures, seen, strict=True)
        if template is not None
    }


async def _look(
    engine: str, paths: Sequence[Path], light: Light
) -> list[Vectors | None]:
    """Return the templates of the pictures from a worker of our own; None without a face."""
    async with worker_of(engine) as worker:
        return [await _template(worker, path, light) for path in paths]


@asynccontextmanager
async def worker_of(engine: str) -> AsyncIterator[Supervisor]:
    """Run a worker as a site has it."""
    environment = EngineEnvironment(await asyncio.to_thread(engines), Engine(engine))
    assert environment.is_installed()
    worker = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def _template(worker: Supervisor, path: Path, light: Light) -> Vectors | None:
    frame = _frame(path)
    seen: Sighting | None = None
    if light in (Light.MASK, Light.FAR):
        seen = await worker.look(_jpeg(frame), timeout=30)
    changed = _in_light(frame, light, seen, np.random.default_rng(len(path.name)))
    if changed is None:
        return None
    return (await worker.look(_jpeg(changed), timeout=30)).template


def _frame(path: Path) -> Image.Image:
    """Return a camera's picture of the photograph."""
    frame = Image.new("RGB", _FRAME, _WALL)
    with Image.open(path) as opened:
        person = ImageOps.exif_transpose(opened).convert("RGB")
    person = ImageOps.contain(person, _FRAME, Image.Resampling.LANCZOS)
    frame.paste(
        person,
        ((_FRAME[0] - person.width) // 2, (_FRAME[1] - person.height) // 2),
    )
    return frame


def _in_light(
    frame: Image.Image,
    light: Light,
    seen: Sighting | None,
    rng: np.random.Generator,
) -> Image.Image | None:
    """Return the picture in another light; None where there is no face to change."""
    pixels = np.asarray(frame).astype(np.float64)
    match light:
        case Light.DARK:
            pixels = _DARK * pixels + rng.normal(0, _DARK_NOISE, pixels.shape)
        case Light.INFRA_RED:
            grey = 255 * (pixels @ np.array(_INFRA_RED) / 255) ** 0.8
            grey += rng.normal(0, _DARK_NOISE + 1, grey.shape)
            pixels = np.repeat(grey[:, :, None], 3, axis=2)
        case Light.MASK:
            return None if seen is None else _masked(frame, seen)
        case Light.FAR:
            return None if seen is None else _farther(frame, seen)
        case Light.DAY:
            return frame
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _masked(frame: Image.Image, seen: Sighting) -> Image.Image | None:
    """Return a person with a mask from the nose to the chin."""
    if seen.region is None or seen.eyes_at is None:
        return None
    left, right = (frame.width * end for end in (seen.region.left, seen.region.right))
    eyes, chin = (frame.height * at for at in (seen.eyes_at, seen.region.bottom))
    outline = ((0.1, 0.39), (0.5, 0.23), (0.9, 0.39), (0.84, 0.78), (0.5, 1.03))
    points = [
        (left + across * (right - left), eyes + down * (chin - eyes))
        for across, down in (*outline, (0.16, 0.78))
    ]
    masked = frame.copy()
    ImageDraw.Draw(masked).polygon(points, fill=(205, 222, 232))
    return masked


def _farther(frame: Image.Image, seen: Sighting) -> Image.Image | None:
    """Return the same a few steps away."""
    if not seen.face_height_px:
        return None
    scale = min(1.0, _SMALL_PX / seen.face_height_px)
    size = (max(1, int(frame.width * scale)), max(1, int(frame.height * scale)))
    small = frame.resize(size, Image.Resampling.LANCZOS)
    farther = Image.new("RGB", _FRAME, _WALL)
    farther.paste(small, ((_FRAME[0] - size[0]) // 2, (_FRAME[1] - size[1]) // 2))
    return farther


def _jpeg(frame: Image.Image) -> bytes:
    jpeg = io.BytesIO()
    frame.save(jpeg, format="JPEG", quality=92)
    return jpeg.getvalue()
