"""What the visitor reads; and that no display, however broken, costs anybody paper."""

from datetime import timedelta
from typing import Any, override

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.facequota.hardware.display import SHOWN_FOR_S
from homeassistant.components.text import TextEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import DATA_INSTANCES
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
async def test_a_display_that_is_gone_costs_nobody_the_paper(
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
async def test_a_display_that_refuses_costs_nobody_the_paper(
    hass: HomeAssistant, display: BrokenDisplay
) -> None:
    await hass.data[DATA_INSTANCES]["text"].async_add_entities([display])
    assert await serves(hass, display="text.broken")
