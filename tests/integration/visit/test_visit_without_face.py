"""Portions without a face: the open lane, staff, and face recognition switched off."""

import asyncio
from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.facequota.hardware.display import SHOWN_FOR_S
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    faces,
    set_up_site,
    step,
    summary,
    unload,
)
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.stage import Stage

from .visits import GRANTED, NO_FACE, REFUSED, seconds_until, switch

pytestmark = pytest.mark.usefixtures("log")
GRANTED_WITHOUT_FACE = ("granted", "open", 60.0, None)


async def test_without_a_visible_face_there_is_guidance_and_then_paper_by_the_open_lane(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    assert summary(await ask(hass)) == NO_FACE
    await hass.async_block_till_done()
    hint = "Please look here without a mask, or ask for paper without a face"
    assert hint in dispenser.said
    assert dispenser.said[-1] == "Please take your paper"
    assert faces(site) == 0


async def test_the_open_lane_gives_the_same_portion_without_a_camera(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """Without a picture the face lane would say that the camera gave none."""
    stage.empty()
    visit = await ask(hass, lane="open")
    assert summary(visit) == GRANTED_WITHOUT_FACE
    assert visit["recognition_ms"] is None
    assert "Please look here" not in dispenser.said
    assert faces(site) == 0


async def test_an_open_lane_that_is_used_up_says_when_paper_comes(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    entry = await set_up_site(hass, options={"suspended": True, "open_portions": 2})
    for _ in range(2):
        assert summary(await ask(hass)) == GRANTED_WITHOUT_FACE
    refused = await ask(hass)
    assert summary(refused) == ("refused", "open", 0.0, None)
    assert 200 < seconds_until(refused["next_portion"]) <= 271
    await unload(hass, entry)


async def test_a_portion_from_staff_is_charged_to_no_visitor(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
) -> None:
    """By the action and by the button."""
    visit = await ask(hass, lane="staff", cm=100)
    assert summary(visit) == ("granted", "staff", 100.0, None)
    assert visit["next_portion"] is None
    await hass.services.async_call(
        "button", "press", {"entity_id": "button.entrance_dispense"}, blocking=True
    )
    assert dispenser.dispensed == 1000 + 100 + 60
    state = hass.states.get("event.entrance_visit")
    assert state is not None
    assert (state.attributes["lane"], state.attributes["cm"]) == ("staff", 60.0)


async def test_a_suspended_site_gives_paper_and_reads_no_camera(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """Everybody is forgotten, nobody is remembered, and no process waits for faces."""
    stage.person("A")
    assert summary(await ask(hass)) == GRANTED
    await switch(hass, "switch.east_gate_face_recognition", "turn_off")
    assert faces(site) == 0
    assert site.runtime_data.recogniser.worker is None
    stage.empty()
    assert summary(await ask(hass)) == GRANTED_WITHOUT_FACE
    assert faces(site) == 0
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=SHOWN_FOR_S + 1))
    await hass.async_block_till_done()
    assert dispenser.said[-1] == "Press for paper. No camera is used."
    await switch(hass, "switch.east_gate_face_recognition", "turn_on")
    stage.person("A")
    assert summary(await ask(hass)) == GRANTED


async def test_a_suspended_dispenser_does_not_keep_the_others_from_looking(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
) -> None:
    exit_data = {"camera": DISPENSER_DATA["camera"], **second_dispenser.entities}
    entry = await set_up_site(hass, more={"Exit": exit_data})
    stage.person("A")
    await switch(hass, "switch.exit_face_recognition", "turn_off")
    assert summary(await ask(hass, "exit")) == GRANTED_WITHOUT_FACE
    assert faces(entry) == 0
    assert summary(await ask(hass)) == GRANTED
    await switch(hass, "switch.exit_face_recognition", "turn_on")
    assert summary(await ask(hass, "exit")) == REFUSED
    await unload(hass, entry)


async def test_a_visitor_seen_while_recognition_is_suspended_is_not_remembered(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
) -> None:
    """The other dispenser keeps the worker running, which would tell who it is."""
    exit_data = {"camera": DISPENSER_DATA["camera"], **second_dispenser.entities}
    entry = await set_up_site(hass, more={"Exit": exit_data})
    stage.person("A")
    looking = asyncio.create_task(ask(hass))
    while step(hass) != "looking":
        await asyncio.sleep(0)
    await switch(hass, "switch.entrance_face_recognition", "turn_off")
    assert summary(await looking) == GRANTED_WITHOUT_FACE
    assert faces(entry) == 0
    await unload(hass, entry)
