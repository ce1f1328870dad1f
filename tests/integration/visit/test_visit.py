"""A visit in Home Assistant, with each real engine and a real camera entity."""

import asyncio

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.recognition.environment import Engine
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    faces,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import REQUEST, FakeDispenser
from tests.integration.stage import Stage

from .visits import GRANTED, REFUSED, purge, seconds_until

pytestmark = pytest.mark.usefixtures("log")


@pytest.fixture(params=list(Engine))
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return the site's engine: every test here is run with every engine."""
    assert isinstance(request.param, Engine)
    return request.param


async def test_a_visitor_gets_one_portion_and_is_then_told_when_the_next_comes(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """60 cm, then no, with a time; somebody else gets 60 cm."""
    stage.person("A")
    first = await ask(hass)
    assert summary(first) == GRANTED
    again = await ask(hass)
    assert summary(again) == REFUSED
    assert again["next_portion"] == first["next_portion"]
    assert 500 < seconds_until(again["next_portion"]) <= 541
    stage.person("B")
    assert summary(await ask(hass)) == GRANTED
    assert dispenser.turned_on == 2
    assert dispenser.dispensed == 1000 + 60 + 60
    assert faces(site) == 2


async def test_a_visitor_is_known_again_in_another_picture(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    stage.person("A", 0)
    assert summary(await ask(hass)) == GRANTED
    stage.person_later("A")
    assert summary(await ask(hass)) == REFUSED
    assert faces(site) == 1


async def test_a_visitor_is_told_on_the_display_what_to_do_and_when_to_come_back(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    stage.person("A")
    first = await ask(hass)
    await hass.async_block_till_done()
    assert dispenser.said == [
        "Press for paper",
        "Please look here",
        "Please take your paper",
    ]
    await ask(hass)
    await hass.async_block_till_done()
    at = dt_util.as_local(
        dt_util.parse_datetime(first["next_portion"], raise_on_error=True)
    )
    assert dispenser.said[-1] == f"Your next portion comes at {at:%H:%M:%S}"


async def test_two_dispensers_share_one_quota(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
    engine: Engine,
) -> None:
    """Who had paper at the entrance had it at the exit."""
    exit_data = {"camera": DISPENSER_DATA["camera"], **second_dispenser.entities}
    entry = await set_up_site(hass, engine=engine, more={"Exit": exit_data})
    stage.person("A")
    assert summary(await ask(hass)) == GRANTED
    assert summary(await ask(hass, "exit")) == REFUSED
    assert (dispenser.turned_on, second_dispenser.turned_on) == (1, 0)
    await unload(hass, entry)


async def test_one_face_at_two_dispensers_at_the_same_moment_gets_one_portion(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
    engine: Engine,
) -> None:
    exit_data = {"camera": DISPENSER_DATA["camera"], **second_dispenser.entities}
    entry = await set_up_site(hass, engine=engine, more={"Exit": exit_data})
    stage.person("A")
    visits = await asyncio.gather(ask(hass), ask(hass, "exit"))
    assert sorted(map(summary, visits)) == [GRANTED, REFUSED]
    assert dispenser.turned_on + second_dispenser.turned_on == 1
    assert faces(entry) == 1
    await unload(hass, entry)


async def test_after_the_window_a_visitor_gets_paper_again(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser, engine: Engine
) -> None:
    """Six seconds long, here; the time that was told is long enough to wait."""
    entry = await set_up_site(hass, engine=engine, options={"window_min": 0.1})
    stage.person("A")
    first = await ask(hass)
    assert summary(first) == GRANTED
    assert summary(await ask(hass)) == REFUSED
    await asyncio.sleep(seconds_until(first["next_portion"]))
    assert summary(await ask(hass)) == GRANTED
    await unload(hass, entry)


async def test_with_an_allowance_of_two_portions_the_third_is_refused(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser, engine: Engine
) -> None:
    entry = await set_up_site(hass, engine=engine, options={"allowance_cm": 120})
    stage.person("A")
    first = await ask(hass)
    assert summary(first) == GRANTED
    assert seconds_until(first["next_portion"]) <= 1
    second = await ask(hass)
    assert summary(second) == GRANTED
    assert 200 < seconds_until(second["next_portion"]) <= 271
    assert summary(await ask(hass)) == REFUSED
    await unload(hass, entry)


async def test_after_a_purge_everybody_gets_paper_and_the_receipt_tells_how_many_went(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    """A second purge finds nothing, and says so."""
    for person in "AB":
        stage.person(person)
        assert summary(await ask(hass)) == GRANTED
    receipt = await purge(hass, site)
    assert (receipt["faces"], receipt["already_purged"]) == (2, False)
    receipt = await purge(hass, site)
    assert (receipt["faces"], receipt["already_purged"]) == (0, True)
    assert summary(await ask(hass)) == GRANTED


async def test_a_visitor_who_asks_to_be_forgotten_is_forgotten_and_the_others_are_not(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    for person in "AB":
        stage.person(person)
        assert summary(await ask(hass)) == GRANTED
    await hass.services.async_call(
        "facequota", "forget", {"entity_id": "event.entrance_visit"}, blocking=True
    )
    await hass.async_block_till_done()
    assert dispenser.said[-1] == "Done. You are forgotten."
    assert summary(await ask(hass)) == GRANTED
    stage.person("A")
    assert summary(await ask(hass)) == REFUSED


async def test_a_visitor_presses_the_button_and_gets_paper(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """The event tells how it ended, the sensors how much came out."""
    stage.person("A")
    await dispenser.press(REQUEST)
    event = hass.states.get("event.entrance_visit")
    assert event is not None
    assert event.attributes["event_type"] == "granted"
    assert event.attributes["lane"] == "face"
    assert hass.states.is_state("sensor.entrance_paper_dispensed", "0.6")
    assert hass.states.is_state("sensor.entrance_portions_granted", "1")
    assert hass.states.is_state("sensor.east_gate_faces_remembered", "1")
    await dispenser.press(REQUEST)
    assert hass.states.is_state("sensor.entrance_portions_refused", "1")
    assert dispenser.turned_on == 1
