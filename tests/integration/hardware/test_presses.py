"""One press is one request, however many events a button sends."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.facequota.hardware.inputs import beginnings
from custom_components.facequota.site.looking import Looking
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from tests.integration.conftest import DISPENSER_DATA, issues, set_up_site, unload
from tests.integration.fake_dispenser import REQUEST, FakeDispenser

pytestmark = pytest.mark.usefixtures("log")

BUTTON: Final = "event.button"
PROBLEM: Final = "binary_sensor.entrance_problem"
RULES: Final = {"suspended": True, "open_portions": 100}


@pytest.mark.parametrize(
    ("event_types", "begin"),
    [
        (["press", "hold", "release", "repeat"], ["press"]),
        (["pressed", "held", "released"], ["pressed"]),
        (
            ["initial_press", "repeat", "short_release", "long_press", "long_release"],
            ["initial_press"],
        ),
        (["initial_press", "multi_press_1", "multi_press_2"], ["initial_press"]),
        (["btn_down", "btn_up", "single_push", "long_push"], ["btn_down"]),
        (["single", "double", "hold", "release"], ["single", "double"]),
        (["ButtonDown", "ButtonUp"], ["ButtonDown"]),
        (["long press", "long release"], ["long press"]),
        (["hold"], ["hold"]),
        (["release"], ["release"]),
        (["1", "2"], ["1", "2"]),
    ],
)
def test_only_beginnings_of_a_press_count(
    event_types: list[str], begin: list[str]
) -> None:
    assert beginnings(event_types) == begin


class Button:
    """An event entity that tells several things of one press."""

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, types: list[str]
    ) -> None:
        """Begin with nothing told."""
        self._hass = hass
        self._freezer = freezer
        self._types = types
        hass.states.async_set(BUTTON, "unknown", {"event_types": types})

    async def tell(self, *event_types: str) -> None:
        """Tell one after the other, and let everything come to its end."""
        for event_type in event_types:
            self._freezer.tick(0.01)
            self._hass.states.async_set(
                BUTTON,
                dt_util.utcnow().isoformat(timespec="milliseconds"),
                {"event_types": self._types, "event_type": event_type},
            )
            await self._hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def open_site(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site whose button for a portion is an event entity."""
    data = {**DISPENSER_DATA, "request": BUTTON}
    entry = await set_up_site(hass, options=RULES, data=data)
    yield entry
    await unload(hass, entry)


async def test_a_button_that_is_pressed_held_and_let_go_gives_one_portion(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Also when it is let go long after the portion has come."""
    button = Button(hass, freezer, ["press", "hold", "release", "repeat"])
    await button.tell("press", "hold", "repeat", "repeat", "release")
    assert dispenser.turned_on == 1
    freezer.tick(2)
    await button.tell("release", "press")
    assert dispenser.turned_on == 2


async def test_several_words_for_one_short_press_are_one(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    freezer: FrozenDateTimeFactory,
) -> None:
    button = Button(hass, freezer, ["single", "double"])
    await button.tell("single", "double")
    assert dispenser.turned_on == 1


async def test_the_word_that_the_manager_picked_is_the_only_one_that_counts(
    hass: HomeAssistant, dispenser: FakeDispenser, freezer: FrozenDateTimeFactory
) -> None:
    data = {**DISPENSER_DATA, "request": BUTTON, "request_event_type": "double"}
    entry = await set_up_site(hass, options=RULES, data=data)
    button = Button(hass, freezer, ["single", "double"])
    await button.tell("single")
    assert dispenser.turned_on == 0
    await button.tell("double")
    assert dispenser.turned_on == 1
    await unload(hass, entry)


async def test_a_button_that_is_stuck_is_a_problem_until_it_is_let_go(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    entry = await set_up_site(hass, options=RULES)
    dispenser.set(REQUEST, "on")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.is_state(PROBLEM, "off")
    freezer.tick(timedelta(seconds=61))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    state = hass.states.get(PROBLEM)
    assert state is not None
    assert (state.state, state.attributes["reason"]) == ("on", "button_stuck")
    placeholders = issues(issue_registry)["button_stuck"]
    assert placeholders is not None
    assert placeholders["entity"] == REQUEST
    dispenser.set(REQUEST, "off")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.is_state(PROBLEM, "off")
    assert "button_stuck" not in issues(issue_registry)
    await unload(hass, entry)


async def test_fifty_requests_to_be_forgotten_are_one_and_no_visitor_waits_for_them(
    hass: HomeAssistant, dispenser: FakeDispenser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request would look through the camera, one after the other."""
    hass.states.async_set("binary_sensor.forget", "off")
    data = {**DISPENSER_DATA, "forget": "binary_sensor.forget"}
    entry = await set_up_site(hass, options=RULES, data=data)
    looks, seen = 0, asyncio.Event()

    async def look(_: Looking) -> None:
        nonlocal looks
        looks += 1
        await seen.wait()

    monkeypatch.setattr(Looking, "forget", look)
    visits = async_capture_events(hass, "facequota_visit")
    for _ in range(50):
        hass.states.async_set("binary_sensor.forget", "on")
        await asyncio.sleep(0)
        hass.states.async_set("binary_sensor.forget", "off")
        await asyncio.sleep(0)
    dispenser.set(REQUEST, "on")
    await asyncio.sleep(0)
    seen.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert looks == 1
    assert [visit.data["outcome"] for visit in visits] == ["granted"]
    await unload(hass, entry)
