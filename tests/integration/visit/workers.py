"""The recognition worker of a site, as a test watches it."""

import asyncio
from collections.abc import Callable
import os
from pathlib import Path
import signal

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.recognition.supervisor import Supervisor
from homeassistant.core import HomeAssistant

PROBLEM = "binary_sensor.entrance_problem"
GRANTED = ("granted", "face", 60.0, None)


def without_face(reason: str) -> tuple[str, str, float, str]:
    """Return a visit that got its paper by the open lane for a reason."""
    return ("unrecognised", "open", 60.0, reason)


def worker(entry: MockConfigEntry) -> Supervisor:
    """Return the keeper of a site's worker."""
    supervisor = entry.runtime_data.recogniser.worker
    assert isinstance(supervisor, Supervisor)
    return supervisor


def send(entry: MockConfigEntry, number: signal.Signals) -> int:
    """Send a signal to a site's worker and return its process id."""
    pid = worker(entry).pid
    assert pid is not None
    os.kill(pid, number)
    return pid


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, and fail the test if it never comes."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def until_ready(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Wait until pictures are looked at, and everybody knows."""
    await until(lambda: entry.runtime_data.recogniser.ready)
    await hass.async_block_till_done()


def problem(hass: HomeAssistant) -> str | None:
    """Return what the problem sensor says is wrong; None when nothing is."""
    state = hass.states.get(PROBLEM)
    assert state is not None
    return state.attributes["reason"] if state.state == "on" else None


def children() -> set[str]:
    """Return the process ids of this process's children."""
    return {
        pid
        for task in Path("/proc/self/task").glob("*/children")
        for pid in task.read_text().split()
    }
