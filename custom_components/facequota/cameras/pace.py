"""How often a camera is asked that is asked for each picture."""

import asyncio
from collections.abc import AsyncGenerator

from .picture import MIN_INTERVAL_S


async def paced() -> AsyncGenerator[float]:
    """Give the event loop's time at each moment at which the camera may be asked."""
    clock = asyncio.get_running_loop().time
    while True:
        asked_at = clock()
        yield asked_at
        await asyncio.sleep(asked_at + MIN_INTERVAL_S - clock())
