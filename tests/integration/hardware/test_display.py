"""What the visitor reads; a broken display never costs a visitor the paper."""

from datetime import timedelta
from typing import Any, override

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.facequota.hardware.display import SHOWN_FOR_S
from homeassistant.components.text import TextEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.integration.conftest import DISPENSER_DATA, ask, set_up_site, summary, unload
from tests.integration.fake_dispenser import DISPLAY, FakeDispenser

pytestmark = pytest.mark.usefixtures("log", "dispenser")

SUSPENDED = {"suspended": True}
GRANTED = ("granted", "open", 60.0, None)
IDLE = "Press for paper. No camera is used."


class BrokenDisplay(TextEntity):
    """A display that is too short, or whose integration raises."""

    entity_id = "text.broken"
    _attr_native_value = ""

    def __init__(self, *, longest: int, error: Exception | None = None) -> None:
        """Show this many characters, or raise."""
        self._attr_native_max = longest
        self._error = error

    @override
    async def async_set_value(self, value: str) -> None:
        if self._error is not None:
            raise self._error


class ShortDisplay(TextEntity):
    """A display of so many characters, which remembers what it showed."""

    entity_id = "text.short"
    _attr_native_value = ""
    _attr_should_poll = False

    def __init__(self, longest: int) -> None:
        """Begin with nothing shown."""
        self._attr_native_max = longest
        self.said: list[str] = []

    @override
    async def async_set_value(self, value: str) -> None:
        self.said.append(value)


async def serves(hass: HomeAssistant, **changes: Any) -> bool:
    """Return if a dispenser with this display gives its portion."""
    data = {**DISPENSER_DATA, **changes}
    entry = await set_up_site(hass, options=SUSPENDED, data=data)
    visit = await ask(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    await unload(hass, entry)
    return summary(visit) == GRANTED


async def test_after_a_while_the_display_says_again_how_to_ask(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    entry = await set_up_site(hass, options=SUSPENDED)
    await ask(hass)
    await hass.async_block_till_done()
    assert hass.states.is_state(DISPLAY, "Please take your paper")
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=SHOWN_FOR_S + 1))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.is_state(DISPLAY, IDLE)
    await unload(hass, entry)


async def test_a_display_that_comes_back_is_told_again_how_to_ask(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """A device that was without power shows what it began with."""
    entry = await set_up_site(hass, options=SUSPENDED)
    dispenser.set(DISPLAY, "unavailable")
    dispenser.said.clear()
    dispenser.set(DISPLAY, "Hello")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dispenser.said == [IDLE]
    await unload(hass, entry)
    dispenser.set(DISPLAY, "unavailable")
    dispenser.set(DISPLAY, "Hello")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dispenser.said == [IDLE]


async def test_the_display_speaks_the_houses_language(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    hass.config.language = "zh-Hans"
    assert await serves(hass)
    assert dispenser.said[-1] == "请取纸"


async def test_a_dispenser_needs_no_display(hass: HomeAssistant) -> None:
    data = {key: DISPENSER_DATA[key] for key in ("camera", "motor", "portion_length")}
    entry = await set_up_site(hass, options=SUSPENDED, data=data)
    assert summary(await ask(hass)) == GRANTED
    await unload(hass, entry)


@pytest.mark.parametrize("state", ["unavailable", None])
async def test_a_visitor_gets_paper_although_the_display_is_gone(
    hass: HomeAssistant, state: str | None
) -> None:
    if state is not None:
        hass.states.async_set("text.gone", state)
    assert await serves(hass, display="text.gone")


@pytest.mark.parametrize(
    "display",
    [
        BrokenDisplay(longest=5),
        BrokenDisplay(longest=255, error=OSError("the radio is broken")),
    ],
    ids=["too_short", "raises"],
)
async def test_a_visitor_gets_paper_although_the_display_refuses_the_text(
    hass: HomeAssistant, display: BrokenDisplay
) -> None:
    await hass.data[DATA_INSTANCES]["text"].async_add_entities([display])
    assert await serves(hass, display="text.broken")


@pytest.mark.parametrize("most", [None, "many", float("nan"), float("inf"), -1, "16"])
async def test_a_visitor_gets_paper_although_the_display_s_length_is_invalid(
    hass: HomeAssistant, most: object
) -> None:
    hass.states.async_set("text.odd", "", {"max": most})
    assert await serves(hass, display="text.odd")


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (255, "Your next portion comes at {time}"),
        (35, "Your next portion comes at {time}"),
        (34, "Next portion at {time}"),
        (20, "Next at {time}"),
        (16, "Next at {time}"),
        (15, "{time}"),
        (8, "{time}"),
    ],
)
async def test_a_refusal_fits_every_display_and_always_has_its_time(
    hass: HomeAssistant, room: int, said: str
) -> None:
    display = ShortDisplay(room)
    assert await async_setup_component(hass, "text", {})
    await hass.data[DATA_INSTANCES]["text"].async_add_entities([display])
    data = {**DISPENSER_DATA, "display": ShortDisplay.entity_id}
    rules = {**SUSPENDED, "open_portions": 1}
    entry = await set_up_site(hass, options=rules, data=data)
    await ask(hass)
    visit = await ask(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    at = dt_util.parse_datetime(visit["next_portion"], raise_on_error=True)
    time = f"{dt_util.as_local(at):%H:%M:%S}"
    assert display.said[-1] == said.format(time=time)
    assert all(len(one) <= room for one in display.said)
    assert display.said[0]
    await unload(hass, entry)


@pytest.mark.parametrize(
    ("language", "idle"),
    [
        ("zh-Hans", "请按按钮取纸，不使用摄像头"),
        ("zh-CN", "请按按钮取纸，不使用摄像头"),
        ("zh-TW", "請按按鈕取紙，不使用攝影機"),
        ("ja", "ボタンを押すと紙が出ます。カメラは使いません。"),
        ("en-GB", IDLE),
        ("nl", IDLE),
    ],
)
async def test_another_language_of_the_house_is_spoken_at_once(
    hass: HomeAssistant, dispenser: FakeDispenser, language: str, idle: str
) -> None:
    """Also where Home Assistant has another name for it, or for a region's kind of it."""
    entry = await set_up_site(hass, options=SUSPENDED)
    assert hass.states.is_state(DISPLAY, IDLE)
    await hass.config.async_update(language=language)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.is_state(DISPLAY, idle)
    await unload(hass, entry)
