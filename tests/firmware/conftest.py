"""Simulated dispensers for any test: `simulator` runs, `device` is connected to it."""

from collections.abc import AsyncIterator
from pathlib import Path
import subprocess
from typing import Final

import pytest

from esphome.simulator.device import Device
from esphome.simulator.run import Simulator, free_port

ROOT: Final = Path(__file__).resolve().parents[2]
SCRIPT: Final = ROOT / "scripts/firmware"


def build(*sources: Path) -> list[Path]:
    """Return the programs that scripts/firmware builds, or has built before, from these sources."""
    done = subprocess.run(
        [SCRIPT, *sources], stdout=subprocess.PIPE, text=True, check=True
    )
    return [Path(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="session")
def simulator_programs() -> list[Path]:
    """Return the programs of the two simulators: entrance, exit."""
    return build()


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Let the test talk to the simulator; the test harness forbids sockets otherwise."""


@pytest.fixture
async def simulator(
    simulator_programs: list[Path], tmp_path: Path
) -> AsyncIterator[Simulator]:
    """Yield the entrance's dispenser, running with an empty memory."""
    simulator = Simulator(simulator_programs[0], free_port(), tmp_path / "entrance")
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def device(simulator: Simulator) -> AsyncIterator[Device]:
    """Yield a connection to the entrance's dispenser, its first states swallowed."""
    device = Device(simulator.port)
    await device.connect()
    yield device
    await device.disconnect()
