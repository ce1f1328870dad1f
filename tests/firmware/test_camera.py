"""The simulated camera holds one frame as the ESP32's driver does: the first request gets an old picture."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
import time

from aioesphomeapi import CameraInfo, CameraState, EntityState
import pytest

from esphome.simulator.device import PATIENCE_S, Device
from esphome.simulator.run import Simulator, free_port
from scripts.house.cameras import clock
from scripts.house.cameras.esphome import EsphomeCamera
from scripts.house.cameras.scene import Scene

# How long nobody asks.
PAUSE_S = 1.5


class Pictures:
    """The pictures of a device, in the order in which they come."""

    def __init__(self, device: Device) -> None:
        """Listen."""
        self._device = device
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        device.client.subscribe_states(self._on_state)

    def _on_state(self, state: EntityState) -> None:
        if isinstance(state, CameraState):
            self._queue.put_nowait(state.data)

    async def age_ms(self) -> int:
        """Ask for one and return how old it was at that moment."""
        asked = time.time()
        self._device.client.request_single_image()
        return _age_ms(await self.next(), asked)

    async def next(self) -> bytes:
        """Wait for one."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._queue.get()


def _age_ms(picture: bytes, at: float) -> int:
    age = clock.age_ms(picture, at)
    assert age is not None
    return age


@pytest.fixture
async def pictures(
    simulator_programs: list[Path], tmp_path: Path
) -> AsyncIterator[Pictures]:
    """Yield the pictures of a dispenser with a camera."""
    async with EsphomeCamera(Scene(), tmp_path / "sensor.jpg") as camera:
        simulator = Simulator(
            simulator_programs[0], free_port(), tmp_path / "board", camera.picture
        )
        await simulator.start()
        device = Device(simulator.port)
        await device.client.connect(login=True)
        try:
            yield Pictures(device)
        finally:
            await device.disconnect()
            await simulator.stop()


async def test_a_dispenser_without_a_sensor_has_no_camera(device: Device) -> None:
    assert not [one for one in device.entities.values() if isinstance(one, CameraInfo)]


async def test_the_first_picture_is_as_old_as_the_pause_and_the_next_one_is_new(
    pictures: Pictures,
) -> None:
    await pictures.age_ms()
    for _ in range(2):
        await asyncio.sleep(PAUSE_S)
        assert await pictures.age_ms() > PAUSE_S * 1000 / 2
        # Taken as soon as the first one was sent.
        assert await pictures.age_ms() < PAUSE_S * 1000 / 2


async def test_no_picture_is_sent_without_a_request(pictures: Pictures) -> None:
    """The driver's own default is one every ten seconds."""
    await pictures.age_ms()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(11):
            await pictures.next()
