"""Installs the engine, once, before the network is left behind."""

import asyncio

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from scripts.house.home_assistant import ROOT

asyncio.run(
    EngineEnvironment(ROOT / ".cache/engine", Engine.FACE_RECOGNITION).install(
        lambda _part: None
    )
)
