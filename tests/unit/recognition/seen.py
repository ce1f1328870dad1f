"""Looking with a real worker, and comparing what it saw."""

from pathlib import Path

import numpy as np
from PIL import Image

from custom_components.facequota.recognition.engine import Region, Sighting
from custom_components.facequota.recognition.supervisor import Supervisor

from . import pictures

# The thresholds that the engines' authors recommend: face_recognition's tolerance, and SFace's
# cosine of 0.363 as a distance of unit vectors. Enough to tell two people apart here.
SAME_PERSON = {"face_recognition": 0.6, "ncnn": 1.128}


async def look(
    worker: Supervisor,
    picture: bytes | Path | Image.Image,
    near: Region | None = None,
) -> Sighting:
    """Return what the worker sees."""
    if isinstance(picture, Image.Image):
        picture = pictures.encoded(picture, quality=90)
    elif isinstance(picture, Path):
        picture = picture.read_bytes()
    return await worker.look(picture, timeout=60, near=near)


def distance(one: Sighting, other: Sighting) -> float:
    """Return how far two people, or one, are apart."""
    assert one.template is not None
    assert other.template is not None
    return float(np.linalg.norm(one.template - other.template))


def frame_of(*people: tuple[Path, int, int, float]) -> Image.Image:
    """Return a frame with people in it: portrait, x, y and scale of each."""
    frame = Image.new("RGB", (640, 480), (90, 100, 110))
    for portrait, x, y, scale in people:
        # The head and a little of its surroundings.
        image = Image.open(portrait).convert("RGB").crop((160, 10, 460, 290))
        size = (round(300 * scale), round(280 * scale))
        frame.paste(image.resize(size), (x, y))
    return frame
