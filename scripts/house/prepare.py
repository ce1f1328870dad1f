"""What several commands and test processes share, fetched once: the engines and the portraits."""

import asyncio
from importlib import import_module
from pathlib import Path
import sys
from typing import Final

from .home_assistant import ROOT
from .people import portraits
from .prepared import prepared

ENGINES: Final = ROOT / ".cache/engine"


def engines() -> Path:
    """Return the folder with every engine, installed as a site does it."""
    # The room of recognition alone, without Home Assistant.
    product = str(ROOT / "custom_components/facequota")
    sys.path.insert(0, product)
    room = import_module("recognition.environment")
    sys.path.remove(product)

    async def install(root: Path) -> None:
        for engine in room.Engine:
            await room.EngineEnvironment(root, engine).install(lambda _part: None)

    names = [room.EngineEnvironment(ENGINES, one).folder().name for one in room.Engine]
    return prepared(
        ENGINES, " ".join(names), lambda folder: asyncio.run(install(folder))
    )


if __name__ == "__main__":
    portraits()
    engines()
