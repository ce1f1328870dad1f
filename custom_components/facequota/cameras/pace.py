"""Cameras that are asked for each picture: how often, and from which answer on they count."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from .source import MIN_INTERVAL_S, UNKNOWN_AGE, Picture

MAX_HELD: Final = 4
"""Pictures that a camera, its driver or a server may have ready from any time before.

As many as Video4Linux usually has buffers.
"""

HELD_WITHIN_S: Final = 0.75
"""A camera that needs longer than this for MAX_HELD pictures has none ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a camera answered to one request."""

    content: bytes = field(repr=False)
    age_s: float = 0.0
    """How long before the request a cache may have got it, in seconds."""


async def paced() -> AsyncGenerator[float]:
    """Yield the event loop's time whenever the camera may be asked again."""
    clock = asyncio.get_running_loop().time
    while True:
        asked_at = clock()
        yield asked_at
        await asyncio.sleep(asked_at + MIN_INTERVAL_S - clock())


async def asked(
    ask: Callable[[], Awaitable[Answer]], *, held: int | None
) -> AsyncGenerator[Picture]:
    """Ask for one picture after another and yield every answer.

    The camera may have held the first `held` answers ready (None: all of them). They
    are asked for at once; a later one was asked for after they had come.
    """
    clock = asyncio.get_running_loop().time
    opened_at = clock()
    answers = 0
    while True:
        asked_at = clock()
        counts = held is not None and (
            answers >= held or (answers > 0 and asked_at - opened_at >= HELD_WITHIN_S)
        )
        answer = await ask()
        answers += 1
        yield Picture(
            content=answer.content,
            begun_after=asked_at - answer.age_s if counts else UNKNOWN_AGE,
        )
        if counts or answers >= MAX_HELD:
            await asyncio.sleep(asked_at + MIN_INTERVAL_S - clock())
