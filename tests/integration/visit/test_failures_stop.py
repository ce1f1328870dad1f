"""A visit that is called off: nothing is charged and nothing is left running.

That nothing is left running is also what the harness looks for after each test.
"""

import asyncio
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import Lane
from homeassistant.components.camera import Camera
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_component import DATA_INSTANCES
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    faces,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import FakeDispenser, Fault
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log")

ONE_PORTION = {"suspended": True, "open_portions": 1}
GRANTED = ("granted", "open", 60.0, None)
PLAIN = {key: DISPENSER_DATA[key] for key in ("camera", "motor")}


class Waiting(Camera):
    """A camera that never answers; shows when somebody asks."""

    entity_id = "camera.waiting"

    def __init__(self) -> None:
        """Begin with nobody asking."""
        super().__init__()
        self.asked = asyncio.Event()

    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Never answer; the caller waits."""
        self.asked.set()
        await asyncio.Event().wait()
        return None


@pytest.fixture
async def plain_motor(hass: HomeAssistant) -> FakeDispenser:
    """Return a motor that runs until it is told to stop."""
    dispenser = FakeDispenser(hass, plain=True)
    await dispenser.start()
    return dispenser


async def begin_a_visit(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> asyncio.Task[dict[str, object]]:
    """Ask for paper and return when the motor turns."""
    visit = asyncio.create_task(ask(hass))
    await dispenser.started.wait()
    await asyncio.sleep(0.05)
    return visit


async def was_called_off(visit: asyncio.Task[dict[str, object]]) -> bool:
    """Return if the caller got the answer that the visit was called off."""
    with pytest.raises(HomeAssistantError) as caught:
        await visit
    return caught.value.translation_key == "called_off"


async def test_a_reload_in_mid_portion_leaves_the_motor_to_the_firmware(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """Which ends the portion by itself. Nobody is charged, and the next is served."""
    dispenser.fault = Fault.HANGS
    visit = await begin_a_visit(hass, dispenser)
    assert await hass.config_entries.async_reload(open_site.entry_id)
    assert await was_called_off(visit)
    assert dispenser.turned_off == 0
    dispenser.fault = None
    dispenser.hang.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert summary(await ask(hass)) == GRANTED
    assert dispenser.turned_on == 2


async def test_an_unloaded_site_turns_a_plain_motor_off(
    hass: HomeAssistant, plain_motor: FakeDispenser
) -> None:
    """There is no firmware that would end the portion."""
    entry = await set_up_site(hass, options=ONE_PORTION, data=PLAIN)
    visit = await begin_a_visit(hass, plain_motor)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert await was_called_off(visit)
    assert plain_motor.turned_off == 1
    assert hass.states.is_state("switch.motor", "off")


async def test_a_plain_motor_is_turned_off_even_if_it_was_not_seen_on_yet(
    hass: HomeAssistant, plain_motor: FakeDispenser
) -> None:
    """The command is out, the answer of a slow integration is not in."""
    entry = await set_up_site(hass, options=ONE_PORTION, data=PLAIN)
    plain_motor.fault = Fault.ANSWERS_LATE
    visit = await begin_a_visit(hass, plain_motor)
    assert hass.states.is_state("switch.motor", "off")
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert await was_called_off(visit)
    assert plain_motor.turned_off == 1


async def test_home_assistant_stops_in_mid_portion_and_leaves_nothing_running(
    hass: HomeAssistant, stage: Stage, plain_motor: FakeDispenser
) -> None:
    """The plain motor is turned off, the worker is ended, the visit called off."""
    data = {**PLAIN, "cm_per_second": 1}
    entry = await set_up_site(hass, data=data)
    pid = entry.runtime_data.recogniser.worker.pid
    stage.person("A")
    visit = await begin_a_visit(hass, plain_motor)
    assert faces(entry) == 1
    await hass.async_stop(force=True)
    assert await was_called_off(visit)
    assert plain_motor.turned_off == 1
    assert not Path(f"/proc/{pid}").exists()
    assert faces(entry) == 0


async def test_a_visit_called_off_while_the_camera_is_asked_never_turns_the_motor(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser
) -> None:
    """Home Assistant swallows a cancellation while it waits for a camera."""
    camera = Waiting()
    await hass.data[DATA_INSTANCES]["camera"].async_add_entities([camera])
    entry = await set_up_site(hass, data={**DISPENSER_DATA, "camera": "camera.waiting"})
    visit = asyncio.create_task(ask(hass))
    await camera.asked.wait()
    await unload(hass, entry)
    assert await was_called_off(visit)
    assert dispenser.turned_on == 0


async def test_a_request_that_waits_its_turn_is_called_off_too(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    dispenser.fault = Fault.HANGS
    first = await begin_a_visit(hass, dispenser)
    second = asyncio.create_task(ask(hass))
    await asyncio.sleep(0.05)
    await unload(hass, open_site)
    assert await was_called_off(first)
    assert await was_called_off(second)
    assert dispenser.turned_on == 1


async def test_no_visit_begins_at_a_site_that_is_being_stopped(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    (place,) = open_site.runtime_data.dispensers.values()
    await unload(hass, open_site)
    with pytest.raises(HomeAssistantError) as caught:
        await place.request(Lane.OPEN)
    assert caught.value.translation_key == "called_off"
    assert dispenser.turned_on == 0


async def test_rules_that_change_while_a_site_is_stopped_start_no_worker(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    """Nobody would ever end it."""
    running = site.runtime_data
    unloading = asyncio.create_task(hass.config_entries.async_unload(site.entry_id))
    while running.recogniser.worker is not None:
        await asyncio.sleep(0)
    running.change_options({"presentation_attacks": True})
    assert await unloading
    await hass.async_block_till_done(wait_background_tasks=True)
    assert running.recogniser.worker is None


async def test_the_portion_goes_on_when_the_caller_disconnects(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """A client that hangs up has paid for nothing that the visitor does not get."""
    dispenser.fault = Fault.HANGS
    visit = await begin_a_visit(hass, dispenser)
    visit.cancel()
    await asyncio.gather(visit, return_exceptions=True)
    dispenser.hang.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    event = hass.states.get("event.entrance_visit")
    assert event is not None
    assert (event.attributes["event_type"], event.attributes["cm"]) == ("failed", 20.0)


async def test_a_site_can_be_removed_with_everything_that_belongs_to_it(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    await ask(hass)
    await hass.config_entries.async_remove(open_site.entry_id)
    await hass.async_block_till_done()
    left = [state.entity_id for state in hass.states.async_all("event")]
    assert not left


async def test_a_reload_forgets_everybody(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage, dispenser: FakeDispenser
) -> None:
    """Nothing of a face is on the disk, so nobody can be known again."""
    stage.person("A")
    assert summary(await ask(hass)) == ("granted", "face", 60.0, None)
    assert faces(site) == 1
    assert await hass.config_entries.async_reload(site.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert faces(site) == 0
    assert summary(await ask(hass)) == ("granted", "face", 60.0, None)
