"""The second engine: YuNet finds faces, SFace tells them apart, ncnn runs both.

Loaded in the child only. The networks are OpenCV's (YuNet: MIT, SFace: Apache-2.0);
ncnn_models.py brings them into ncnn's format when the engine is installed.
"""

import atexit
from dataclasses import replace
from pathlib import Path

import ncnn
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .engine import EngineInfo, Face, Region
from .engine_ncnn_yunet import Floats, YuNet, each_once
from .engines import NCNN_MODELS
from .second_look import cut, level_points

_DIMENSION = 128

_LOOK_SIDE = 320
"""Pixels of the long side at which YuNet looks; it finds faces of a tenth of that."""

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
        # They never run at once, so both use the same memory.
        memory = ncnn.UnlockedPoolAllocator(), ncnn.UnlockedPoolAllocator()
        yunet, self._sface = (
            _load(folder, name, *memory) for name in ("yunet", "sface")
        )
        self._yunet = YuNet(yunet)
        atexit.register(_release, (yunet, self._sface), memory)
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

        The whole picture takes so little time that `near` is not used. The nearest face
        is looked at again; if that finds no upright face, it counts as unclear. An
        upright face beside it is not the visitor.
        """
        image = Image.fromarray(picture)
        small = _reduced(image)
        scale = picture.shape[1] / small.width
        seen = [
            (box * scale, points * scale)
            for box, points in each_once(*self._yunet.detect(np.asarray(small)))
        ]
        if not seen:
            return []
        seen.sort(key=lambda face: _height(face[0]), reverse=True)
        (box, points), *others = seen
        level = level_points(self._yunet, image, box, points)
        nearest = (
            replace(_face(box, points), is_clear=False)
            if level is None
            else _face(box, level)
        )
        return [nearest, *(_face(*other) for other in others)]

    def template(self, picture: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
        """Return the template of one face, shape (128,), of length 1."""
        chip = np.asarray(_aligned(picture, face.points))
        pixels = ncnn.Mat.from_pixels(chip, ncnn.Mat.PixelType.PIXEL_RGB, _CHIP, _CHIP)
        pixels.substract_mean_normalize([127.5] * 3, [1 / 128] * 3)
        extractor = self._sface.create_extractor()
        extractor.input("data", pixels)
        template = np.array(extractor.extract("fc1")[1], np.float32)
        return template / np.linalg.norm(template)


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
    """Release the networks before the allocator that they give their memory back to."""
    for network in networks:
        network.clear()
    del memory


def _reduced(image: Image.Image) -> Image.Image:
    """Return a picture at the size at which YuNet looks."""
    # By a whole factor if that is enough: four times as fast, and just as good.
    if (factor := max(image.size) // _LOOK_SIDE) >= 2:
        image = image.reduce(factor)
    if (surplus := max(image.size) / _LOOK_SIDE) > 1:
        size = (round(image.width / surplus), round(image.height / surplus))
        image = image.resize(size, Image.Resampling.BOX)
    return image


def _height(box: Floats) -> float:
    """Return the height of one of YuNet's boxes, from the hair to the chin."""
    return float(box[3] - box[1])


def _face(box: Floats, points: Floats) -> Face:
    """Return a face of the picture."""
    eyes = points[:2][np.argsort(points[:2, 0])]
    return Face(
        top=float(box[1]) + _FOREHEAD * _height(box),
        left=float(box[0]),
        bottom=float(box[3]),
        right=float(box[2]),
        points=points,
        eyes_and_nose=np.concatenate((eyes, points[2:3])),
    )


def _aligned(picture: NDArray[np.uint8], points: NDArray[np.float32]) -> Image.Image:
    """Return the face turned, scaled and moved to where SFace expects it.

    The similarity that brings the five points nearest to the wanted ones (least
    squares) has a closed form when points are complex numbers.
    """
    have = points[:, 0] + 1j * points[:, 1]
    want = _CHIP_POINTS[:, 0] + 1j * _CHIP_POINTS[:, 1]
    from_middle, to_middle = want - want.mean(), have - have.mean()
    turn = np.vdot(from_middle, to_middle) / np.vdot(from_middle, from_middle)
    # The middle of a pixel is at a whole number for the networks, at a half for Pillow.
    shift = have.mean() - turn * want.mean() + (0.5 + 0.5j) * (1 - turn)
    return cut(Image.fromarray(picture), turn, shift, _CHIP).image
