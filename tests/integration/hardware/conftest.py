"""A simulated board behind Home Assistant, and a site at it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from esphome.simulator.run import Simulator, free_port
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.firmware.conftest import build
from tests.integration.conftest import set_up_site, unload
from tests.integration.hardware.machine import MAC, ONE_PORTION, Machine


@pytest.fixture(scope="session")
def program() -> Path:
    """Return the program of the entrance's simulator."""
    return build()[0]


@pytest.fixture
async def machine(
    hass: HomeAssistant,
    program: Path,
    tmp_path: Path,
    socket_enabled: None,
    mock_async_zeroconf: object,
) -> AsyncGenerator[Machine]:
    """Run the firmware and connect Home Assistant's esphome integration to it."""
    assert await async_setup_component(hass, "homeassistant", {})
    simulator = Simulator(program, free_port(), tmp_path / "machine")
    await simulator.start()
    entry = MockConfigEntry(
        domain="esphome",
        unique_id=MAC,
        data={
            "host": "127.0.0.1",
            "port": simulator.port,
            "password": "",
            "noise_psk": "",
            "device_name": "facequota-entrance",
        },
    )
    entry.add_to_hass(hass)
    made = Machine(hass, simulator, entry)
    await made.connect()
    yield made
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)
    await simulator.stop()


@pytest.fixture
async def firmware_site(
    hass: HomeAssistant, machine: Machine
) -> AsyncGenerator[MockConfigEntry]:
    """Return a suspended site at this machine: one portion in nine minutes."""
    entry = await set_up_site(hass, options=ONE_PORTION, data=machine.data)
    yield entry
    await unload(hass, entry)
