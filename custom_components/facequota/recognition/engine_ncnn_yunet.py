"""YuNet finds faces and five points in each, by ncnn. Loaded in the child only."""

import ncnn
import numpy as np
from numpy.typing import NDArray

STRIDES = (8, 16, 32)
MIN_SCORE = 0.7
_MAX_OVERLAP = 0.3

type Floats = NDArray[np.float32]


class YuNet:
    """The detector (MIT, by way of OpenCV's model zoo)."""

    def __init__(self, network: ncnn.Net) -> None:
        """Take a loaded network."""
        self._network = network

    def detect(
        self, picture: NDArray[np.uint8], *, min_score: float = MIN_SCORE
    ) -> tuple[Floats, Floats, Floats]:
        """Return boxes (n, 4), points (n, 5, 2) and scores (n,) that may be faces.

        `picture` is RGB with shape (height, width, 3), results are in its pixels: boxes
        as left, top, right, bottom; points are eyes, nose and corners of the mouth. The
        same face is found several times (see each_once).
        """
        height, width = picture.shape[:2]
        coarsest = STRIDES[-1]
        framed = np.zeros((_up(height, coarsest), _up(width, coarsest), 3), np.uint8)
        framed[:height, :width] = picture
        extractor = self._network.create_extractor()
        extractor.input(
            "input",
            ncnn.Mat.from_pixels(
                framed,
                ncnn.Mat.PixelType.PIXEL_RGB2BGR,
                framed.shape[1],
                framed.shape[0],
            ),
        )
        found = [_decode(extractor, stride, min_score) for stride in STRIDES]
        boxes, points, scores = (
            np.concatenate(parts) for parts in zip(*found, strict=True)
        )
        return boxes, points, scores


def each_once(
    boxes: Floats, points: Floats, scores: Floats
) -> list[tuple[Floats, Floats]]:
    """Return box and points of each face once, those with the highest score."""
    kept: list[int] = []
    for candidate in np.argsort(-scores):
        if all(_overlap(boxes[candidate], boxes[k]) < _MAX_OVERLAP for k in kept):
            kept.append(int(candidate))
    return [(boxes[k], points[k]) for k in kept]


def _up(length: int, step: int) -> int:
    """Return the next multiple of a step."""
    return -(-length // step) * step


def _decode(
    extractor: ncnn.Extractor, stride: int, min_score: float
) -> tuple[Floats, Floats, Floats]:
    """Return what one of YuNet's three grids has found.

    A cell of the grid holds a class and an objectness (as logits), a box as its middle
    and the logarithm of its size, and five points, all in cells and from the cell.
    """
    score, seen, box, point = (
        np.array(extractor.extract(f"{name}_{stride}")[1])
        for name in ("cls", "obj", "bbox", "kps")
    )
    scores = np.sqrt(_logistic(score[0]) * _logistic(seen[0]))
    rows, columns = np.nonzero(scores >= min_score)
    cells = np.stack((columns, rows), axis=1).astype(np.float32)
    middle = cells + box[:2, rows, columns].T
    half = np.exp(box[2:, rows, columns].T) / 2
    boxes = np.concatenate((middle - half, middle + half), axis=1) * np.float32(stride)
    points = point[:, rows, columns].T.reshape(-1, 5, 2) + cells[:, None]
    return boxes, points * np.float32(stride), scores[rows, columns]


def _logistic(values: Floats) -> Floats:
    one = np.float32(1)
    return one / (one + np.exp(-values))


def _overlap(one: Floats, other: Floats) -> float:
    """Return the intersection of two boxes over their union."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    areas = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])
    return shared / max(float(areas) - shared, 1e-6)
