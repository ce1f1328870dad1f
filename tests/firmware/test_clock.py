"""A device whose clock is not Home Assistant's."""

import pytest

from esphome.simulator.device import Device


@pytest.mark.parametrize(
    ("ahead_s", "answer"), [(10, "refused:late"), (-120, "refused:expiry")]
)
async def test_a_command_refused_by_the_clock_makes_the_device_ask_for_the_time(
    device: Device, ahead_s: int, answer: str
) -> None:
    device.set_number("Sim clock ahead", ahead_s)
    await device.until_state("Sim clock ahead", ahead_s)
    assert await device.dispense(10.0, "first") == answer
    await device.until_state("Sim clock ahead", 0)
    assert await device.dispense(10.0, "second") == "ok"
    await device.until_event("completed")
