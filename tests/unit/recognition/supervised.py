"""Waiting for a supervised worker, and checking why it gave no answer."""

import asyncio
from collections.abc import Callable

import pytest

from custom_components.facequota.recognition.supervisor import Supervisor, WorkerError

type Actor = Callable[[str], list[str]]

OBEDIENT = "hello()\nwhile read_picture() is not None: answer()"


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, and fail the test if it never comes."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def fails_with(
    reason: str,
    supervisor: Supervisor,
    picture: bytes = b"picture",
    timeout: float = 30,
) -> None:
    """Look, and check the reason why there is no answer."""
    with pytest.raises(WorkerError) as caught:
        await supervisor.look(picture, timeout=timeout)
    assert caught.value.reason == reason
