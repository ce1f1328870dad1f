"""The pictures of one look: only those that were begun since it was opened count."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from enum import StrEnum
import hashlib
import secrets
from typing import Final

from custom_components.facequota.const import DOMAIN
from homeassistant.core import HomeAssistant

from .source import Kind, Picture, RefusedError, Source, format_of

# A camera that failed is asked again for as long as the visitor has time: a stream has
# no picture in its first second.
RETRY_S: Final = 0.1
# Some cameras lock an account after a few wrong passwords.
REFUSED_RETRY_S: Final = 2.0
# The end of a look must not wait for another integration's code.
CLOSE_WITHIN_S: Final = 0.2
# From 10 pictures a second on, one that counts follows so soon on one of unknown age.
HELD_WAIT_S: Final = 0.15
# The same picture twice may come from a slow camera; this many come from a frozen one.
MIN_SAME_PICTURES: Final = 3
# Pictures of earlier looks whose digests are kept: those of some twenty visits.
MAX_DIGESTS: Final = 1024


class NoPicture(StrEnum):
    """Why there was no picture for the worker."""

    CAMERA = "camera"
    OLD_PICTURE = "old_picture"
    FROZEN_PICTURE = "frozen_picture"


class EarlierPictures:
    """Digests of pictures that came in earlier looks: none counts in a second one.

    Keyed, in memory only, and deleted together with the visitors. They only show that
    the same picture has come before.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.forget()

    def forget(self) -> None:
        """Forget all of them, and the key."""
        self._key = secrets.token_bytes(32)
        self._digests: deque[bytes] = deque(maxlen=MAX_DIGESTS)

    def digest(self, content: bytes) -> bytes:
        """Return a picture's digest."""
        return hashlib.blake2b(content, key=self._key, digest_size=16).digest()

    def add(self, digest: bytes) -> None:
        """Remember a picture."""
        self._digests.append(digest)

    def __contains__(self, digest: bytes) -> bool:
        """Return if this is a picture of an earlier look."""
        return digest in self._digests


class Pictures:
    """The newest picture of one look, while the worker is busy with the one before.

    A picture counts when it was begun after the look was opened and has not come before,
    in this look or an earlier one. The very first picture is given also when it does
    not count: it helps to find a frozen camera.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        find: Callable[[], Awaitable[Source]],
        earlier: EarlierPictures,
    ) -> None:
        """Open the source that `find` returns, in the background."""
        self.format = "?"
        self._is_replayed = False
        self._source: Source | None = None
        self._find = find
        self._earlier = earlier
        self._opened_at = hass.loop.time()
        self._newest: Picture | None = None
        self._arrived = asyncio.Event()
        # Digests in the order in which they came.
        self._came: dict[bytes, None] = {}
        self._answers = 0
        self._same = 0
        self._failed = False
        self._reading = hass.async_create_background_task(
            self._read(), f"{DOMAIN} camera"
        )

    @property
    def kind(self) -> Kind | None:
        """Return which kind of camera this is; None until that is known."""
        return None if self._source is None else self._source.kind

    @property
    def is_file(self) -> bool:
        """Return if this is a file: its picture may never change."""
        return self.kind is Kind.FILE

    @property
    def why_no_picture(self) -> NoPicture:
        """Return why there was no picture, when there was none."""
        if not self._answers or self._failed:
            return NoPicture.CAMERA
        if self._is_replayed or self._same + 1 == self._answers >= MIN_SAME_PICTURES:
            return NoPicture.FROZEN_PICTURE
        return NoPicture.OLD_PICTURE

    def counts(self, picture: Picture) -> bool:
        """Return if a picture was surely begun after the look was opened."""
        return picture.begun_after >= self._opened_at

    async def next(self, *, enough: bool = False) -> Picture | None:
        """Return the newest picture that was not returned before; wait for one.

        None when there was `enough` and a file's picture has not changed. The caller sets
        the time limit.
        """
        while self._newest is None:
            if enough and self.is_file and self._same:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        if not self.is_file:
            await self._wait_for_one_that_counts()
        picture, self._newest = self._newest, None
        return picture

    async def _wait_for_one_that_counts(self) -> None:
        """Wait a moment for a newer picture: the worker would take as long for an old one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HELD_WAIT_S):
                while self._newest is not None and not self.counts(self._newest):
                    self._arrived.clear()
                    await self._arrived.wait()

    async def close(self) -> None:
        """Close the camera."""
        self._reading.cancel()
        await asyncio.wait([self._reading], timeout=CLOSE_WITHIN_S)
        self._newest = None
        for digest in self._came:
            self._earlier.add(digest)

    async def _read(self) -> None:
        """Read until closed; try again after a failure."""
        while True:
            pause = RETRY_S
            try:
                source = self._source = await self._find()
                async with aclosing(source.pictures()) as pictures:
                    async for picture in pictures:
                        self._answered(picture)
            # The camera is another integration's code and may raise anything. The visitor
            # gets paper all the same. The text may hold the address: it is not logged.
            except Exception as err:
                # Home Assistant swallows a cancellation while it waits for a camera.
                if (task := asyncio.current_task()) and task.cancelling():
                    raise asyncio.CancelledError from err
                self._failed = True
                if isinstance(err, RefusedError):
                    pause = REFUSED_RETRY_S
            await asyncio.sleep(pause)

    def _answered(self, picture: Picture) -> None:
        """Take an answer of the camera: it becomes the newest picture, or is dropped."""
        self.format = format_of(picture.content)
        digest = self._earlier.digest(picture.content)
        is_first = not self._answers
        is_same = digest in self._came
        self._failed = False
        self._came[digest] = None
        self._answers += 1
        self._same += is_same
        self._arrived.set()
        if is_same:
            return
        if not self.is_file and digest in self._earlier:
            # The camera held it ready since an earlier visit, or is frozen and repeats
            # it.
            self._is_replayed |= self.counts(picture)
            return
        if self.counts(picture):
            self._is_replayed = False
            self._newest = picture
        elif is_first:
            self._newest = picture
