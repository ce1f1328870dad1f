"""One frame, from a camera's bytes to a sighting."""

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from .assess import assess
from .engine import AttackDetector, Eyes, Face, FaceEngine, Guidance, Region, Sighting
from .picture import UnreadablePictureError, decode
from .squares import squares
from .stillness import lines


def look(
    engine: FaceEngine,
    data: bytes,
    detector: AttackDetector | None = None,
    *,
    near: Region | None = None,
) -> Sighting:
    """Return what a picture shows. Never raises, whatever the bytes are.

    `near` is where the visitor was in the frame before, if that one was usable.

    Only a frame without guidance gets a template: this step takes by far the most time,
    and a face that was seen badly must not be remembered.
    """
    start = perf_counter()
    template = None
    faces = []
    quality = 0.0
    height = eyes = live = where = unreadable = None
    pixels: frozenset[int] = frozenset()
    along = None
    try:
        picture = decode(data)
    except UnreadablePictureError as err:
        guidance: Guidance | None = Guidance.UNREADABLE_PICTURE
        unreadable = err.why
    else:
        faces = engine.faces(picture.pixels, near)
        assessment = assess(picture.pixels, faces)
        guidance, quality = assessment.guidance, assessment.quality
        if faces:
            height = faces[0].height * picture.scale
            eyes = _eyes(faces[0], picture.pixels)
        if guidance is None:
            template = engine.template(picture.pixels, faces[0])
            if not np.isfinite(template).all():
                guidance, template = Guidance.LOOK_HERE, None
            else:
                where = region(faces[0], picture.pixels)
                pixels = squares(picture.pixels, faces[0])
                along = lines(picture.pixels, faces[0])
                if detector is not None:
                    live = detector.live(picture.pixels, faces[0])
    return Sighting(
        guidance=guidance,
        template=template,
        quality=quality,
        face_height_px=height,
        faces=len(faces),
        recognition_ms=(perf_counter() - start) * 1000,
        eyes=eyes,
        live=live,
        region=where,
        squares=pixels,
        lines=along,
        unreadable=unreadable,
    )


def _eyes(face: Face, pixels: NDArray[np.uint8]) -> Eyes:
    """Return where in the picture the eyes are."""
    size = pixels.shape[1::-1]
    left, right = np.clip(face.eyes_and_nose[:2] / size, 0, 1).tolist()
    return (*left, *right)


def region(face: Face, pixels: NDArray[np.uint8]) -> Region:
    """Return the region of a face, within the picture."""
    height, width = pixels.shape[:2]
    return Region(
        top=max(0.0, face.top / height),
        left=max(0.0, face.left / width),
        bottom=min(1.0, face.bottom / height),
        right=min(1.0, face.right / width),
    )
