"""Without Home Assistant: visitors get paper by the device alone, and it is known afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from esphome.simulator.device import Device
from esphome.simulator.run import Simulator

AFTER_S = 1


@asynccontextmanager
async def _away(device: Device, simulator: Simulator) -> AsyncIterator[Device]:
    """Leave the dispenser without Home Assistant; yield a hand on its buttons, that hears nothing."""
    device.set_number("Portion length", 10)
    device.set_number("Sim alone after", AFTER_S)
    await device.until_state("Sim alone after", AFTER_S)
    await device.disconnect()
    hand = Device(simulator.port)
    await hand.connect(listen=False)
    yield hand
    await hand.disconnect()


async def _back(simulator: Simulator) -> Device:
    device = Device(simulator.port)
    await device.connect()
    return device


async def test_a_press_gives_one_portion_a_window_and_it_is_counted(
    device: Device, simulator: Simulator
) -> None:
    async with _away(device, simulator) as hand:
        await asyncio.sleep(AFTER_S + 0.5)
        hand.press("Sim request")
        await asyncio.sleep(2.5)
        hand.press("Sim request without face")
        hand.press("Sim urgent request")
        await asyncio.sleep(0.5)
        device = await _back(simulator)
    assert device.states["Portions without Home Assistant"] == 1
    assert abs(device.number("Length without Home Assistant") - 10.0) <= 0.5
    assert device.number("Paper dispensed") == device.number(
        "Length without Home Assistant"
    )
    assert device.states["Portions"] == 1
    assert device.states["Portions by switch"] == 0
    await device.disconnect()


async def test_the_display_says_how_it_is_and_leaves_when_home_assistant_comes(
    device: Device, simulator: Simulator
) -> None:
    async with _away(device, simulator):
        await asyncio.sleep(AFTER_S + 0.5)
        device = await _back(simulator)
    # Its first states were still those of a dispenser that was alone.
    assert device.first["Display"] == "Press for paper"
    await device.until_state("Display", "")
    await device.disconnect()


async def test_a_visitor_who_comes_too_early_reads_how_long_to_wait(
    device: Device, simulator: Simulator
) -> None:
    async with _away(device, simulator) as hand:
        await asyncio.sleep(AFTER_S + 0.5)
        for _ in range(2):
            hand.press("Sim request")
            await asyncio.sleep(2.5)
        device = await _back(simulator)
    first = str(device.first["Display"])
    assert first.startswith("Paper again in ") and first.endswith(" s")
    assert 40 <= int(first.split()[-2]) <= 60
    await device.disconnect()


async def test_a_manager_may_forbid_it_and_then_the_display_says_so(
    device: Device, simulator: Simulator
) -> None:
    device.switch("Paper without Home Assistant", False)
    await device.until_state("Paper without Home Assistant", False)
    async with _away(device, simulator) as hand:
        await asyncio.sleep(AFTER_S + 0.5)
        hand.press("Sim request")
        await asyncio.sleep(1)
        device = await _back(simulator)
    assert device.first["Display"] == "Out of order"
    assert device.states["Portions"] == 0
    await device.disconnect()


async def test_a_dispenser_without_paper_promises_none(
    device: Device, simulator: Simulator
) -> None:
    device.switch("Sim cover open", True)
    await device.until_state("Status", "cover_open")
    async with _away(device, simulator):
        await asyncio.sleep(AFTER_S + 0.5)
        device = await _back(simulator)
    assert device.first["Display"] == "Out of order"
    await device.disconnect()


async def test_while_home_assistant_is_there_a_button_only_asks_it(
    device: Device,
) -> None:
    device.set_number("Sim alone after", AFTER_S)
    await device.until_state("Sim alone after", AFTER_S)
    await asyncio.sleep(AFTER_S + 0.5)
    device.press("Sim request")
    await device.until_told("Request", False)
    assert device.states["Portions"] == 0
    assert all(name != "Dispense" for name, _ in device.told())


async def test_what_was_given_outlives_a_power_cut(
    device: Device, simulator: Simulator
) -> None:
    async with _away(device, simulator) as hand:
        await asyncio.sleep(AFTER_S + 0.5)
        hand.press("Sim request")
        await asyncio.sleep(2.5)
    await simulator.cut_power()
    await simulator.start()
    device = await _back(simulator)
    assert device.states["Portions without Home Assistant"] == 1
    await device.disconnect()


async def test_a_portion_by_the_switch_is_told_as_one_that_facequota_did_not_ask_for(
    device: Device,
) -> None:
    device.set_number("Portion length", 10)
    await device.portion()
    await device.until_state("Portions by switch", 1)
    await device.until_rested()
    assert await device.dispense(10.0) == "ok"
    await device.until_event("completed")
    await device.until_state("Portions", 2)
    assert device.states["Portions by switch"] == 1
