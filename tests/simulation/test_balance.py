"""Paper out of the machines and paper in the books are the same paper."""

import asyncio
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .clock import SimulatedLoop
from .day import Day, Ledger


def balance(folder: Path, visits: int, seed: int) -> Ledger:
    """Return the ledger of so many visits."""

    async def run() -> Ledger:
        hass = HomeAssistant(str(folder))
        dr.async_setup(hass)
        # Without the file: reading it takes a thread, which no simulated clock waits for.
        await dr.async_load(hass, load_empty=True)
        await er.async_load(hass, load_empty=True)
        return await Day(hass, seed).run(visits)

    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(run())


def test_every_centimetre_is_charged_or_given_for_a_reason(tmp_path: Path) -> None:
    ledger = balance(tmp_path, visits=1200, seed=1)
    assert ledger.wrong == []
    assert abs(ledger.difference) < 0.1
    assert ledger.charged > 0 and ledger.open_lane > 0 and ledger.staff > 0
    assert ledger.outcomes["refused"] > 0
    assert 0 < ledger.outcomes["called off"] < 0.05 * ledger.visits
    # Faults come and go: no machine may stay out of order for the rest of the day.
    assert 0 < ledger.outcomes["failed"] < 0.25 * ledger.visits
