"""The second engine: YuNet finds faces, SFace tells them apart, ncnn runs both.

Loaded in the child only. The networks are OpenCV's (YuNet: MIT, SFace: Apache-2.0);
ncnn_models.py brings them into ncnn's format when the engine is installed.
"""

import atexit
from pathlib import Path

import ncnn
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .engine import EngineInfo, Face, Region
from .engines import NCNN_MODELS

_DIMENSION = 128

_LOOK_SIDE = 320
"""Pixels of the long side at which YuNet looks; it finds faces of a tenth of that."""

_STRIDES = (8, 16, 32)
_MIN_SCORE = 0.7
_MAX_OVERLAP = 0.3

_CHECK_SIDE = 96
"""Pixels of the square at which a face is looked at both ways up."""

_CHECK_ROOM = 0.2
"""What is seen of its surroundings on each side, in heights of YuNet's box."""

_FOREHEAD = 0.22
"""Part of YuNet's box above the brows, where a face's height begins here."""

_CHIP = 112
_CHIP_POINTS = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ]
)
"""Where eyes, nose and corners of the mouth lie in the pictures SFace was trained on."""


class NcnnEngine:
    """YuNet and SFace."""

    def __init__(self) -> None:
        """Load both networks."""
        folder = Path(ncnn.__file__).parent.parent / NCNN_MODELS
        # They never run at once: what one needs for its work serves the other too.
        memory = ncnn.UnlockedPoolAllocator(), ncnn.UnlockedPoolAllocator()
        self._yunet, self._sface = (
            _load(folder, name, *memory) for name in ("yunet", "sface")
        )
        atexit.register(_release, (self._yunet, self._sface), memory)
        self.info = EngineInfo(
            name="ncnn",
            version=f"YuNet 2023mar, SFace 2021dec (ncnn {ncnn.__version__})",
            dimension=_DIMENSION,
            metric="euclidean",
        )

    def faces(
        self, picture: NDArray[np.uint8], near: Region | None = None
    ) -> list[Face]:
        """Return the faces of a picture, nearest first (see FaceEngine).

        The whole picture takes so little time that `near` is not asked.
        """
        small = _reduced(picture)
        scale = small.width / picture.shape[1]
        boxes, points, scores = self._detect(np.asarray(small))
        faces = [
            Face(
                top=float(box[1] + _FOREHEAD * (box[3] - box[1])) / scale,
                left=float(box[0]) / scale,
                bottom=float(box[3]) / scale,
                right=float(box[2]) / scale,
                points=five / scale,
                eyes_and_nose=np.concatenate(
                    (five[:2][np.argsort(five[:2, 0])], five[2:3])
                )
                / scale,
            )
            for box, five in _strongest(boxes, points, scores)
        ]
        faces.sort(key=lambda face: face.height, reverse=True)
        if faces and self._is_upside_down(small, faces[0], scale):
            return []
        return faces

    def _is_upside_down(self, small: Image.Image, face: Face, scale: float) -> bool:
        """Return whether a face is more of one when it is turned around.

        YuNet takes most faces that are upside down for upright ones, with points where
        they are not, and their templates are all alike. It is surer of the right way.
        """
        height = face.height * scale / (1 - _FOREHEAD)
        x = (face.left + face.right) / 2 * scale
        y = face.bottom * scale - height / 2
        half = height * (0.5 + _CHECK_ROOM)
        around = (round(x - half), round(y - half), round(x + half), round(y + half))
        chip = small.crop(around).resize((_CHECK_SIDE, _CHECK_SIDE))
        upright, turned = (
            self._detect(np.asarray(way), least_score=0.0)[2].max()
            for way in (chip, chip.transpose(Image.Transpose.ROTATE_180))
        )
        return bool(turned > upright)

    def template(self, picture: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
        """Return the template of one face, shape (128,), of length 1."""
        chip = np.asarray(_aligned(picture, face.points))
        pixels = ncnn.Mat.from_pixels(chip, ncnn.Mat.PixelType.PIXEL_RGB, _CHIP, _CHIP)
        pixels.substract_mean_normalize([127.5] * 3, [1 / 128] * 3)
        extractor = self._sface.create_extractor()
        extractor.input("data", pixels)
        template = np.array(extractor.extract("fc1")[1], np.float32)
        return template / np.linalg.norm(template)

    def _detect(
        self, picture: NDArray[np.uint8], least_score: float = _MIN_SCORE
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return boxes (n, 4), points (n, 5, 2) and scores (n,) that may be faces."""
        height, width = picture.shape[:2]
        coarsest = _STRIDES[-1]
        framed = np.zeros((_up(height, coarsest), _up(width, coarsest), 3), np.uint8)
        framed[:height, :width] = picture
        extractor = self._yunet.create_extractor()
        extractor.input(
            "input",
            ncnn.Mat.from_pixels(
                framed,
                ncnn.Mat.PixelType.PIXEL_RGB2BGR,
                framed.shape[1],
                framed.shape[0],
            ),
        )
        found = [_decode(extractor, stride, least_score) for stride in _STRIDES]
        boxes, points, scores = (
            np.concatenate(parts) for parts in zip(*found, strict=True)
        )
        return boxes, points, scores


def _load(
    folder: Path, name: str, blobs: ncnn.Allocator, workspace: ncnn.Allocator
) -> ncnn.Net:
    """Return a network. Raises RuntimeError if its files are not there or broken."""
    network = ncnn.Net()
    network.opt.num_threads = 1
    network.opt.blob_allocator = blobs
    network.opt.workspace_allocator = workspace
    if network.load_param(str(folder / f"{name}.param")) or network.load_model(
        str(folder / f"{name}.bin")
    ):
        raise RuntimeError(f"{name} cannot be loaded")
    return network


def _release(
    networks: tuple[ncnn.Net, ...], memory: tuple[ncnn.Allocator, ...]
) -> None:
    """Let the networks give their memory back while there is still who takes it."""
    for network in networks:
        network.clear()
    del memory


def _reduced(picture: NDArray[np.uint8]) -> Image.Image:
    """Return a picture at the size at which YuNet looks."""
    image = Image.fromarray(picture)
    # By whole numbers where that is enough: four times as fast, and just as good.
    if (factor := max(image.size) // _LOOK_SIDE) >= 2:
        image = image.reduce(factor)
    if (surplus := max(image.size) / _LOOK_SIDE) > 1:
        size = (round(image.width / surplus), round(image.height / surplus))
        image = image.resize(size, Image.Resampling.BOX)
    return image


def _up(length: int, step: int) -> int:
    """Return the next multiple of a step."""
    return -(-length // step) * step


def _decode(
    extractor: ncnn.Extractor, stride: int, least_score: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return what one of YuNet's three grids has found.

    A cell of the grid holds a class and an objectness (as logits), a box as its middle
    and the logarithm of its size, and five points, all in cells and from the cell.
    """
    score, seen, box, point = (
        np.array(extractor.extract(f"{name}_{stride}")[1])
        for name in ("cls", "obj", "bbox", "kps")
    )
    scores = np.sqrt(_logistic(score[0]) * _logistic(seen[0]))
    rows, columns = np.nonzero(scores >= least_score)
    cells = np.stack((columns, rows), axis=1).astype(np.float32)
    middle = cells + box[:2, rows, columns].T
    half = np.exp(box[2:, rows, columns].T) / 2
    boxes = np.concatenate((middle - half, middle + half), axis=1) * np.float32(stride)
    points = point[:, rows, columns].T.reshape(-1, 5, 2) + cells[:, None]
    return boxes, points * np.float32(stride), scores[rows, columns]


def _logistic(values: NDArray[np.float32]) -> NDArray[np.float32]:
    one = np.float32(1)
    return one / (one + np.exp(-values))


def _strongest(
    boxes: NDArray[np.float32],
    points: NDArray[np.float32],
    scores: NDArray[np.float32],
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return box and points of each face once, where the network was surest."""
    kept: list[int] = []
    for candidate in np.argsort(-scores):
        if all(_overlap(boxes[candidate], boxes[k]) < _MAX_OVERLAP for k in kept):
            kept.append(int(candidate))
    return [(boxes[k], points[k]) for k in kept]


def _overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the intersection of two boxes over their union."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    areas = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])
    return shared / max(float(areas) - shared, 1e-6)


def _aligned(picture: NDArray[np.uint8], points: NDArray[np.float32]) -> Image.Image:
    """Return the face turned, scaled and moved to where SFace expects it.

    The similarity that brings the five points nearest to the wanted ones (least
    squares) has a closed form when points are complex numbers.
    """
    have = points[:, 0] + 1j * points[:, 1]
    want = _CHIP_POINTS[:, 0] + 1j * _CHIP_POINTS[:, 1]
    from_middle, to_middle = want - want.mean(), have - have.mean()
    turn = np.vdot(from_middle, to_middle) / np.vdot(from_middle, from_middle)
    # Pixel middles lie at whole numbers for the networks, at halves for Pillow.
    shift = have.mean() - turn * want.mean() + (0.5 + 0.5j) * (1 - turn)
    image = Image.fromarray(picture)
    if (factor := int(abs(turn))) >= 2:
        # Take part in every pixel of a large face, or fine patterns alias.
        image = image.reduce(factor)
        turn, shift = turn / factor, shift / factor
    return image.transform(
        (_CHIP, _CHIP),
        Image.Transform.AFFINE,
        (turn.real, -turn.imag, shift.real, turn.imag, turn.real, shift.imag),
        Image.Resampling.BILINEAR,
    )
