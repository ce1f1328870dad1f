"""A house for bench.swaps: every kind of camera, with a site for each way of opening it and each engine."""

from collections.abc import AsyncIterator, Mapping, Sequence
import contextlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from esphome.simulator.run import Simulator, free_port
from scripts.house.cameras.esphome import EsphomeCamera
from scripts.house.cameras.kinds import Camera, Kind, add_camera
from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.cameras.rtsp import RtspCamera
from scripts.house.cameras.scene import Scene
from scripts.house.client import Client
from scripts.house.dispenser import Dispenser
from scripts.house.flows import OPTIONS, Flow
from scripts.house.home_assistant import HomeAssistant
from scripts.house.house import Machine, build_firmware
from scripts.house.site import Site
from scripts.house.site_setup import (
    RULES,
    add_dispenser,
    add_dispenser_parts,
    add_site,
    entities_of,
)

FRAME_RATE: Final = 15
KEY_FRAME_S: Final = 1.0
SOMEBODY: Final = "input_boolean.somebody"
CM_PER_S: Final = 100
OPEN_PORTIONS: Final = 1000
"""Nobody is refused because others had paper without a face."""


class Eye(StrEnum):
    """The kinds of camera that an installer can choose."""

    MJPEG = "mjpeg"
    STILL = "still"
    ESPHOME = "esphome"
    STREAM = "stream"
    FFMPEG = "ffmpeg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of camera, opened in one way, with one engine."""

    eye: Eye
    opened: str
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapHouse:
    """A running Home Assistant with a site of one dispenser for each cell."""

    client: Client
    cameras: Sequence[Camera]
    sites: Mapping[Cell, Site]

    def show(self, person: Path) -> None:
        """Let a person stand before all cameras."""
        for camera in self.cameras:
            camera.scene.show(person)

    async def somebody_is_there(self, there: bool) -> None:
        """Turn the presence sensor on or off."""
        await self.client.service(
            f"input_boolean.turn_{'on' if there else 'off'}",
            target={"entity_id": SOMEBODY},
        )


@contextlib.asynccontextmanager
async def open_swap_house(
    folder: Path, cells: Sequence[Cell]
) -> AsyncIterator[SwapHouse]:
    """Start a house in an empty folder, and stop it at the end."""
    async with contextlib.AsyncExitStack() as stack:
        board = folder / "board"
        board.mkdir()
        http = MjpegCamera(Scene(), frame_rate=FRAME_RATE)
        chip = EsphomeCamera(Scene(), board / "sensor.jpg", frame_rate=FRAME_RATE)
        rtsp = RtspCamera(Scene(), key_frame_s=KEY_FRAME_S, frame_rate=FRAME_RATE)
        for camera in (http, chip, rtsp):
            await stack.enter_async_context(camera)
        program, *_ = await build_firmware()
        simulator = Simulator(program, free_port(), board, chip.picture)
        await simulator.start()
        stack.push_async_callback(simulator.stop)
        home_assistant = HomeAssistant(
            folder / "config", configuration=_configuration(len(cells), rtsp.url)
        )
        await stack.enter_async_context(home_assistant)
        client = await stack.enter_async_context(Client(home_assistant.url))
        machine = Machine(
            name="Board",
            port=simulator.port,
            simulator=simulator,
            kind=Kind.ESPHOME,
            camera=chip,
        )
        on_board = await add_dispenser_parts(client, folder, machine)
        eyes: dict[Eye, tuple[str, Camera]] = {
            Eye.ESPHOME: (on_board.camera, chip),
            Eye.FFMPEG: ("camera.ffmpeg", rtsp),
        }
        for eye, kind, camera in (
            (Eye.MJPEG, Kind.MJPEG, http),
            (Eye.STILL, Kind.STILL, http),
            (Eye.STREAM, Kind.STREAM, rtsp),
        ):
            entry = await add_camera(client, str(eye), kind, camera)
            (entity_id,) = (await entities_of(client, entry)).values()
            eyes[eye] = entity_id, camera
        sites = {
            cell: await _add_site(client, folder, cell, number, *eyes[cell.eye])
            for number, cell in enumerate(cells)
        }
        yield SwapHouse(client=client, cameras=(http, chip, rtsp), sites=sites)


def _configuration(motors: int, stream: str) -> str:
    """Return YAML for what Home Assistant has no form for, and for the motors."""
    switches = "".join(f"  motor_{number}:\n" for number in range(motors))
    return (
        f"input_boolean:\n  somebody:\n{switches}"
        f"camera:\n  - platform: ffmpeg\n    name: ffmpeg\n    input: {stream}\n"
    )


async def _add_site(
    client: Client, folder: Path, cell: Cell, number: int, camera: str, eye: Camera
) -> Site:
    """Add the site of a cell, with its dispenser."""
    name = f"{cell.eye} {cell.opened} {cell.engine}"
    rules = {**RULES, "portion_cm": 5, "allowance_cm": 5}
    entry_id = await add_site(client, name, rules, cell.engine)
    dispenser = Dispenser(
        name=name,
        camera=camera,
        eye=eye,
        pictures=folder,
        firmware={
            "Motor": f"input_boolean.motor_{number}",
            "Visitor present": SOMEBODY,
        },
    )
    speed = {"motor": {"cm_per_second": CM_PER_S}}
    await add_dispenser(client, entry_id, dispenser, cell.opened, speed)
    options = await Flow.start(client, OPTIONS, entry_id)
    await options.finish("init", {**options.suggested, "open_portions": OPEN_PORTIONS})
    return await Site.find(client, [dispenser], entry_id)
