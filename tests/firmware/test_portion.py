"""The plain switch: one portion, measured, and off by itself."""

import asyncio

import pytest

from esphome.simulator.device import Device
from esphome.simulator.run import Simulator

# Set before the portion, and told some seconds after it: not in the order of the others.
APART = {"Portion length", "Portions by switch"}


async def test_on_gives_one_portion_and_goes_off_by_itself(device: Device) -> None:
    assert abs(await device.portion() - 60.0) <= 0.5
    assert device.number("Paper dispensed") == device.number("Last portion")


async def test_length_and_outcome_are_there_before_the_switch_is_off(
    device: Device,
) -> None:
    device.set_number("Portion length", 10)
    await device.portion()
    told = device.told()
    assert [name for name, _ in told if name not in APART] == [
        "Motor",
        "Last portion",
        "Paper dispensed",
        "Portions",
        "Dispense",
        "Motor",
    ]
    assert told[-2:] == [("Dispense", "completed"), ("Motor", False)]


async def test_a_portion_costs_home_assistant_six_states_at_most(
    device: Device,
) -> None:
    device.set_number("Portion length", 10)
    await device.until_state("Portion length", 10)
    await device.portion()
    await asyncio.sleep(1)
    assert len(device.told()) <= 6


async def test_the_number_sets_the_length_of_the_next_portion(device: Device) -> None:
    device.set_number("Portion length", 25)
    await device.until_state("Portion length", 25)
    assert abs(await device.portion() - 25.0) <= 0.5


async def test_off_stops_at_once_and_tells_what_came_out(device: Device) -> None:
    device.switch("Motor", True)
    await device.until_state("Sim motor power", True)
    await asyncio.sleep(0.5)
    device.switch("Motor", False)
    await device.until_event("stopped")
    await device.until_state("Motor", False)
    assert 2 < device.number("Last portion") < 30
    await device.until(
        lambda: (
            abs(device.number("Sim true length") - device.number("Paper dispensed"))
            <= 0.5
        )
    )


async def test_a_burst_of_commands_is_one_portion(device: Device) -> None:
    device.set_number("Portion length", 10)
    for _ in range(50):
        device.switch("Motor", True)
    await device.until_event("completed")
    await asyncio.sleep(1)
    assert device.number("Portions") == 1
    assert device.number("Paper dispensed") <= 10.5


async def test_off_right_after_on_gives_no_paper(device: Device) -> None:
    for _ in range(20):
        device.switch("Motor", True)
        device.switch("Motor", False)
    await device.until_event("stopped")
    await device.until_state("Motor", False)
    assert device.number("Last portion") <= 0.5
    assert device.number("Paper dispensed") <= 0.5


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -5, 0, 0.5, 200.5, 1e30])
async def test_a_length_that_is_no_length_leaves_the_number_as_it_is(
    device: Device, value: float
) -> None:
    device.set_number("Portion length", value)
    device.set_number("Calibration", value if value != 0.5 else 0.0)
    device.set_number("Roll length", 100)
    await device.until_state("Roll length", 100)
    assert device.states["Portion length"] == 60
    assert device.states["Calibration"] == 0.5


async def test_the_ruler_s_length_calibrates_the_next_portion(device: Device) -> None:
    device.set_number("Portion length", 20)
    await device.portion()
    device.set_number("Measured length", 22)  # 0.55 cm a pulse
    await device.until(
        lambda: abs(device.number("Calibration") - 0.55) < 0.02,
    )
    await device.until_rested()
    assert abs(await device.portion() - 20.0) <= 0.6
    assert await device.act("calibrate", measured_cm=0.0) == "refused:calibration"
    assert await device.act("calibrate", measured_cm=float("nan")) != "ok"
    assert await device.act("calibrate", measured_cm=18.0) == "ok"


async def test_a_text_longer_than_the_display_is_cut_at_a_whole_character(
    device: Device,
) -> None:
    device.set_text("Display", "Please wait until 12:30")
    await device.until_state("Display", "Please wait until 12:30")
    device.set_text("Display", "请" * 255)
    await device.until(lambda: str(device.states["Display"]).startswith("请"))
    shown = str(device.states["Display"])
    assert shown == "请" * 39 + "…"
    assert len(shown.encode()) <= 120


async def test_presence_cover_and_paper_are_told(device: Device) -> None:
    for switch, sensor in (
        ("Sim visitor present", "Visitor present"),
        ("Sim cover open", "Cover open"),
        ("Sim paper low", "Paper low"),
    ):
        device.switch(switch, True)
        await device.until_state(sensor, True)
        device.switch(switch, False)
        await device.until_state(sensor, False)
    await device.until_state("Status", "ready")


async def test_the_roll_is_counted_down_and_a_new_one_is_full(device: Device) -> None:
    device.set_number("Roll length", 1)
    await device.until_state("Roll length remaining", 100)
    device.set_number("Portion length", 95)
    await device.portion()
    await device.until_state("Paper low", True)
    device.press("New roll")
    await device.until_state("Roll remaining", 100)
    await device.until_state("Paper low", False)
    assert device.number("Paper dispensed") > 90


async def test_two_clients_see_the_same_portion(
    device: Device, simulator: Simulator
) -> None:
    other = Device(simulator.port)
    await other.connect()
    device.set_number("Portion length", 10)
    await device.until_state("Portion length", 10)
    await other.portion()
    await device.until_event("completed")
    await other.disconnect()
