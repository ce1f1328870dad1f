"""Tests an installed engine on a drawn face, and measures the time for a frame.

Runs in a process of its own. The face is drawn: ellipses, painted one over another and
blurred. Both engines find it, and do all the work that a visitor's face needs.
"""

from io import BytesIO
from statistics import median
import sys

from PIL import Image, ImageDraw, ImageFilter

from . import sandbox
from .engines import Engine, load
from .look import look

SIZE = (640, 480)
FRAMES = 7
"""The first warms up; of so many the median is steady."""

_WALL, _SHIRT, _NECK, _HAIR = "#969ba0", "#3c5078", "#c49478", "#3c2d23"
_SKIN, _CHEEK, _SOCKET, _SHADE = "#d6a88c", "#ce9b80", "#be8e74", "#78503c"
_WHITE, _IRIS, _PUPIL = "#f0ece8", "#3c281e", "#0a0a0a"
_LIPS, _MOUTH = "#aa5450", "#5a2828"


def main(engine_name: str) -> None:
    """Write the milliseconds of a frame. Raises RuntimeError if no face is seen."""
    sandbox.enter()
    engine = load(Engine(engine_name))
    file = BytesIO()
    drawn_face().save(file, "JPEG", quality=90)
    seen = [look(engine, file.getvalue()) for _ in range(FRAMES)]
    if any(sighting.template is None for sighting in seen):
        raise RuntimeError("the engine does not see the drawn face")
    sys.stdout.write(str(median(sighting.recognition_ms for sighting in seen)))


def drawn_face() -> Image.Image:
    """Return a camera's frame with a face."""
    image = Image.new("RGB", SIZE, _WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((210, 400, 430, 480), fill=_SHIRT)
    draw.rectangle((285, 340, 355, 420), fill=_NECK)
    draw.ellipse((225, 90, 415, 350), fill=_HAIR)
    draw.ellipse((240, 120, 400, 370), fill=_SKIN)
    for left in (250, 340):
        draw.ellipse((left, 240, left + 50, 330), fill=_CHEEK)
    for x in (282, 358):
        draw.ellipse((x - 26, 205, x + 26, 242), fill=_SOCKET)
        draw.ellipse((x - 20, 214, x + 20, 236), fill=_WHITE)
        draw.ellipse((x - 10, 213, x + 10, 236), fill=_IRIS)
        draw.ellipse((x - 5, 218, x + 5, 230), fill=_PUPIL)
        draw.ellipse((x - 6, 217, x - 2, 221), fill=_WHITE)
        draw.arc((x - 22, 210, x + 22, 240), 185, 355, fill=_HAIR, width=5)
        draw.arc((x - 28, 190, x + 28, 225), 200, 340, fill=_HAIR, width=8)
    nose = [(312, 225), (328, 225), (340, 290), (320, 300), (300, 290)]
    draw.polygon(nose, fill=_CHEEK)
    draw.line([(308, 225), (300, 285)], fill=_SOCKET, width=4)
    for x in (306, 334):
        draw.ellipse((x - 6, 284, x + 6, 294), fill=_SHADE)
    draw.ellipse((288, 312, 352, 338), fill=_LIPS)
    draw.line([(288, 325), (352, 325)], fill=_MOUTH, width=4)
    draw.arc((270, 330, 370, 366), 30, 150, fill=_SOCKET, width=5)
    return image.filter(ImageFilter.GaussianBlur(2.2))
