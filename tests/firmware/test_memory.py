"""What a dispenser keeps over a restart, and what it does after a power cut."""

import asyncio
from pathlib import Path

from esphome.simulator.device import Device
from esphome.simulator.run import Simulator


async def _restarted(simulator: Simulator) -> Device:
    await simulator.start()
    device = Device(simulator.port)
    await device.connect()
    return device


async def test_settings_and_counters_outlive_a_restart(
    device: Device, simulator: Simulator
) -> None:
    device.set_number("Portion length", 12)
    device.set_number("Roll length", 50)
    device.set_number("Paper low at", 20)
    await device.portion()
    total = device.number("Paper dispensed")
    await device.disconnect()
    await simulator.stop()
    device = await _restarted(simulator)
    assert device.states["Portion length"] == 12
    assert device.states["Roll length"] == 50
    assert device.states["Paper low at"] == 20
    assert device.states["Paper dispensed"] == total
    assert device.states["Portions"] == 1
    assert device.states["Motor"] is False
    await device.disconnect()


async def test_a_power_cut_in_mid_portion_is_reported_and_counts_nothing_twice(
    device: Device, simulator: Simulator
) -> None:
    device.set_number("Portion length", 10)
    await device.portion()
    total = device.number("Paper dispensed")
    await device.until_rested()
    assert await device.dispense(60.0, "cut") == "ok"
    await asyncio.sleep(0.7)
    await device.disconnect()
    await simulator.cut_power()
    device = await _restarted(simulator)
    assert device.states["Motor"] is False
    assert device.states["Paper dispensed"] == total
    assert device.states["Portions"] == 1
    await device.until_event("interrupted")
    # The interrupted portion is not repeated: nobody knows how much of it came out.
    assert await device.dispense(60.0, "cut") == "ok"
    await asyncio.sleep(0.3)
    assert device.states["Motor"] is False
    await device.disconnect()
    await simulator.cut_power()
    device = await _restarted(simulator)
    await asyncio.sleep(2.5)
    assert ("Dispense", "interrupted") not in device.told()
    await device.disconnect()


async def test_a_shutdown_in_mid_portion_measures_first(
    device: Device, simulator: Simulator
) -> None:
    device.switch("Motor", True)
    await device.until_state("Sim motor power", True)
    await asyncio.sleep(0.5)
    await device.disconnect()
    await simulator.stop()
    device = await _restarted(simulator)
    assert 5 < device.number("Paper dispensed") < 40
    assert device.states["Portions"] == 1
    await asyncio.sleep(2.5)
    assert ("Dispense", "interrupted") not in device.told()
    await device.disconnect()


async def test_a_fault_stays_after_a_power_cut(
    device: Device, simulator: Simulator
) -> None:
    device.switch("Sim stuck relay", True)
    await device.until_state("Fault", True)
    await device.disconnect()
    await simulator.cut_power()
    device = await _restarted(simulator)
    await device.until_state("Status", "stray")
    assert await device.dispense(10.0) == "refused:fault"
    device.press("Reset fault")
    await device.until_state("Status", "ready")
    await device.disconnect()


async def test_a_client_that_vanishes_in_mid_portion_finds_it_counted(
    device: Device, simulator: Simulator
) -> None:
    device.set_number("Portion length", 20)
    await device.until_state("Portion length", 20)
    device.switch("Motor", True)
    await device.until_state("Sim motor power", True)
    await device.disconnect()
    await asyncio.sleep(1.5)
    device = Device(simulator.port)
    await device.connect()
    assert device.states["Motor"] is False
    assert abs(device.number("Paper dispensed") - 20.0) <= 0.5
    await device.disconnect()


async def test_a_memory_torn_in_mid_write_leaves_a_dispenser_that_works(
    device: Device, simulator: Simulator, tmp_path: Path
) -> None:
    device.set_number("Portion length", 10)
    await device.portion()
    await device.disconnect()
    await simulator.stop()
    (memory,) = (tmp_path / "entrance/preferences").glob("*.prefs")
    whole = memory.read_bytes()
    for torn in (whole[: len(whole) // 2], b"", b"\xff" * len(whole)):
        memory.write_bytes(torn)
        device = await _restarted(simulator)
        device.set_number("Portion length", 10)
        assert abs(await device.portion() - 10.0) <= 1.0
        await device.disconnect()
        await simulator.stop()
