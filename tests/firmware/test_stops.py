"""Everything that ends a portion early, and everything that keeps one from starting."""

import asyncio

import pytest

from esphome.simulator.device import Device


async def _refused(device: Device, reason: str) -> None:
    """Ask for a portion and see that the motor stays without power."""
    device.forget()
    device.switch("Motor", True)
    await device.until_event(f"refused:{reason}")
    await asyncio.sleep(0.1)
    assert ("Sim motor power", True) not in [(n, v) for _, n, v in device.history]
    assert device.states["Motor"] is False


async def test_a_jam_is_charged_for_what_came_out_and_told_before_off(
    device: Device,
) -> None:
    device.switch("Sim jam", True)
    assert abs(await device.portion() - 20.0) <= 0.5
    told = device.told()
    # The counters follow when they change.
    end = len(told) - told[::-1].index(("Motor", False))
    assert told[end - 4 : end] == [
        ("Jam", True),
        ("Status", "jam"),
        ("Dispense", "jam"),
        ("Motor", False),
    ]


async def test_a_jam_leaves_with_the_next_good_portion(device: Device) -> None:
    device.switch("Sim jam", True)
    await device.portion()
    device.switch("Sim jam", False)
    device.set_number("Portion length", 10)
    await device.until_rested()
    await device.portion()
    await device.until_state("Jam", False)
    await device.until_state("Status", "ready")


async def test_three_jams_in_a_row_wait_for_a_person(device: Device) -> None:
    device.set_number("Sim fault after", 0)
    device.switch("Sim jam", True)
    for _ in range(3):
        assert await device.portion() == 0
        await device.until_rested()
    await device.until_state("Fault", True)
    await device.until_state("Status", "jammed")
    device.switch("Sim jam", False)
    await _refused(device, "fault")
    device.press("Reset fault")
    await device.until_state("Fault", False)
    device.set_number("Portion length", 10)
    await device.portion()


async def test_an_empty_roll_is_short_and_then_out(device: Device) -> None:
    device.switch("Sim empty roll", True)
    assert abs(await device.portion() - 20.0) <= 0.5
    assert ("Dispense", "short") in device.told()
    assert device.states["Jam"] is False
    await device.until_state("Paper out", True)
    await device.until_state("Paper low", True)
    await device.until_rested()
    await _refused(device, "paper_out")
    device.switch("Sim empty roll", False)
    await device.until_state("Paper out", False)


async def test_an_open_cover_stops_the_motor_and_keeps_it_off(device: Device) -> None:
    device.switch("Motor", True)
    await device.until_state("Sim motor power", True)
    device.switch("Sim cover open", True)
    await device.until_event("cover_open")
    await device.until_state("Motor", False)
    assert device.number("Last portion") < 10
    await device.until_rested()
    await _refused(device, "cover_open")
    device.switch("Sim cover open", False)
    await device.until_state("Status", "ready")


async def test_a_relay_that_sticks_latches_a_fault(device: Device) -> None:
    device.switch("Sim stuck relay", True)
    await device.until_state("Fault", True)
    await device.until_state("Status", "stray")
    device.switch("Sim stuck relay", False)
    await _refused(device, "fault")
    device.press("Reset fault")
    await device.until_state("Fault", False)


async def test_a_relay_that_sticks_in_a_portion_is_reported_as_stuck(
    device: Device,
) -> None:
    device.set_number("Portion length", 10)
    device.switch("Motor", True)
    await device.until_state("Sim motor power", True)
    device.switch("Sim stuck relay", True)
    await device.until_event("stuck")
    await device.until_state("Motor", False)
    await device.until_state("Status", "stuck")
    device.switch("Sim stuck relay", False)


async def test_paper_pulled_by_hand_is_noticed_and_counted_and_no_fault(
    device: Device,
) -> None:
    device.press("Sim pull paper")
    await device.until_state("Status", "pulled")
    await device.until(
        lambda: abs(device.number("Paper pulled by hand") - 15.0) <= 0.5,
    )
    assert abs(device.number("Sim true length") - 15.0) <= 0.5
    await device.until_state("Status", "ready")
    assert device.states["Fault"] is False
    device.set_number("Portion length", 10)
    assert abs(await device.portion() - 10.0) <= 0.5


async def test_a_visitor_who_asks_while_somebody_has_pulled_gets_paper(
    device: Device,
) -> None:
    device.press("Sim pull paper")
    await device.until_state("Status", "pulled")
    device.set_number("Portion length", 10)
    await device.portion()
    assert ("Dispense", "completed") in device.told()


async def test_a_noisy_sensor_gives_no_paper_away(device: Device) -> None:
    device.switch("Motor", True)
    await device.until_state("Sim motor power", True)
    device.switch("Sim noisy sensor", True)
    await device.until_event("sensor")
    await device.until_state("Status", "sensor")
    device.switch("Sim noisy sensor", False)
    await _refused(device, "fault")


async def test_a_dead_sensor_stops_the_motor_within_a_second(device: Device) -> None:
    device.switch("Sim dead sensor", True)
    assert await device.portion() == 0
    assert ("Dispense", "jam") in device.told()
    await device.until(lambda: device.number("Sim true length") < 30)


async def test_a_tired_motor_still_gives_the_whole_length(device: Device) -> None:
    device.switch("Sim slow start", True)
    assert abs(await device.portion() - 60.0) <= 1.0


async def test_a_start_right_after_a_portion_is_refused(device: Device) -> None:
    device.set_number("Portion length", 10)
    await device.portion()
    await _refused(device, "cooldown")


@pytest.mark.parametrize(
    ("sensor", "hang_s", "outcome", "longest_cm"),
    [
        # The pulse interrupt cuts at the length …
        ("alive", 4, "completed", 63),
        # … and without pulses the second clock cuts at the time limit of eight seconds.
        ("dead", 9, "timeout", 245),
    ],
)
async def test_a_main_loop_that_hangs_does_not_keep_the_motor_on(
    device: Device, sensor: str, hang_s: int, outcome: str, longest_cm: float
) -> None:
    device.switch("Sim dead sensor", sensor == "dead")
    device.set_number("Sim hang for", hang_s)
    device.switch("Motor", True)
    await device.until_state("Sim motor power", True)
    device.press("Sim hang")
    await device.until_event(outcome)
    await device.until_state("Motor", False)
    await device.until(lambda: 0 < device.number("Sim true length") < longest_cm)
