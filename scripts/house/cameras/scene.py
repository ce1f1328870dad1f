"""What a camera sees: a person who does not stand quite still, and a running clock."""

from enum import StrEnum
from functools import cache, lru_cache
from io import BytesIO
import math
from pathlib import Path
import time
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

from . import clock

SIZE: Final = (640, 480)
WALL: Final = (176, 172, 164)
# A person sways by this much, and a sensor has noise: the templates of two pictures are
# 0.05 (dlib) or 0.15 (ncnn) apart at least, those of a frozen picture 0.00 and 0.01.
SWAY_PX: Final = 6.0
SWAY_DEGREES: Final = 4.0
SWAY_SIZE: Final = 0.05
NOISE: Final = 8.0
POSES: Final = 32
POSE_S: Final = 0.04


class SceneFault(StrEnum):
    """How a camera can fail to show the scene in front of it."""

    FROZEN_BYTES = "frozen_bytes"
    """The same picture for ever, with its clock."""
    FROZEN_PICTURE = "frozen_picture"
    """The same picture under a running clock."""
    NO_SIGNAL = "no_signal"
    """A card that says so."""


class Scene:
    """The person who stands before a camera now, and the camera's fault."""

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        """Begin with an empty wall. `size` is width and height in pixels."""
        self.size = size
        self._standing = Image.new("RGB", size, WALL)
        self._pose = lru_cache(POSES)(self._draw_pose)
        self._fault: SceneFault | None = None
        self._frozen_at = 0.0
        self._frozen = self._standing

    def show(self, picture: Path) -> None:
        """Let the person on a picture stand there from now on."""
        with Image.open(picture) as opened:
            standing = ImageOps.exif_transpose(opened).convert("RGB")
        if standing.size != self.size:
            standing = ImageOps.pad(standing, self.size, color=WALL)
        self._standing = standing
        self._pose.cache_clear()

    @property
    def fault(self) -> SceneFault | None:
        """What is wrong; a picture freezes at the moment at which this is set."""
        return self._fault

    @fault.setter
    def fault(self, fault: SceneFault | None) -> None:
        self._fault = fault
        self._frozen_at = time.time()
        self._frozen = self._pose(_pose_at(self._frozen_at))

    def picture(self, taken: float | None = None) -> Image.Image:
        """Return the current picture (RGB), or the one that the camera would have taken at `taken` (Unix time)."""
        if self._fault is SceneFault.NO_SIGNAL:
            return _card(self.size)
        moment = time.time() if taken is None else taken
        pixels = self._frozen if self._fault else self._pose(_pose_at(moment))
        if self._fault is SceneFault.FROZEN_BYTES:
            moment = self._frozen_at
        picture = pixels.copy()
        clock.draw(picture, moment)
        return picture

    def jpeg(self, quality: int = 85) -> bytes:
        """Return the current picture, as a camera sends it."""
        file = BytesIO()
        self.picture().save(file, "JPEG", quality=quality)
        return file.getvalue()

    def _draw_pose(self, number: int) -> Image.Image:
        """Draw the person in one of POSES poses."""
        turn = 2 * math.pi * number / POSES
        # Three frequencies, so that no pose comes twice in a round.
        angle = math.radians(SWAY_DEGREES * math.sin(turn))
        size = 1 + SWAY_SIZE * math.sin(2 * turn)
        wide, high = self.size[0] / 2, self.size[1] / 2
        cos, sin = math.cos(angle) / size, math.sin(angle) / size
        right = wide + SWAY_PX * math.sin(3 * turn)
        down = high + SWAY_PX * math.cos(turn)
        turned = self._standing.transform(
            self.size,
            Image.Transform.AFFINE,
            (
                *(cos, sin, wide - cos * right - sin * down),
                *(-sin, cos, high + sin * right - cos * down),
            ),
            Image.Resampling.BILINEAR,
            fillcolor=WALL,
        )
        grain = ImageChops.offset(_grain(self.size), 37 * number, 23 * number)
        return ImageChops.add(turned, grain, offset=-128)


def _pose_at(moment: float) -> int:
    """Return the number of the pose at a moment."""
    return int(moment / POSE_S) % POSES


@cache
def _grain(size: tuple[int, int]) -> Image.Image:
    """Return a sensor's noise around a middle of 128."""
    return Image.effect_noise(size, NOISE).convert("RGB")


def _card(size: tuple[int, int]) -> Image.Image:
    """Return the picture that a recorder shows for a camera that it has lost."""
    card = Image.new("RGB", size, (16, 40, 140))
    font = ImageFont.load_default(size[1] // 10)
    middle = (size[0] // 2, size[1] // 2)
    ImageDraw.Draw(card).text(
        middle, "NO SIGNAL", font=font, fill=(255, 255, 255), anchor="mm"
    )
    return card
