"""Measures, inside a real Home Assistant, how long its event loop stands still.

Only the bench puts this beside FaceQuota. Its last action does something that the
product never does: it runs the same recognition in Home Assistant's own executor, so
that both can be compared on the same machine in the same minute.
"""

import asyncio
import importlib
from pathlib import Path
import sys
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers import config_validation as cv

DOMAIN: Final = "visit_loop"
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)
TICK_S: Final = 0.001


class Stalls:
    """The longest time by which a tick of the loop came late, in seconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Measure nothing yet: a thousand ticks a second would be a load of their own."""
        self._loop = loop
        self._next: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._longest_s = 0.0

    def start(self) -> None:
        """Measure from now on."""
        self._longest_s = 0.0
        self._order()

    def stop(self) -> float:
        """Measure no more and return the longest stall."""
        if self._next is not None:
            self._next.cancel()
        return self._longest_s

    def _tick(self) -> None:
        """Note how late this tick is and order the next one."""
        self._longest_s = max(self._longest_s, self._loop.time() - self._due)
        self._order()

    def _order(self) -> None:
        self._due = self._loop.time() + TICK_S
        self._next = self._loop.call_at(self._due, self._tick)


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Offer the three actions."""
    stalls = Stalls(hass.loop)

    async def start(call: ServiceCall) -> None:
        """Begin to measure."""
        stalls.start()

    async def stop(call: ServiceCall) -> ServiceResponse:
        """Return the longest stall since the beginning."""
        return {"longest_ms": stalls.stop() * 1000}

    async def recognise(call: ServiceCall) -> ServiceResponse:
        """Look at pictures in the executor; return the longest stall and how many faces."""
        engine = await hass.async_add_executor_job(
            _load, call.data["engine"], call.data["product"]
        )
        stalls.start()
        faces = 0
        for _ in range(call.data["rounds"]):
            for picture in call.data["pictures"]:
                faces += await hass.async_add_executor_job(_look, engine, picture)
        return {"longest_ms": stalls.stop() * 1000, "faces": faces}

    hass.services.async_register(DOMAIN, "start", start)
    for name, action in (("stop", stop), ("recognise", recognise)):
        hass.services.async_register(
            DOMAIN, name, action, supports_response=SupportsResponse.ONLY
        )
    return True


def _load(packages: str, product: str) -> Any:
    """Return the product's own engine, loaded into this process."""
    for folder in (product, packages):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    module = importlib.import_module("recognition.engine_face_recognition")
    return module.FaceRecognitionEngine()


def _look(engine: Any, picture: str) -> int:
    """Find and encode the face of one picture; return how many faces there were."""
    decode = importlib.import_module("PIL.Image")
    numpy = importlib.import_module("numpy")
    with decode.open(Path(picture)) as opened:
        pixels = numpy.asarray(opened.convert("RGB"))
    faces = engine.faces(pixels)
    for face in faces:
        engine.template(pixels, face)
    return len(faces)
