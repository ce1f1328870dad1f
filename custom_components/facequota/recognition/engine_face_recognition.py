"""The default engine: the face_recognition package, on dlib.

Loaded in the child only. The package's own import reads four models; two of them are
kept out. The 68-point landmarks may not be used commercially, and the CNN detector
takes over a second a frame without a GPU.
"""

from importlib.metadata import version
from math import ceil, floor
from typing import Any

import dlib
import face_recognition_models
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from .assess import NEAR_EQUAL
from .engine import EngineInfo, Face, Region

_DIMENSION = 128

_PASS_LINES = (240, 480, 720)
"""Lines of the picture's short side at which the detector looks, until it finds.

Its smallest face is 80 px: at 240 lines that is somebody at arm's length, at 480
(three times the time) somebody a step away, at 720 somebody to be asked closer.
"""

_STANDARD_LINES = 480
_MAX_ENLARGED = 1.5

_FACE_BESIDE_PX = 92
"""How large a face beside the nearest is made for the detector.

At its limit it missed 14 of 48 such people, a little above it none.
"""

_ROOM = 0.75
"""How far a face may have gone between two frames, in heights of the face."""

type _Box = tuple[float, float, float, float]
"""Top, left, bottom and right in pixels of the picture."""


def _load_package() -> Any:
    """Import face_recognition so that it loads two of its four models."""
    five_points = dlib.shape_predictor(
        face_recognition_models.pose_predictor_five_point_model_location()
    )
    originals = dlib.shape_predictor, dlib.cnn_face_detection_model_v1
    dlib.shape_predictor = lambda _: five_points
    dlib.cnn_face_detection_model_v1 = lambda _: None
    try:
        from face_recognition import api  # noqa: PLC0415
    finally:
        dlib.shape_predictor, dlib.cnn_face_detection_model_v1 = originals
    # The package makes Pillow accept a truncated picture. This is undone.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return api


class FaceRecognitionEngine:
    """HOG detector, five landmarks, ResNet template."""

    def __init__(self) -> None:
        """Load the models."""
        self._api = _load_package()
        self.info = EngineInfo(
            name="face_recognition",
            version=f"{version('face_recognition')} (dlib {dlib.__version__})",
            dimension=_DIMENSION,
            metric="euclidean",
        )
        # The first template allocates the network: now, so that no visitor waits for
        # it.
        blank = np.zeros((160, 160, 3), np.uint8)
        self._api.face_encodings(blank, [(30, 130, 130, 30)], model="small")

    def faces(
        self, picture: NDArray[np.uint8], near: Region | None = None
    ) -> list[Face]:
        """Return the faces of a picture, nearest first (see FaceEngine)."""
        grey = Image.fromarray(picture).convert("L")
        boxes = self._look_near(grey, near) if near else []
        boxes = boxes or self._look_everywhere(grey)
        faces = [self._face(picture, box) for box in boxes]
        return sorted(faces, key=lambda face: face.height, reverse=True)

    def _look_near(self, grey: Image.Image, near: Region) -> list[_Box]:
        """Return the faces around the place of an earlier one, at the scale that finds it."""
        height = (near.bottom - near.top) * grey.height
        room = _ROOM * height
        top = max(0, floor(near.top * grey.height - room))
        left = max(0, floor(near.left * grey.width - room))
        bottom = min(grey.height, ceil(near.bottom * grey.height + room))
        right = min(grey.width, ceil(near.right * grey.width + room))
        scale = min(_FACE_BESIDE_PX / (NEAR_EQUAL * height), _MAX_ENLARGED)
        return [
            (box[0] + top, box[1] + left, box[2] + top, box[3] + left)
            for box in self._detect(grey.crop((left, top, right, bottom)), scale)
        ]

    def _look_everywhere(self, grey: Image.Image) -> list[_Box]:
        """Return the faces of the whole picture."""
        short = min(grey.size)
        boxes: list[_Box] = []
        scale = 0.0
        for lines in _PASS_LINES:
            if scale == (scale := min(lines / short, _MAX_ENLARGED)):
                break
            if boxes := self._detect(grey, scale):
                break
        if boxes:
            # A person beside the nearest one may be too small for the scale that found
            # the nearest.
            height = max(bottom - top for top, _, bottom, _ in boxes)
            beside = min(
                _FACE_BESIDE_PX / (NEAR_EQUAL * height), _STANDARD_LINES / short
            )
            if beside > scale:
                boxes = self._detect(grey, beside) or boxes
        return boxes

    def template(self, picture: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
        """Return the template of one face, shape (128,)."""
        location = (
            round(face.top),
            round(face.right),
            round(face.bottom),
            round(face.left),
        )
        (template,) = self._api.face_encodings(
            picture, [location], num_jitters=1, model="small"
        )
        return np.asarray(template, np.float32)

    def _detect(self, grey: Image.Image, scale: float) -> list[_Box]:
        """Return the boxes that are found at a scale of the picture."""
        if scale != 1:
            size = (round(grey.width * scale), round(grey.height * scale))
            grey = grey.resize(size, Image.Resampling.BOX if scale < 1 else None)
        return [
            (
                found.top() / scale,
                found.left() / scale,
                found.bottom() / scale,
                found.right() / scale,
            )
            for found in self._api.face_detector(np.asarray(grey), 0)
        ]

    def _face(self, picture: NDArray[np.uint8], box: _Box) -> Face:
        """Return a box with its landmarks."""
        top, left, bottom, right = box
        rectangle = dlib.rectangle(round(left), round(top), round(right), round(bottom))
        shape = self._api.pose_predictor_5_point(picture, rectangle)
        points = np.array([(p.x, p.y) for p in shape.parts()], np.float32)
        # Two corners of each eye, then the foot of the nose.
        eyes = sorted((points[0:2].mean(axis=0), points[2:4].mean(axis=0)), key=_x)
        return Face(
            top=top,
            left=left,
            bottom=bottom,
            right=right,
            points=points,
            eyes_and_nose=np.stack([*eyes, points[4]]),
        )


def _x(point: NDArray[np.float32]) -> float:
    """Return how far right a point lies."""
    return float(point[0])
