"""A whole house: Home Assistant, the simulated dispensers, and a client that talks to them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from esphome.simulator.run import Simulator, free_port

from .cameras.esphome import EsphomeCamera
from .cameras.kinds import Camera, Kind, make_camera
from .client import Client
from .home_assistant import ROOT, TESTED_PYTHON, HomeAssistant, HouseError
from .site import Site
from .site_setup import ENGINE, RULES

# As scripts/firmware builds them, in this order; a house may give them other names.
NAMES: Final = ("Entrance", "Exit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One simulated dispenser that runs, and the camera over it."""

    name: str
    port: int
    simulator: Simulator
    kind: Kind
    camera: Camera


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running Home Assistant with running dispensers, not yet a site."""

    folder: Path
    home_assistant: HomeAssistant
    client: Client
    machines: Sequence[Machine]

    @property
    def pictures(self) -> Path:
        """Where the pictures of people lie that the cameras see."""
        return self.folder / "pictures"

    async def set_up_site(
        self,
        *,
        name: str = "Park gate",
        rules: Mapping[str, Any] = RULES,
        engine: str = ENGINE,
        opened: str | None = None,
    ) -> Site:
        """Set FaceQuota up with all the dispensers of this house; `opened` is when their cameras are."""
        return await Site.set_up(
            self.client,
            self.pictures,
            self.machines,
            name=name,
            rules=rules,
            engine=engine,
            opened=opened,
        )


@contextlib.asynccontextmanager
async def open_house(
    folder: Path,
    *,
    python: Path = TESTED_PYTHON,
    port: int | None = None,
    dispensers: int = 2,
    names: Sequence[str] = NAMES,
    cameras: Sequence[Kind] = (Kind.MJPEG, Kind.MJPEG),
    key_frame_s: float = 1.0,
    configuration: str = "",
) -> AsyncIterator[House]:
    """Start a house in an empty folder and stop all of it at the end.

    `names` are the dispensers', `cameras` the kinds over them, `key_frame_s` how often a stream has a
    key frame; `configuration` is YAML that Home Assistant's own configuration ends with.
    """
    async with contextlib.AsyncExitStack() as stack:
        programs = await build_firmware()
        machines = []
        parts = zip(names[:dispensers], programs, cameras, strict=False)
        for name, program, kind in parts:
            flash = folder / "dispensers" / name
            flash.mkdir(parents=True, exist_ok=True)
            eye = make_camera(kind, flash, key_frame_s=key_frame_s)
            await stack.enter_async_context(eye)
            sensor = eye.picture if isinstance(eye, EsphomeCamera) else None
            simulator = Simulator(program, free_port(), flash, sensor)
            await simulator.start()
            stack.push_async_callback(simulator.stop)
            machines.append(
                Machine(
                    name=name,
                    port=simulator.port,
                    simulator=simulator,
                    kind=kind,
                    camera=eye,
                )
            )
        home_assistant = HomeAssistant(
            folder / "config", python=python, port=port, configuration=configuration
        )
        await stack.enter_async_context(home_assistant)
        client = await stack.enter_async_context(Client(home_assistant.url))
        yield House(
            folder=folder,
            home_assistant=home_assistant,
            client=client,
            machines=machines,
        )


async def build_firmware() -> list[Path]:
    """Build the simulators, if their sources changed, and return the programs."""
    build = await asyncio.create_subprocess_exec(
        ROOT / "scripts/firmware", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await build.communicate()
    if build.returncode:
        raise HouseError("the firmware could not be built")
    return [Path(line) for line in output.decode().split()]
