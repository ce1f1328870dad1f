"""What several test processes share, fetched before any of them starts."""

import asyncio
from importlib import import_module
import sys
from typing import Final

from .home_assistant import ROOT
from .people import portraits

ENGINES: Final = ROOT / ".cache/engine"


async def install_engines() -> None:
    """Install every engine, as a site does, into the tests' folder."""
    # The room of recognition alone, without Home Assistant.
    sys.path.insert(0, str(ROOT / "custom_components/facequota"))
    room = import_module("recognition.environment")
    for engine in room.Engine:
        environment = room.EngineEnvironment(ENGINES, engine)
        await environment.install(lambda _part: None)


if __name__ == "__main__":
    portraits()
    asyncio.run(install_engines())
