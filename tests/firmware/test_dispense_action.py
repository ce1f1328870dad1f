"""The action `dispense`: once per request, and never late."""

import asyncio
import time

import pytest

from esphome.simulator.device import Device
from esphome.simulator.run import Simulator


async def test_a_request_gives_the_length_it_names(device: Device) -> None:
    assert await device.dispense(25.0) == "ok"
    await device.until_event("completed")
    await device.until_state("Motor", False)
    assert abs(device.number("Last portion") - 25.0) <= 0.5


async def test_the_same_request_twice_gives_paper_once(device: Device) -> None:
    assert await device.dispense(10.0) == "ok"
    assert await device.dispense(10.0) == "ok"
    await device.until_event("completed")
    await asyncio.sleep(1.2)
    assert await device.dispense(10.0) == "ok"
    await asyncio.sleep(0.3)
    assert device.number("Portions") == 1


async def test_another_request_meanwhile_is_busy(device: Device) -> None:
    assert await device.dispense(10.0, "first") == "ok"
    assert await device.dispense(10.0, "second") == "refused:busy"
    await device.until_event("completed")


@pytest.mark.parametrize(
    ("cm", "request_id", "life_s", "answer"),
    [
        (float("nan"), "visit", 5, "refused:length"),
        (float("inf"), "visit", 5, "refused:length"),
        (-1.0, "visit", 5, "refused:length"),
        (0.0, "visit", 5, "refused:length"),
        (200.5, "visit", 5, "refused:length"),
        (1e30, "visit", 5, "refused:length"),
        (10.0, "", 5, "refused:request_id"),
        (10.0, "x" * 65, 5, "refused:request_id"),
        (10.0, "visit", -1, "refused:late"),
        (10.0, "visit", -1_000_000_000, "refused:late"),
        (10.0, "visit", 120, "refused:expiry"),
        (10.0, "visit", 300_000_000, "refused:expiry"),
    ],
)
async def test_bad_input_is_refused_and_moves_nothing(
    device: Device, cm: float, request_id: str, life_s: int, answer: str
) -> None:
    now = int(time.time())
    assert await device.dispense(cm, request_id, now + life_s) == answer
    await device.until_event(answer)
    assert device.states["Motor"] is False
    assert device.number("Paper dispensed") == 0


async def test_a_command_that_waited_in_a_frozen_link_gives_nothing(
    device: Device, simulator: Simulator
) -> None:
    simulator.freeze()
    late = asyncio.create_task(device.dispense(60.0, expires=int(time.time()) + 1))
    await asyncio.sleep(2.2)
    simulator.thaw()
    assert await late == "refused:late"
    await asyncio.sleep(0.5)
    assert device.number("Paper dispensed") == 0


async def test_a_switch_that_waited_with_its_off_behind_it_gives_nothing(
    device: Device, simulator: Simulator
) -> None:
    """What Home Assistant does when no `on` comes: it sends the off after it."""
    simulator.freeze()
    device.switch("Motor", True)
    await asyncio.sleep(1)
    device.switch("Motor", False)
    simulator.thaw()
    await device.until_event("stopped")
    await device.until_state("Motor", False)
    assert device.number("Paper dispensed") <= 0.5


async def test_a_refused_request_may_come_again(device: Device) -> None:
    device.switch("Sim cover open", True)
    await device.until_state("Cover open", True)
    assert await device.dispense(10.0) == "refused:cover_open"
    device.switch("Sim cover open", False)
    await device.until_state("Cover open", False)
    assert await device.dispense(10.0) == "ok"
    await device.until_event("completed")
