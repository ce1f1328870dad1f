"""Photographs of people, as a camera at a dispenser would show them."""

from dataclasses import dataclass
from pathlib import Path
import subprocess
import sys
from typing import Final

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from .home_assistant import ROOT, HouseError

WIDTH: Final = 640
HEIGHT: Final = 480
PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
WALL: Final = (176, 172, 164)
FLOOR: Final = (128, 122, 112)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person with at least one photograph."""

    name: str
    photographs: tuple[Path, ...]


def people_in(folder: Path) -> list[Person]:
    """Return the people of a folder that has one folder of photographs for each person."""
    people = [
        Person(name=one.name, photographs=photographs)
        for one in sorted(folder.iterdir())
        if one.is_dir()
        and (
            photographs := tuple(
                sorted(p for p in one.iterdir() if p.suffix.lower() in PICTURES)
            )
        )
    ]
    if not people:
        raise HouseError(f"no folder with photographs in {folder}")
    return people


def portraits() -> list[Person]:
    """Return the two people of the public-domain portraits, fetched once."""
    return people_in(portrait_folder())


def portrait_folder() -> Path:
    """Return the portraits' folder, which has one folder for each person."""
    fetch = [sys.executable, str(ROOT / "scripts/portraits")]
    done = subprocess.run(fetch, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise HouseError("the portraits could not be fetched")
    return Path(done.stdout.strip())


def stand(
    photograph: Path, picture: Path, *, later: bool = False, quality: int = 90
) -> Path:
    """Write the camera's 640×480 picture of a person and return its path.

    `later` makes the picture of a person who comes back: some steps to the side
    and nearer, in less light, and compressed harder.
    """
    canvas = _room()
    with Image.open(photograph) as opened:
        person = ImageOps.exif_transpose(opened).convert("RGB")
    size = (WIDTH, HEIGHT) if not later else (round(WIDTH * 1.06), round(HEIGHT * 1.06))
    person = ImageOps.contain(person, size, Image.Resampling.LANCZOS)
    left = (WIDTH - person.width) // 2 + (46 if later else 0)
    canvas.paste(person, (left, (HEIGHT - person.height) // 2))
    if later:
        canvas = ImageEnhance.Brightness(canvas).enhance(0.72)
    return _save(canvas, picture, 62 if later else quality)


def leave(picture: Path) -> Path:
    """Write the camera's picture of an empty room and return its path."""
    return _save(_room(), picture, 90)


def _room() -> Image.Image:
    """Draw a wall, a floor and the edge between them."""
    room = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    draw = ImageDraw.Draw(room)
    draw.rectangle((0, HEIGHT * 4 // 5, WIDTH, HEIGHT), fill=FLOOR)
    draw.line((0, HEIGHT * 4 // 5, WIDTH, HEIGHT * 4 // 5), fill=(90, 86, 80), width=3)
    return room


def _save(image: Image.Image, picture: Path, quality: int) -> Path:
    """Write a JPEG at once, so that a camera never reads half of it."""
    part = picture.with_suffix(".part")
    image.save(part, format="JPEG", quality=quality)
    part.replace(picture)
    return picture
