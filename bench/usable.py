"""The share of photographs that are usable for recognition, and the guidance for the others."""

from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps

from custom_components.facequota.recognition.look import look

from .pictures import MASKED, photographs

FRAME: Final = (640, 480)


def frame(image: Image.Image) -> bytes:
    """Return an image of any size as a camera's frame."""
    canvas = Image.new("RGB", FRAME, (120, 110, 100))
    image = ImageOps.contain(image.convert("RGB"), FRAME)
    canvas.paste(image, ((FRAME[0] - image.width) // 2, (FRAME[1] - image.height) // 2))
    file = BytesIO()
    canvas.save(file, "JPEG", quality=92)
    return file.getvalue()


def usable(engine: Any, folder: Path) -> dict[str, dict[str, float]]:
    """Return by crowd the share of usable pictures, and the guidance for the others."""
    said: dict[str, Counter[str]] = {}
    for photograph in photographs(folder):
        with Image.open(photograph.path) as image:
            sighting = look(engine, frame(image))
        name = "usable" if sighting.guidance is None else sighting.guidance.value
        said.setdefault(photograph.crowd, Counter())[name] += 1
    return {
        crowd: {name: round(n / count.total(), 4) for name, n in count.most_common()}
        | {"pictures": count.total()}
        for crowd, count in said.items()
    }


def masks(engine: Any, folder: Path) -> dict[str, Any]:
    """Return how many masked faces are found, and the guidance they get."""
    said: Counter[str] = Counter()
    missed = 0
    for photograph in photographs(folder, MASKED):
        with Image.open(photograph.path) as image:
            sighting = look(engine, frame(image))
        said[sighting.guidance or "usable"] += 1
        missed += not sighting.faces
    if not said:
        return {}
    return {
        "masks": dict(said.most_common()),
        "masks_missed": round(missed / said.total(), 4),
    }
