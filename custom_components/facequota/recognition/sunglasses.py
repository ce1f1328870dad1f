"""Whether dark glasses hide the eyes: how dark they are compared with the cheeks."""

import numpy as np
from numpy.typing import NDArray

from .engine import Face

MIN_BRIGHTNESS = 0.3
"""See brightness(). Of 1,369 pictures two of black glasses are below (0.19 and 0.22).

Next above them are two caps in floodlight (0.32 and 0.38); nine in ten have 0.78 and
more. Strangers in black glasses come near each other three times as often as others.
"""

_LUMINANCE = np.array((0.299, 0.587, 0.114), np.float32)
_BRIGHT = 0.8
"""The quantile of an eye's surroundings: pupils and lashes are dark with everybody."""

# Middle from the eye or from between the eyes, and half the size, in eye distances.
_EYE = (0.03, 0.3, 0.2)
_CHEEK = (0.55, 0.2, 0.12)
_NOSE = (0.3, 0.08, 0.15)
_STEPS = 8


def hide_the_eyes(picture: NDArray[np.uint8], face: Face) -> bool:
    """Return whether the face wears dark glasses.

    `picture` is RGB with shape (height, width, 3).
    """
    return brightness(picture, face) < MIN_BRIGHTNESS


def brightness(picture: NDArray[np.uint8], face: Face) -> float:
    """Return the brightness around the eyes, divided by that of cheeks and nose.

    A quotient, so that neither light nor the colour of the skin matters.
    """
    left, right, _ = face.eyes_and_nose
    across = right - left
    axes = np.stack((across, (-across[1], across[0])))
    eyes = [_patch(picture, eye, axes, *_EYE) for eye in (left, right)]
    skin = [_patch(picture, eye, axes, *_CHEEK) for eye in (left, right)]
    skin.append(_patch(picture, (left + right) / 2, axes, *_NOSE))
    bright = float(np.median(np.concatenate(skin)))
    return float(np.quantile(np.concatenate(eyes), _BRIGHT)) / max(bright, 1.0)


def _patch(
    picture: NDArray[np.uint8],
    middle: NDArray[np.float32],
    axes: NDArray[np.float32],
    lower: float,
    wide: float,
    high: float,
) -> NDArray[np.float32]:
    """Return the luminance of points around and below one, in lengths of the axes."""
    grid = np.meshgrid(
        np.linspace(-wide, wide, _STEPS),
        np.linspace(lower - high, lower + high, _STEPS),
    )
    points = middle + np.stack(grid, axis=-1).reshape(-1, 2) @ axes
    height, width = picture.shape[:2]
    x, y = np.clip(points.round(), 0, (width - 1, height - 1)).astype(np.intp).T
    return np.asarray(picture[y, x] @ _LUMINANCE, np.float32)
