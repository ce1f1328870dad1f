"""From a camera and the recognition worker to one probe: look until sure."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.cameras.frames import Camera, CameraError
from custom_components.facequota.quota.book import Identity
from custom_components.facequota.recognition.engine import Guidance, Sighting
from custom_components.facequota.recognition.fuse import fuse
from custom_components.facequota.recognition.presentation import is_attack
from custom_components.facequota.recognition.supervisor import WorkerError

from .recogniser import Recogniser

# Whoever is known again without doubt at the first frame need not stand there for a
# second one. Whoever is new is remembered by what was seen: two frames fused make far
# better a template than one. Doubt takes a third (docs/recognition.md measures it).
FRAMES_OF_SOMEBODY_NEW: Final = 2
MOST_FRAMES: Final = 3
# After this a visitor has waited long enough: the open lane gives the paper.
LOOK_WITHIN_S: Final = 2.5
# A worker that takes longer for one frame hangs; the supervisor starts another one.
WORKER_TIMEOUT_S: Final = 2.0
# Cameras in restrooms run at 10 to 30 frames a second.
FRAME_INTERVAL_S: Final = 0.05
# How often the very same picture may come again before it is taken for all there is.
REPEATS_OF_A_STILL_PICTURE: Final = 1
# Why there is no template when there was no picture either.
REASON_CAMERA: Final = "camera"

type Identify = Callable[[NDArray[np.float32]], Identity]


class Doubt(StrEnum):
    """Why a face that was seen well is not looked up: the open lane gives the paper."""

    PRESENTATION_ATTACK = "presentation_attack"
    LOW_FACE = "low_face"
    ALIKE = "alike"
    """The limit cannot be kept for such a face: too many people have one like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What was seen of the visitor: a template, and why it is not to be looked up.

    Without a template there is a reason. With both, the template serves only the wish
    to be forgotten.
    """

    template: NDArray[np.float32] | None
    reason: str | None
    recognition_ms: float
    frames: int

    def overwrite(self) -> None:
        """Leave nothing of the template in memory: freeing alone would."""
        if self.template is not None:
            self.template.fill(0)


async def look(
    camera: Camera,
    recogniser: Recogniser,
    identify: Identify,
    *,
    on_guidance: Callable[[Guidance], None],
    eye_line: float | None = None,
) -> Probe:
    """Return the probe of whoever stands there, within LOOK_WITHIN_S.

    `identify` tells who somebody is by what was seen so far. Never raises for a camera
    or a worker: a reason sends the visitor to the open lane. There is one too for eyes
    below `eye_line`, which is in percent of the picture's height from its top.
    """
    usable: list[Sighting] = []
    try:
        probe = await _look(camera, recogniser, identify, on_guidance, usable)
        doubt = _doubt(usable, eye_line) or _doubt_of_template(probe, identify)
        return replace(probe, reason=doubt) if doubt else probe
    finally:
        for sighting in usable:
            sighting.overwrite()


async def _look(
    camera: Camera,
    recogniser: Recogniser,
    identify: Identify,
    on_guidance: Callable[[Guidance], None],
    usable: list[Sighting],
) -> Probe:
    """Return the probe; what was seen on the way stays in `usable`."""
    deadline = time.monotonic() + LOOK_WITHIN_S
    reason: str = Guidance.NO_FACE
    recognition_ms = 0.0
    frames = 0
    last_frame = b""
    repeats = 0
    near = template = None
    while template is None and (left := deadline - time.monotonic()) > 0:
        try:
            frame = await camera.frame(left)
            if frame == last_frame:
                repeats += 1
                if usable and repeats > REPEATS_OF_A_STILL_PICTURE:
                    break
                await asyncio.sleep(FRAME_INTERVAL_S)
                continue
            sighting = await recogniser.look(frame, timeout=WORKER_TIMEOUT_S, near=near)
        except CameraError:
            # One that only became too slow has shown why there is no template.
            reason = reason if frames else REASON_CAMERA
            break
        except WorkerError as err:
            reason = f"worker_{err.reason}"
            break
        last_frame, repeats = frame, 0
        frames += 1
        recognition_ms += sighting.recognition_ms
        near = sighting.region
        if sighting.guidance is None:
            usable.append(sighting)
            template = _decisive(usable, identify)
        else:
            reason = sighting.guidance
            on_guidance(sighting.guidance)
    if template is None:
        # The time is over: what there is has to do.
        template = fuse(usable)
    return Probe(
        template=template,
        reason=None if template is not None else reason,
        recognition_ms=recognition_ms,
        frames=frames,
    )


def _doubt(usable: list[Sighting], eye_line: float | None) -> Doubt | None:
    """Return why a face is not to be looked up although it was seen well."""
    if is_attack(usable):
        return Doubt.PRESENTATION_ATTACK
    depths = [100 * seen.eyes_at for seen in usable if seen.eyes_at is not None]
    if eye_line is not None and depths and sum(depths) / len(depths) > eye_line:
        return Doubt.LOW_FACE
    return None


def _doubt_of_template(probe: Probe, identify: Identify) -> Doubt | None:
    """Return why the limit cannot be kept for a face, if it cannot."""
    if probe.template is None or identify(probe.template).is_certain:
        return None
    return Doubt.ALIKE


def _decisive(usable: list[Sighting], identify: Identify) -> NDArray[np.float32] | None:
    """Return the probe if it will do to decide; None, and nothing of it, if not.

    A return must be sure to end the looking early. "Sure" is a tenth of the manager's
    limit: that strangers are looked up at each frame adds a fifth to it at most.
    """
    template = fuse(usable)
    if template is None or len(usable) >= MOST_FRAMES:
        return template
    identity = identify(template)
    seen_enough = len(usable) >= FRAMES_OF_SOMEBODY_NEW
    if identity.sure or (seen_enough and identity.beyond_doubt):
        return template
    template.fill(0)
    return None
