"""A test of a camera: what a dispenser would see with it, and advice.

Nothing of it is kept: no picture, no template, no visitor.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from custom_components.facequota.cameras.camera import Camera, NoPicture
from custom_components.facequota.cameras.source import Kind, Picture
from custom_components.facequota.recognition.engine import Guidance, Sighting
from custom_components.facequota.recognition.supervisor import WorkerError

from .recogniser import Recogniser

TRY_WITHIN_S: Final = 8.0
WORKER_TIMEOUT_S: Final = 5.0
# A visitor feels that a visit is slow if its two pictures take longer than this.
MAX_FIRST_MS: Final = 700.0
MAX_NEXT_MS: Final = 350.0


class Advice(StrEnum):
    """Advice about a camera, beside the guidance for visitors."""

    GOOD = "good"
    NO_PICTURE = "no_picture"
    FROZEN = "frozen"
    NEVER_OF_NOW = "never_of_now"
    SLOW_TO_OPEN = "slow_to_open"
    FEW_PICTURES = "few_pictures"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The result. Times are from the opening, and between the first two pictures."""

    kind: Kind | None
    why_no_picture: NoPicture | None
    format: str
    picture: bytes | None = field(default=None, repr=False)
    first_ms: float | None = None
    next_ms: float | None = None
    faces: int | None = None
    face_height_px: float | None = None
    quality: float | None = None
    guidance: Guidance | None = None
    was_read: bool = False
    """Whether the recognition worker looked at a picture."""

    def advice(self) -> Iterator[Advice | Guidance]:
        """Yield the advice, the most important first."""
        good = True
        if self.guidance is Guidance.UNREADABLE_PICTURE:
            # A file's picture may be the same each time.
            yield self.guidance
            return
        for applies, advice in (
            (self.why_no_picture is NoPicture.CAMERA, Advice.NO_PICTURE),
            (self.why_no_picture is NoPicture.FROZEN_PICTURE, Advice.FROZEN),
            (self.why_no_picture is NoPicture.OLD_PICTURE, Advice.NEVER_OF_NOW),
            (self.picture is not None and not self.was_read, Advice.NOT_READ),
            (self.guidance is not None, self.guidance or Advice.GOOD),
            ((self.first_ms or 0) > MAX_FIRST_MS, Advice.SLOW_TO_OPEN),
            ((self.next_ms or 0) > MAX_NEXT_MS, Advice.FEW_PICTURES),
        ):
            if applies:
                good = False
                yield advice
        if good:
            yield Advice.GOOD


async def try_camera(camera: Camera, recogniser: Recogniser | None) -> Trial:
    """Open a camera once, wait for two current pictures and look at the first."""
    clock = asyncio.get_running_loop().time
    opened_at = clock()
    times: list[float] = []
    picture: Picture | None = None
    async with camera.open() as pictures:
        try:
            async with asyncio.timeout(TRY_WITHIN_S):
                while len(times) < 2:
                    following = await pictures.next(enough=bool(times))
                    if following is None:
                        break
                    if pictures.counts(following):
                        picture = following if not times else picture
                        times.append(clock())
                    # For a test, a picture that may be old is better than no picture.
                    picture = picture or following
        except TimeoutError:
            pass
        why_no_picture = None if times else pictures.why_no_picture
        kind = pictures.kind
    sighting = await _look(picture, recogniser)
    try:
        return Trial(
            kind=kind,
            why_no_picture=why_no_picture,
            format=camera.format,
            picture=picture.content if picture else None,
            first_ms=1000 * (times[0] - opened_at) if times else None,
            next_ms=1000 * (times[1] - times[0]) if len(times) > 1 else None,
            faces=sighting.faces if sighting else None,
            face_height_px=sighting.face_height_px if sighting else None,
            quality=sighting.quality if sighting else None,
            guidance=sighting.guidance if sighting else None,
            was_read=sighting is not None,
        )
    finally:
        if sighting is not None:
            sighting.overwrite()


async def _look(
    picture: Picture | None, recogniser: Recogniser | None
) -> Sighting | None:
    """Return what the worker sees; None without a running worker."""
    if picture is None or recogniser is None:
        return None
    try:
        return await recogniser.look(picture.content, timeout=WORKER_TIMEOUT_S)
    except WorkerError:
        return None
