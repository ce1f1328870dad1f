"""Templates of people to measure with: of photographs beside the repository, or drawn.

Photographs come from a folder that has an index.csv (columns path, identity, set,
group, role), as ../shared/faces does, or one folder of pictures per person. Every
picture is put into a 640×480 frame and goes through the worker that a site uses. The
templates are kept under .cache/templates, which is no part of the repository.
"""

import asyncio
from collections.abc import Container, Iterator, Mapping, Sequence
import csv
from dataclasses import dataclass
from hashlib import sha256
import io
from pathlib import Path
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from custom_components.facequota.recognition.engines import Engine
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.prepare import engines

ROOT: Final = Path(__file__).resolve().parent.parent
FACES: Final = ROOT.parent / "shared" / "faces"
CACHE: Final = ROOT / ".cache"
_RECOGNITION: Final = ROOT / "custom_components" / "facequota" / "recognition"
_FRAME: Final = (640, 480)
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
# People as a camera sees them. Left out: prints held before it, and masks.
_ROLES: Final = frozenset({"multi", "stranger", "live", "stranger_child"})
MASKED: Final = frozenset({"masked_scene"})
_ENOUGH_PEOPLE: Final = 30
# How much pictures of one drawn person differ, in proportion to people.
_WITHIN: Final = 0.3

type Vectors = NDArray[np.float32]
"""Templates, shape (n, dimension)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """One picture of somebody."""

    path: Path
    person: str
    crowd: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, as the engine saw them each time."""

    name: str
    templates: Vectors
    """As the engine gives them, of any length."""

    @property
    def directions(self) -> Vectors:
        """Return the templates brought to length 1."""
        return unit(self.templates)


type Crowds = dict[str, list[Person]]


def photographs(folder: Path, roles: Container[str] = _ROLES) -> Iterator[Photograph]:
    """Yield the pictures of a folder, with whose they are and which crowd's."""
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


def load(
    folder: Path, engine: str, *, least: int = _ENOUGH_PEOPLE, keep: bool = True
) -> Crowds:
    """Return everybody in the folder by crowd; crowds too small to use are left out.

    Templates are kept for the next time, or with keep=False nowhere but in memory.
    """
    pictures = list(photographs(folder))
    look_up = _cached if keep else _templates
    seen = look_up(folder, engine, pictures)
    people: dict[tuple[str, str], list[Vectors]] = {}
    for picture in pictures:
        if (template := seen.get(str(picture.path.relative_to(folder)))) is not None:
            people.setdefault((picture.crowd, picture.person), []).append(template)
    crowds: Crowds = {}
    for (crowd, name), templates in people.items():
        crowds.setdefault(crowd, []).append(
            Person(name=name, templates=np.stack(templates))
        )
    return {
        crowd: everybody
        for crowd, everybody in crowds.items()
        if len(everybody) >= least
    }


def _cached(
    folder: Path, engine: str, pictures: Sequence[Photograph]
) -> dict[str, Vectors]:
    """Return what was kept of the templates, else make them and keep them.

    Kept are those of these pictures and this state of the code that looks at them.
    """
    names = [str(picture.path.relative_to(folder)) for picture in pictures]
    code = [path.read_bytes() for path in sorted(_RECOGNITION.glob("*.py"))]
    key = b"\0".join((*(name.encode() for name in names), *code))
    digest = sha256(key).hexdigest()[:12]
    file = CACHE / "templates" / f"{engine}-{digest}.npz"
    if not file.is_file():
        found = _templates(folder, engine, pictures)
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


def _templates(
    folder: Path, engine: str, pictures: Sequence[Photograph]
) -> dict[str, Vectors]:
    """Return templates by the picture's path; none where no face was found."""
    if not pictures:
        return {}
    print(f"{len(pictures)} pictures go through {engine} …", file=sys.stderr)
    templates = asyncio.run(_look(engine, [picture.path for picture in pictures]))
    return {
        str(picture.path.relative_to(folder)): template
        for picture, template in zip(pictures, templates, strict=True)
        if template is not None
    }


async def _look(engine: str, paths: Sequence[Path]) -> list[Vectors | None]:
    """Return what a worker of our own makes of the pictures; None without a face."""
    environment = EngineEnvironment(await asyncio.to_thread(engines), Engine(engine))
    assert environment.is_installed()
    worker = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await worker.start()
    try:
        return [
            (await worker.look(_frame(path), timeout=30)).template for path in paths
        ]
    finally:
        await worker.stop()


def _frame(path: Path) -> bytes:
    """Return a camera's picture of the photograph, as JPEG."""
    frame = Image.new("RGB", _FRAME, (176, 172, 164))
    with Image.open(path) as opened:
        person = ImageOps.exif_transpose(opened).convert("RGB")
    person = ImageOps.contain(person, _FRAME, Image.Resampling.LANCZOS)
    frame.paste(
        person,
        ((_FRAME[0] - person.width) // 2, (_FRAME[1] - person.height) // 2),
    )
    jpeg = io.BytesIO()
    frame.save(jpeg, format="JPEG", quality=92)
    return jpeg.getvalue()


def unit(templates: Vectors) -> Vectors:
    """Return templates brought to length 1."""
    directions: Vectors = templates / np.linalg.norm(templates, axis=1, keepdims=True)
    return directions


def drawn(like: Sequence[Person], count: int, rng: np.random.Generator) -> list[Person]:
    """Return people who do not exist, four pictures each.

    Drawn from the normal law that has the crowd's mean and covariance, which gives
    their distances the crowd's distribution. With fewer people than a crowd, from a law
    around their mean whose distances are like those of dlib's templates of one.
    """
    if len(like) < _ENOUGH_PEOPLE:
        dimension = 128
        middle = np.zeros(dimension)
        middle[0] = 1.0
        if like:
            middle = np.mean(
                [person.directions.mean(axis=0) for person in like], axis=0
            )
            middle /= np.linalg.norm(middle)
        spread = np.diag(0.94 ** np.arange(dimension))
        spread *= 0.176 / np.trace(spread)
    else:
        first = np.stack([person.directions[0] for person in like]).astype(np.float64)
        middle, spread = first.mean(axis=0), np.cov(first, rowvar=False)
    root = np.linalg.cholesky(spread + 1e-9 * np.eye(len(middle)))
    faces = middle + rng.normal(size=(count, len(middle))) @ root.T
    people = []
    for number, face in enumerate(faces):
        seen = face + _WITHIN * rng.normal(size=(4, len(middle))) @ root.T
        seen /= np.linalg.norm(seen, axis=1, keepdims=True)
        people.append(Person(name=f"drawn {number}", templates=seen.astype(np.float32)))
    return people
