"""From a camera and the recognition worker to one probe: look until sure."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.cameras.camera import Camera, NoPicture, Pictures
from custom_components.facequota.cameras.places import EarlierPlaces
from custom_components.facequota.quota.identity import Identity
from custom_components.facequota.recognition.engine import Eyes, Guidance
from custom_components.facequota.recognition.fuse import fuse
from custom_components.facequota.recognition.presentation import is_attack
from custom_components.facequota.recognition.supervisor import WorkerError

from .frames import Frames
from .probe import Doubt, Probe
from .recogniser import Recogniser

# A sure return needs fewer. Three fused frames recognise a visitor far better than two
# (measured in docs/recognition.md).
MAX_FRAMES: Final = 3
# One picture decides nothing: it may be frozen since an earlier visitor. Two new
# pictures that differ show a living scene.
MIN_PICTURES: Final = 2
# If the second picture came later than this after the first, because the camera or the
# machine is slow or others wait too, a surely new visitor does not wait for a third.
THIRD_WITHIN_S: Final = 0.3
# After this time the open lane gives the paper.
LOOK_WITHIN_S: Final = 2.5
# A worker that takes longer for one frame hangs; the supervisor starts another one.
WORKER_TIMEOUT_S: Final = 2.0
# The reason for no template when the time ended before the worker's first answer.
REASON_WORKER_SLOW: Final = "worker_timeout"

_UNREADABLE: Final = Guidance.UNREADABLE_PICTURE

type Identify = Callable[[NDArray[np.float32]], Identity]


async def look(
    camera: Camera,
    recogniser: Recogniser,
    identify: Identify,
    *,
    on_guidance: Callable[[Guidance], None],
    eye_line: float | None = None,
) -> Probe:
    """Return the probe of the visitor before the camera, within LOOK_WITHIN_S.

    `identify` looks up the template of the frames so far. Never raises for a camera or
    a worker: with a reason the open lane serves the visitor. Eyes below `eye_line`
    (percent of the picture's height from its top) are a reason too.
    """
    attempt = _Attempt(recogniser, identify, on_guidance, camera.places)
    try:
        async with camera.open() as pictures:
            probe = await attempt.probe(pictures)
        if attempt.hangs(pictures) and not probe.reason:
            probe = replace(probe, reason=Doubt.HANGING_FACE)
        doubt = _doubt(attempt.frames, eye_line) or _doubt_of_template(probe, identify)
        return replace(probe, reason=doubt) if doubt and not probe.reason else probe
    finally:
        attempt.frames.overwrite()


class _Attempt:
    """The state of one look."""

    def __init__(
        self,
        recogniser: Recogniser,
        identify: Identify,
        on_guidance: Callable[[Guidance], None],
        places: EarlierPlaces,
    ) -> None:
        self._places = places
        self.frames = Frames(recogniser.likeness)
        self._recogniser = recogniser
        self._identify = identify
        self._on_guidance = on_guidance
        self._reason: str | None = None
        self._is_waiting = False
        self._was_readable = True
        self._recognition_ms = 0.0
        self._last_at = 0.0

    async def probe(self, pictures: Pictures) -> Probe:
        """Return the probe, within LOOK_WITHIN_S."""
        template = None
        try:
            async with asyncio.timeout(LOOK_WITHIN_S):
                template = await self._look_until_sure(pictures)
        except TimeoutError:
            # The worker's earlier answers, if any, say why there is no template.
            if self._is_waiting and not self.frames.seen:
                self._reason = REASON_WORKER_SLOW
        except WorkerError as err:
            self._reason = f"worker_{err.reason}"
        if self._is_frozen(pictures):
            self._reason, template = NoPicture.FROZEN_PICTURE, None
        elif template is None and self._shows_time(pictures):
            # The time is over: use the frames that there are.
            template = fuse(self.frames.usable)
            if template is not None and not self._may_be(
                self._identify(template), pictures
            ):
                template.fill(0)
                self._reason, template = NoPicture.FROZEN_PICTURE, None
        return Probe(
            template=template,
            reason=None if template is not None else self._why_not(pictures),
            recognition_ms=self._recognition_ms,
            frames=self.frames.counted,
        )

    async def _look_until_sure(self, pictures: Pictures) -> NDArray[np.float32] | None:
        """Return a template that decides; None when no other picture will come."""
        near = None
        while not self._is_frozen(pictures):
            picture = await pictures.next(enough=bool(self.frames.usable))
            if picture is None:
                return None
            self._is_waiting = True
            sighting = await self._recogniser.look(
                picture.content, timeout=WORKER_TIMEOUT_S, near=near
            )
            self._is_waiting = False
            self._recognition_ms += sighting.recognition_ms
            counts = pictures.counts(picture)
            self.frames.add(sighting, counts=counts, is_of_video=picture.is_of_video)
            if not counts:
                self._was_readable = sighting.guidance is not _UNREADABLE
                continue
            # The first pictures are looked at as a whole. Two templates of one frozen
            # picture are only equal if they were found in the same way.
            if len(self.frames.usable) >= MIN_PICTURES:
                near = sighting.region
            if sighting.guidance is not None:
                self._reason = sighting.guidance
                self._on_guidance(sighting.guidance)
            elif (template := self._decisive(pictures)) is not None:
                return template
        return None

    def hangs(self, pictures: Pictures) -> bool:
        """Return if the face hangs there (a poster, a screen); remember its place."""
        return not pictures.is_file and self._places.hangs(self._eyes())

    def _eyes(self) -> list[Eyes]:
        return [seen.eyes for seen in self.frames.usable if seen.eyes is not None]

    def _why_not(self, pictures: Pictures) -> str:
        """Return why there is no template."""
        if self._reason is not None:
            return self._reason
        if self.frames.people_changed:
            return Doubt.SEVERAL_PEOPLE
        if self.frames.repeats or self.frames.still:
            return NoPicture.FROZEN_PICTURE
        # An unreadable picture may have the same bytes each time.
        return pictures.why_no_picture if self._was_readable else _UNREADABLE

    def _is_frozen(self, pictures: Pictures) -> bool:
        """Return if the same picture came again, perhaps with a running clock in it."""
        return self.frames.is_frozen and not pictures.is_file

    def _shows_time(self, pictures: Pictures) -> bool:
        """Return if two pictures showed a living scene."""
        return pictures.is_file or (
            # A picture that the camera held ready may differ from one that is frozen
            # since then.
            len(self.frames.usable) >= MIN_PICTURES and not self.frames.is_frozen
        )

    def _decisive(self, pictures: Pictures) -> NDArray[np.float32] | None:
        """Return the probe if it decides; else overwrite it and return None.

        A sure return ends the looking early. "Sure" is a tenth of the manager's limit:
        looking up a stranger at each frame adds at most a fifth to it.
        """
        usable = self.frames.usable
        now = asyncio.get_running_loop().time()
        is_slow = now - self._last_at > THIRD_WITHIN_S
        self._last_at = now
        if not self._shows_time(pictures):
            return None
        if len(usable) < MIN_PICTURES and (
            self.frames.people_changed
            # A second frame shows if a face moves where one was before.
            or any(eyes in self._places for eyes in self._eyes())
        ):
            return None
        template = fuse(usable)
        if template is None:
            return None
        identity = self._identify(template)
        is_enough = len(usable) >= MAX_FRAMES or (
            len(usable) >= MIN_PICTURES and is_slow and identity.beyond_doubt
        )
        if (identity.sure or is_enough) and self._may_be(identity, pictures):
            return template
        template.fill(0)
        return None

    def _may_be(self, identity: Identity, pictures: Pictures) -> bool:
        """Return if the visitor may be taken for a known one: the face must have moved.

        A frozen picture with a running clock shows a person who has left. If it is
        encoded again each time, its pixels differ, and its templates differ as much as
        those of a living person.
        """
        return identity.visitor is None or self.frames.has_moved or pictures.is_file


def _doubt(frames: Frames, eye_line: float | None) -> Doubt | None:
    """Return why a face must not be looked up although it was seen well."""
    if is_attack(frames.usable):
        return Doubt.PRESENTATION_ATTACK
    if frames.people_changed and len(frames.usable) < MIN_PICTURES:
        return Doubt.SEVERAL_PEOPLE
    depths = [100 * seen.eyes_at for seen in frames.usable if seen.eyes_at is not None]
    if eye_line is not None and depths and sum(depths) / len(depths) > eye_line:
        return Doubt.LOW_FACE
    return None


def _doubt_of_template(probe: Probe, identify: Identify) -> Doubt | None:
    """Return why the limit cannot be kept for a face, if it cannot."""
    if probe.template is None or identify(probe.template).is_certain:
        return None
    return Doubt.ALIKE
