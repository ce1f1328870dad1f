"""The meanings of a visitor's button: pressed, or held for some seconds."""

import asyncio

import pytest

from esphome.simulator.device import Device

# A finger that lets go before a button's next meaning, and one that waits for it.
A_PRESS_S = 0.3
A_HOLD_S = 2.0


@pytest.mark.parametrize(
    ("button", "asked", "told"),
    [
        ("Sim request", "face_lane", "Request"),
        ("Sim request without face", "open_lane", "Request without face"),
        ("Sim urgent request", "urgent", "Urgent request"),
        ("Sim forget me", "forget", "Forget me"),
    ],
)
async def test_each_request_is_an_event_and_on_for_a_moment(
    device: Device, button: str, asked: str, told: str
) -> None:
    device.press(button)
    await device.until_told(told, False)
    assert device.told() == [("Visitor button", asked), (told, True), (told, False)]


async def test_a_press_shows_the_face_and_one_second_is_the_lane_without_it(
    device: Device,
) -> None:
    assert await requests_after(device, "Sim button", A_PRESS_S) == ["face_lane"]
    assert await requests_after(device, "Sim button", A_HOLD_S) == [
        "held_for_forget",
        "open_lane",
    ]


async def test_the_second_button_needs_no_face_however_slow_the_hand_is(
    device: Device,
) -> None:
    assert await requests_after(device, "Sim second button", A_PRESS_S) == ["open_lane"]
    assert await requests_after(device, "Sim second button", A_HOLD_S) == [
        "held_for_urgent",
        "open_lane",
    ]


async def test_five_seconds_are_the_last_meaning_and_letting_go_adds_none(
    device: Device,
) -> None:
    both = {"Sim button": "Forget me", "Sim second button": "Urgent request"}
    for button in both:
        device.switch(button, True)
    for told in both.values():
        await device.until_told(told, False)
    for button in both:
        device.switch(button, False)
        await device.until_state(button, False)
    await asyncio.sleep(A_PRESS_S)
    said = [value for name, value in device.told() if name == "Visitor button"]
    assert sorted(map(str, said)) == [
        "forget",
        "held_for_forget",
        "held_for_urgent",
        "urgent",
    ]
    assert {name for name, value in device.told() if value is True} == {*both.values()}


async def requests_after(device: Device, button: str, held_s: float) -> list[object]:
    """Hold a button for so long and return what the dispenser understood."""
    device.forget()
    device.switch(button, True)
    await device.until_state(button, True)
    await asyncio.sleep(held_s)
    device.switch(button, False)
    await device.until(
        lambda: any(value in ("face_lane", "open_lane") for _, value in device.told())
    )
    return [value for name, value in device.told() if name == "Visitor button"]
