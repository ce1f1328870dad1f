"""Purges at closing time, when nobody is left, and when there are many faces."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.integration.conftest import ask, faces
from tests.integration.remembered import remember

from .automations import VISIT, Automate, last_receipt, pass_time


async def test_everybody_is_forgotten_at_closing_time(
    hass: HomeAssistant,
    long_site: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    automate: Automate,
) -> None:
    closing = dt_util.now().replace(hour=22, minute=0, second=0, microsecond=0)
    closing += timedelta(days=1)
    freezer.move_to(closing - timedelta(hours=2))
    await automate(
        "purge_at_closing_time",
        site=long_site.entry_id,
        closing_time="22:00:00",
    )
    remember(long_site, 1, 2)
    await pass_time(hass, freezer, closing - timedelta(minutes=1))
    assert faces(long_site) == 2
    await pass_time(hass, freezer, closing)
    assert faces(long_site) == 0
    receipt = last_receipt(long_site)
    assert (receipt["cause"], receipt["faces"]) == ("automation", 2)


async def test_everybody_is_forgotten_when_the_crowd_leaves_and_stays_away(
    hass: HomeAssistant,
    long_site: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    automate: Automate,
) -> None:
    people = "sensor.people"
    hass.states.async_set(people, "12")
    await automate(
        "purge_when_the_crowd_leaves",
        site=long_site.entry_id,
        people=people,
        fewer_than=3,
        stays_for={"minutes": 5},
    )
    remember(long_site, 1)
    hass.states.async_set(people, "2")
    await hass.async_block_till_done()
    await pass_time(hass, freezer, timedelta(minutes=4))
    assert faces(long_site) == 1
    hass.states.async_set(people, "7")
    await hass.async_block_till_done()
    await pass_time(hass, freezer, timedelta(minutes=4))
    assert faces(long_site) == 1
    hass.states.async_set(people, "0")
    await hass.async_block_till_done()
    await pass_time(hass, freezer, timedelta(minutes=5, seconds=1))
    assert faces(long_site) == 0


async def test_everybody_is_forgotten_when_no_dispenser_was_asked_for_an_hour(
    hass: HomeAssistant,
    long_site: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    automate: Automate,
) -> None:
    """An hour of silence at one of them is not enough."""
    await automate(
        "purge_when_nobody_asks",
        site=long_site.entry_id,
        visits=[VISIT, "event.exit_visit"],
        quiet_for={"hours": 1},
    )
    remember(long_site, 1)
    await ask(hass, lane="open")
    await pass_time(hass, freezer, timedelta(minutes=40))
    await ask(hass, at="exit", lane="open")
    await pass_time(hass, freezer, timedelta(minutes=21))
    assert faces(long_site) == 1
    await pass_time(hass, freezer, timedelta(minutes=40))
    assert faces(long_site) == 0


@pytest.mark.parametrize(
    ("older_than", "left"), [({"minutes": 0}, 0), ({"minutes": 1}, 3)]
)
async def test_faces_are_forgotten_when_there_are_many(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    automate: Automate,
    older_than: dict[str, int],
    left: int,
) -> None:
    """Everybody, or those who had paper longest ago; here nobody had it so long ago."""
    await automate(
        "purge_when_many_are_remembered",
        site=open_site.entry_id,
        visits={"entity_id": VISIT},
        more_than=2,
        older_than=older_than,
    )
    remember(open_site, 1, 2)
    await ask(hass, lane="open")
    await hass.async_block_till_done()
    assert faces(open_site) == 2
    remember(open_site, 3)
    await ask(hass, lane="open")
    await hass.async_block_till_done()
    assert faces(open_site) == left
    assert last_receipt(open_site)["older_than"] == (
        None if not left else older_than["minutes"] * 60
    )
