"""What must be nowhere: the visitors' pictures and templates in every form they take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.template import as_template
from custom_components.facequota.recognition.engine import Sighting
from custom_components.facequota.recognition.fuse import fuse
from custom_components.facequota.recognition.picture import decode
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.home_assistant import HouseError

from .needles import NEEDLE_BYTES, Secret, spelled

type Vector = NDArray[np.float32]

# The child answers in the network's byte order, everything else is the processor's.
ORDERS: Final = ("<f4", ">f4")
# Headers and tables come first, and all of a camera's pictures share them.
_JPEG_HEAD: Final = 1024
_JPEG_STEP: Final = 512
_PIXEL_STEP: Final = 16
_LOOK_S: Final = 20
# Each picture that is sent is looked at by us too, which takes longer than sending it.
_FRAME_RATE: Final = 8
# A visit fuses frames that the camera sent within a second.
_FUSED_WITHIN: Final = _FRAME_RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One picture that the cameras show, and what the engine makes of it."""

    name: str
    picture: bytes
    template: Vector

    @property
    def unit(self) -> Vector:
        """Return the template as the gallery compares it."""
        return as_template(self.template, len(self.template))

    def secrets(self) -> list[Secret]:
        """Return the picture, its pixels and the template, for a search."""
        return [*self._templates(), *self._pictures()]

    def _templates(self) -> list[Secret]:
        return [
            secret
            for vector in (self.template, self.unit)
            for order in ORDERS
            for secret in spelled(
                f"template of {self.name}", vector.astype(order).tobytes()
            )
        ]

    def _pictures(self) -> list[Secret]:
        pixels = decode(self.picture).pixels
        grey = pixels.mean(axis=2).astype(np.uint8)
        # The middle, where the face is.
        height, width = grey.shape
        rows = range(height // 4, height * 3 // 4, _PIXEL_STEP)
        pieces = []
        for row in rows:
            for plane in (pixels, grey):
                line = plane[row, width // 3 : width * 2 // 3].tobytes()
                pieces += _varied(line)
        return [
            *spelled(
                f"picture of {self.name}", self.picture[_JPEG_HEAD:], step=_JPEG_STEP
            ),
            Secret(name=f"pixels of {self.name}", pieces=tuple(pieces)),
        ]


def _varied(line: bytes) -> list[bytes]:
    """Return the pieces of a line of pixels that no plain wall has."""
    pieces = (
        line[at : at + NEEDLE_BYTES] for at in range(0, len(line), 4 * NEEDLE_BYTES)
    )
    return [p for p in pieces if len(p) == NEEDLE_BYTES and len(set(p)) >= 12]


async def faces(worker: Supervisor, pictures: Sequence[Path]) -> list[Face]:
    """Return what our own worker makes of everybody's photograph."""
    found = []
    for path in pictures:
        picture = path.read_bytes()
        sighting = await worker.look(picture, timeout=_LOOK_S)
        template = fuse([sighting])
        if template is None:
            raise HouseError(f"no usable face in {path}: {sighting.guidance}")
        found.append(Face(name=path.stem, picture=picture, template=template))
    return found


@dataclass(slots=True, kw_only=True)
class Sent:
    """Every picture that the cameras have sent, and what the engine makes of it."""

    worker: Supervisor
    cameras: Sequence[MjpegCamera]
    faces: list[Face] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)

    def begin(self) -> None:
        """Remember from now on what is sent."""
        for camera in self.cameras:
            camera.frame_rate = _FRAME_RATE
            camera.sent = []

    async def look(self) -> None:
        """Look, with a worker of our own, at what has been sent since the last time."""
        for camera in self.cameras:
            pictures, camera.sent = camera.sent or [], []
            sightings = [
                (picture, await self.worker.look(picture, timeout=_LOOK_S))
                for picture in pictures
            ]
            self._add([one for one in sightings if one[1].template is not None])

    def _add(self, seen: Sequence[tuple[bytes, Sighting]]) -> None:
        for picture, sighting in seen:
            if (template := fuse([sighting])) is None:
                continue
            face = Face(name="a visitor", picture=picture, template=template)
            self.faces.append(face)
            self.secrets += face.secrets()
        for number, (_, one) in enumerate(seen):
            for _, other in seen[number + 1 : number + _FUSED_WITHIN]:
                self.secrets += _fused([one, other])


def _fused(sightings: Sequence[Sighting]) -> list[Secret]:
    """Return what a visit makes of several frames, for a search."""
    template = fuse(sightings)
    assert template is not None
    unit = as_template(template, len(template))
    step = 4 * NEEDLE_BYTES
    return [
        Secret(
            name="template of a visitor",
            pieces=tuple(
                vector.tobytes()[at : at + NEEDLE_BYTES]
                for vector in (template, unit)
                for at in range(0, vector.nbytes, step)
            ),
        )
    ]
