"""MiniFASNet tells a person from a print of one, by ncnn. Loaded in the child only.

Minivision's network (Apache-2.0) sees the face with its surroundings: the edge of a
sheet, the grain of a print. The manager provides the files (presentation.py).
"""

from pathlib import Path

import ncnn
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .engine import Face
from .presentation import NETWORK

_SIDE = 80
"""Pixels of the square that the network sees."""

_SURROUNDINGS = 2.7
"""Sides of what the network sees, in sides of the face's box."""

_BESIDE, _ABOVE, _BELOW = 1.0, 1.15, 1.6
"""The face's box around the middle between the eyes, in eye distances.

From the eyes alone, so that it is the same for every detector.
"""

_LIVE = 1
"""Which of the network's three answers means a person; the others are pictures."""

_MIN_COLOUR = 3.0
"""Mean difference of the strongest and the weakest colour (0..255).

The network has learnt from colours and takes every grey picture, as night cameras make
them, for a print. Frames of people by day have 9 and more.
"""


class MiniFASNet:
    """How much a face looks like a person."""

    def __init__(self, folder: Path) -> None:
        """Load the network. Raises RuntimeError if its files cannot be read."""
        self._network = ncnn.Net()
        self._network.opt.num_threads = 1
        if self._network.load_param(
            str(folder / f"{NETWORK}.param")
        ) or self._network.load_model(str(folder / f"{NETWORK}.bin")):
            raise RuntimeError(f"{NETWORK} cannot be loaded")

    def live(self, picture: NDArray[np.uint8], face: Face) -> float | None:
        """Return 0..1, near 1 for a person; None for a picture without colours.

        `picture` is RGB with shape (height, width, 3).
        """
        seen = np.asarray(_with_surroundings(picture, face))
        if np.ptp(seen, axis=2).mean() < _MIN_COLOUR:
            return None
        extractor = self._network.create_extractor()
        extractor.input(
            "data",
            ncnn.Mat.from_pixels(seen, ncnn.Mat.PixelType.PIXEL_RGB2BGR, _SIDE, _SIDE),
        )
        answers = np.array(extractor.extract("softmax")[1])
        return float(np.clip(answers[_LIVE], 0, 1))


def _with_surroundings(picture: NDArray[np.uint8], face: Face) -> Image.Image:
    """Return the face with its surroundings, as far as the picture has them.

    The box is moved inwards at the picture's edges. Each pixel is interpolated between
    its four neighbours only, which keeps the grain of a print: with an average over the
    whole area, one print in eight would pass; now it is one in thirty.
    """
    height, width = picture.shape[:2]
    left, right, _ = face.eyes_and_nose
    middle = (left + right) / 2
    unit = max(float(np.linalg.norm(right - left)), 1.0)
    box_width, box_height = 2 * _BESIDE * unit, (_ABOVE + _BELOW) * unit
    scale = min(_SURROUNDINGS, (width - 1) / box_width, (height - 1) / box_height)
    across, down = box_width * scale, box_height * scale
    x = float(middle[0]) - across / 2
    y = float(middle[1]) + (_BELOW - _ABOVE) * unit / 2 - down / 2
    x, y = min(max(x, 0.0), width - across), min(max(y, 0.0), height - down)
    return Image.fromarray(picture).transform(
        (_SIDE, _SIDE),
        Image.Transform.AFFINE,
        (across / _SIDE, 0, x, 0, down / _SIDE, y),
        Image.Resampling.BILINEAR,
    )
