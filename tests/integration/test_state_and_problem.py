"""What the sensors State, Problem and Paper low of a dispenser show."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from . import fake_dispenser as fake
from .conftest import DISPENSER_DATA, ask, set_up_site, step, unload
from .entities import attributes_of, state_of
from .fake_dispenser import FakeDispenser
from .stage import Stage


async def test_state_and_problem_follow_the_machine(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    def seen() -> tuple[str, str, str | None]:
        problem = "binary_sensor.entrance_problem"
        return (
            state_of(hass, "sensor.entrance_state"),
            state_of(hass, problem),
            attributes_of(hass, problem).get("reason"),
        )

    working = ("open_lane", "off", None)
    assert seen() == working
    dispenser.set(fake.JAM, "on")
    await hass.async_block_till_done()
    assert seen() == ("out_of_order", "on", "jam")
    dispenser.set(fake.JAM, "off")
    await hass.async_block_till_done()
    assert seen() == working
    dispenser.set_available(False)
    await hass.async_block_till_done()
    assert seen() == ("out_of_order", "on", "motor_unavailable")
    dispenser.set_available(True)
    await hass.async_block_till_done()
    assert seen() == working


async def test_a_camera_that_is_gone_is_a_problem_and_visitors_still_get_paper(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    await hass.config_entries.async_unload(stage.camera.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, "sensor.entrance_state") == "ready"
    assert state_of(hass, "binary_sensor.entrance_problem") == "on"
    assert attributes_of(hass, "binary_sensor.entrance_problem")["reason"] == "camera"


async def test_the_steps_of_a_visit_are_beside_the_state_that_stays(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage, dispenser: FakeDispenser
) -> None:
    """So that Home Assistant's activity tells a visit once: by the event."""
    seen: list[tuple[str, str | None]] = []
    hass.bus.async_listen(
        "state_changed",
        lambda event: (
            seen.append((event.data["new_state"].state, step(hass)))
            if event.data["entity_id"] == "sensor.entrance_state"
            else None
        ),
    )
    stage.person("A")
    await ask(hass)
    await hass.async_block_till_done()
    assert seen == [("ready", "looking"), ("ready", "dispensing"), ("ready", None)]
    assert float(state_of(hass, "sensor.entrance_last_recognition_time")) > 0


@pytest.mark.parametrize(
    ("sensors", "expected"),
    [
        ({}, "unknown"),
        ({"paper_low": "off", "paper_out": "off"}, "off"),
        ({"paper_low": "on", "paper_out": "off"}, "on"),
        ({"paper_out": "on"}, "on"),
        ({"paper_low": "unavailable"}, "unknown"),
        ({"paper_low": "unavailable", "paper_out": "on"}, "on"),
    ],
)
async def test_paper_is_low_when_a_sensor_says_so_and_unknown_when_none_can(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    sensors: dict[str, str],
    expected: str,
) -> None:
    entities = {key: f"binary_sensor.{key}" for key in sensors}
    for key, state in sensors.items():
        hass.states.async_set(entities[key], state)
    entry = await set_up_site(
        hass, options={"suspended": True}, data=DISPENSER_DATA | entities
    )
    assert state_of(hass, "binary_sensor.entrance_paper_low") == expected
    await unload(hass, entry)
