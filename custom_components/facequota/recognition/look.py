"""One frame, from a camera's bytes to a sighting."""

from time import perf_counter

import numpy as np

from .assess import assess
from .engine import FaceEngine, Guidance, Sighting
from .picture import UnreadablePictureError, decode


def look(engine: FaceEngine, data: bytes) -> Sighting:
    """Return what a picture shows. Never raises for what the bytes are.

    Only a frame without guidance gets a template: it is by far the dearest step, and
    a face seen badly must not be remembered.
    """
    start = perf_counter()
    template = None
    faces = []
    quality = 0.0
    height = None
    try:
        picture = decode(data)
    except UnreadablePictureError:
        guidance: Guidance | None = Guidance.UNREADABLE_PICTURE
    else:
        faces = engine.faces(picture.pixels)
        assessment = assess(picture.pixels, faces)
        guidance, quality = assessment.guidance, assessment.quality
        if faces:
            height = faces[0].height * picture.scale
        if guidance is None:
            template = engine.template(picture.pixels, faces[0])
            if not np.isfinite(template).all():
                guidance, template = Guidance.LOOK_HERE, None
    return Sighting(
        guidance=guidance,
        template=template,
        quality=quality,
        face_height_px=height,
        faces=len(faces),
        recognition_ms=(perf_counter() - start) * 1000,
    )
