"""A face is forgotten the moment its allowance is whole again, by itself."""

import asyncio
import contextlib
from datetime import datetime, timedelta
import logging

import freezegun
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.integration.conftest import ask, faces, set_up_site, summary, unload
from tests.integration.fake_dispenser import FakeDispenser, Fault
from tests.integration.log import Log
from tests.integration.people import somebody
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log", "dispenser")

REMEMBERED = "sensor.east_gate_faces_remembered"
ALL_FORGOTTEN = "sensor.east_gate_all_faces_forgotten"


def told(hass: HomeAssistant, entity_id: str) -> datetime:
    """Return the moment that a sensor shows."""
    state = hass.states.get(entity_id)
    assert state is not None
    return dt_util.parse_datetime(state.state, raise_on_error=True)


async def until_forgotten(hass: HomeAssistant) -> None:
    """Wait until the sensor says that nobody is remembered."""
    async with asyncio.timeout(10):
        while not hass.states.is_state(REMEMBERED, "0"):
            await asyncio.sleep(0.02)


async def test_a_face_is_deleted_by_itself_when_its_allowance_is_whole(
    hass: HomeAssistant, stage: Stage
) -> None:
    """Twenty centimetres of sixty are back in two of this window's six seconds."""
    entry = await set_up_site(hass, options={"window_min": 0.1})
    stage.person("A")
    await ask(hass, cm=20)
    assert hass.states.is_state(REMEMBERED, "1")
    assert told(hass, ALL_FORGOTTEN) <= dt_util.utcnow() + timedelta(seconds=3)
    await until_forgotten(hass)
    assert faces(entry) == 0
    assert hass.states.is_state(ALL_FORGOTTEN, "unknown")
    await unload(hass, entry)


async def test_each_face_has_its_own_time(hass: HomeAssistant, stage: Stage) -> None:
    """The later one stays when the earlier one goes."""
    entry = await set_up_site(hass)
    stage.person("B")
    await ask(hass, cm=60)
    until_b_goes = told(hass, ALL_FORGOTTEN)
    stage.person("A")
    await ask(hass, cm=5)
    assert hass.states.is_state(REMEMBERED, "2")
    assert abs(told(hass, ALL_FORGOTTEN) - until_b_goes) <= timedelta(seconds=1)
    await unload(hass, entry)


async def test_less_paper_is_a_shorter_memory(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """A jam after 20 of 60 cm: three minutes instead of nine."""
    dispenser.fault = Fault.JAM_AT_20_CM
    stage.person("A")
    await ask(hass)
    left = told(hass, ALL_FORGOTTEN) - dt_util.utcnow()
    assert timedelta(minutes=2, seconds=50) < left <= timedelta(minutes=3, seconds=1)


async def test_a_shorter_window_forgets_sooner_and_at_once(
    hass: HomeAssistant, site: MockConfigEntry, stage: Stage
) -> None:
    """The timer follows what the manager changed."""
    stage.person("A")
    await ask(hass, cm=10)
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": "number.east_gate_window", "value": 0.1},
        blocking=True,
    )
    await until_forgotten(hass)
    assert faces(site) == 0


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
async def test_a_jump_of_the_wall_clock_neither_grants_nor_refuses_anything(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    jump: timedelta,
) -> None:
    """Only what people are told of the time follows the wall."""
    stage.person("A")
    await ask(hass)
    # The kernel's monotonic clock, by which the event loop goes, knows no jumps.
    monkeypatch.setattr(hass.loop, "time", freezegun.api.real_monotonic)
    with freezegun.freeze_time(dt_util.utcnow() + jump, tick=True):
        visit = await ask(hass)
        assert summary(visit) == ("refused", "face", 0.0, None)
        at = dt_util.parse_datetime(visit["next_portion"], raise_on_error=True)
        left = at - dt_util.utcnow()
        assert timedelta(minutes=8) < left <= timedelta(minutes=9, seconds=1)
        assert faces(site) == 1
    assert summary(await ask(hass)) == ("refused", "face", 0.0, None)


async def test_a_face_is_forgotten_on_time_even_if_a_listener_fails(
    hass: HomeAssistant, log: Log
) -> None:
    """The timer of the next one is set before anybody hears of the last one."""
    entry = await set_up_site(hass, options={"window_min": 0.1, "suspended": True})
    visitors = entry.runtime_data.visitors

    def fails(*_: object) -> None:
        raise RuntimeError("a bug of a listener")

    with contextlib.ExitStack() as leave:
        for news in (visitors.expiries, visitors.changes):
            leave.callback(news.add(fails))
        logger = logging.getLogger("custom_components.facequota.visit.listeners")
        logger.disabled = True
        leave.callback(setattr, logger, "disabled", False)
        for cm, nth in ((1, 1), (3, 2)):
            visitors.settle(visitors.reserve(somebody(nth), cm), cm)
        assert faces(entry) == 2
        async with asyncio.timeout(10):
            while faces(entry):
                await asyncio.sleep(0.02)
    await unload(hass, entry)
