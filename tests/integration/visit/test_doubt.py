"""Doubt is in the visitor's favour: a visitor who may be confused with another gets paper."""

from pathlib import Path

from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    faces,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log")

GRANTED = ("granted", "face", 60.0, None)
REFUSED = ("refused", "face", 0.0, None)
LOW_FACE = ("unrecognised", "open", 60.0, "low_face")
TWO_PEOPLE = ("unrecognised", "open", 60.0, "one_at_a_time")


def show(stage: Stage, *people: tuple[Path, int, int]) -> None:
    """Show heads with their shoulders: portrait, x and y of each."""
    frame = Image.new("RGB", (640, 480), (90, 100, 110))
    for portrait, x, y in people:
        with Image.open(portrait) as opened:
            head = opened.convert("RGB").crop((160, 10, 460, 290))
        frame.paste(head, (x, y))
    frame.save(stage.picture, "JPEG", quality=95)


async def test_a_visitor_with_eyes_below_the_line_gets_paper_by_the_open_lane_each_time(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser, portraits: Path
) -> None:
    """The same person above it is remembered; the line says nothing of an age."""
    entry = await set_up_site(hass, data={**DISPENSER_DATA, "eye_line": 50})
    somebody = portraits / "A/1.jpg"
    show(stage, (somebody, 170, 200))
    assert summary(await ask(hass)) == LOW_FACE
    assert summary(await ask(hass)) == LOW_FACE
    assert faces(entry) == 0
    await hass.async_block_till_done()
    assert set(dispenser.said) == {
        "Press for paper",
        "Please look here",
        "Please take your paper",
    }
    counted = hass.states.get("sensor.east_gate_visits_without_recognition")
    assert counted is not None
    assert (counted.state, counted.attributes["low_face"]) == ("2", 2)
    show(stage, (somebody, 170, 20))
    assert summary(await ask(hass)) == GRANTED
    assert summary(await ask(hass)) == REFUSED
    await unload(hass, entry)


async def test_without_an_eye_line_no_visitor_is_too_low(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage, portraits: Path
) -> None:
    show(stage, (portraits / "A/1.jpg", 170, 200))
    assert summary(await ask(hass)) == GRANTED
    assert summary(await ask(hass)) == REFUSED


async def test_of_two_people_side_by_side_neither_is_remembered(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
    portraits: Path,
) -> None:
    """They are asked to come one at a time, and get paper all the same."""
    show(stage, (portraits / "A/1.jpg", 10, 100), (portraits / "B/1.jpg", 330, 100))
    assert summary(await ask(hass)) == TWO_PEOPLE
    await hass.async_block_till_done()
    assert "One person at a time, please" in dispenser.said
    assert dispenser.said[-1] == "Please take your paper"
    assert faces(site) == 0
    show(stage, (portraits / "A/1.jpg", 170, 100))
    assert summary(await ask(hass)) == GRANTED
