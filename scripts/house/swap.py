"""A leaves, B stands there and asks for the first time: B gets paper, even if the camera still shows A."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from .cameras.kinds import Camera
from .cameras.mjpeg import MjpegCamera, MjpegFault
from .cameras.rtsp import RtspCamera, RtspFault
from .cameras.scene import SceneFault
from .dispenser import Dispenser
from .site import Site
from .visit_watch import VisitEnd, Watch

# What opens a camera "while somebody stands there".
PRESENCE: Final = "Sim visitor present"
# A dispenser rests for a second after a portion; so does a person who steps up.
STEP_UP_S: Final = 1.5

type Fault = SceneFault | MjpegFault | RtspFault


def faults_of(camera: Camera) -> list[Fault]:
    """Return how a camera can fail between two visitors and come back by itself."""
    faults: list[Fault] = list(SceneFault)
    if isinstance(camera, MjpegCamera):
        # Parts without a length are allowed.
        faults += [one for one in MjpegFault if one is not MjpegFault.NO_LENGTH]
    if isinstance(camera, RtspCamera):
        faults.append(RtspFault.STALL)
    return faults


@asynccontextmanager
async def failing(camera: Camera, fault: Fault | None) -> AsyncIterator[None]:
    """Let a camera fail for as long as this is open."""
    if isinstance(fault, SceneFault):
        camera.scene.fault = fault
    elif isinstance(camera, MjpegCamera | RtspCamera):
        camera.fault = fault
    try:
        yield
    finally:
        camera.scene.fault = None
        if isinstance(camera, MjpegCamera | RtspCamera):
            camera.fault = None


async def swap(
    site: Site,
    watch: Watch,
    dispenser: Dispenser,
    a: Path,
    b: Path,
    *,
    fault: Fault | None = None,
    pause_s: float = STEP_UP_S,
) -> tuple[VisitEnd, VisitEnd]:
    """Return the answers to A and then to B, both new visitors; the camera fails in between.

    B stands there for `pause_s` before the request.
    """
    await site.purge()
    press = partial(site.press, dispenser)
    dispenser.scene.show(a)
    await _presence(site, dispenser, True)
    await asyncio.sleep(STEP_UP_S)
    first = await watch.visit(dispenser, press)
    await _presence(site, dispenser, False)
    async with failing(dispenser.eye, fault):
        dispenser.scene.show(b)
        await asyncio.sleep(pause_s - STEP_UP_S)
        await _presence(site, dispenser, True)
        await asyncio.sleep(STEP_UP_S)
        second = await watch.visit(dispenser, press)
    await _presence(site, dispenser, False)
    return first, second


async def _presence(site: Site, dispenser: Dispenser, there: bool) -> None:
    """Turn the firmware's presence sensor on or off."""
    await site.client.service(
        "switch.turn_on" if there else "switch.turn_off",
        target={"entity_id": dispenser.firmware[PRESENCE]},
    )
