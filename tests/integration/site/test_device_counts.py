"""What a device gave by itself is counted once, over restarts, and told."""

from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    issues,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import FakeDispenser, Fault

pytestmark = pytest.mark.usefixtures("log")

PORTIONS: Final = "sensor.portions_without_home_assistant"
LENGTH: Final = "sensor.length_without_home_assistant"
BY_SWITCH: Final = "sensor.portions_by_switch"
DATA: Final[dict[str, Any]] = {
    **DISPENSER_DATA,
    "alone_portions": PORTIONS,
    "alone_paper": LENGTH,
    "switch_portions": BY_SWITCH,
    "roll_length": 150,
}
RULES: Final = {"suspended": True, "open_portions": 9}
GRANTED: Final = ("granted", "open", 60.0, None)
NOT_ASKED_FOR: Final = "sensor.entrance_portions_not_asked_for_by_facequota"
NOTHING: Final = ("0.0", "0", "0", "0")


@pytest.fixture(autouse=True)
def device(hass: HomeAssistant) -> None:
    """Show a camera, and a device that has given some paper by itself before."""
    hass.states.async_set(DATA["camera"], "idle")
    hass.states.async_set(PORTIONS, "4")
    hass.states.async_set(LENGTH, "240.0", {"unit_of_measurement": "cm"})
    hass.states.async_set(BY_SWITCH, "7")


async def start(hass: HomeAssistant, **more: Any) -> MockConfigEntry:
    """Set up the site."""
    return await set_up_site(hass, options=RULES, data={**DATA, **more})


async def show(hass: HomeAssistant, states: dict[str, str], unit: str = "cm") -> None:
    """Show what the device tells, and let everybody hear of it."""
    for entity_id, state in states.items():
        attributes = {"unit_of_measurement": unit} if entity_id == LENGTH else {}
        hass.states.async_set(entity_id, state, attributes)
    await hass.async_block_till_done(wait_background_tasks=True)


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Build the site again from what it keeps."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def counted(hass: HomeAssistant) -> tuple[str, ...]:
    """Return paper in cm, portions, those without a face, visits since cleaning."""
    found = []
    for name in (
        "entrance_paper_dispensed",
        "entrance_portions_granted",
        "entrance_portions_without_a_face",
        "east_gate_visits_since_cleaning",
    ):
        state = hass.states.get(f"sensor.{name}")
        assert state is not None, name
        found.append(state.state)
    return (str(round(float(found[0]) * 100, 1)), *found[1:])


def not_asked_for(hass: HomeAssistant) -> str:
    """Return how many portions the site knows that it did not ask for."""
    state = hass.states.get(NOT_ASKED_FOR)
    assert state is not None
    return state.state


def left_cm(entry: MockConfigEntry) -> float:
    """Return how much paper is left on the roll."""
    (dispenser,) = entry.runtime_data.dispensers.values()
    left = dispenser.roll.supply.left_cm
    assert isinstance(left, float | int)
    return left


async def test_a_counter_that_is_seen_for_the_first_time_is_where_counting_begins(
    hass: HomeAssistant, dispenser: FakeDispenser, issue_registry: ir.IssueRegistry
) -> None:
    entry = await start(hass)
    assert counted(hass) == NOTHING
    assert not_asked_for(hass) == "0"
    assert issues(issue_registry) == {}
    await unload(hass, entry)


async def test_portions_without_home_assistant_are_added_to_all_figures(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """Whether the device comes back by itself or Home Assistant was away."""
    entry = await start(hass)
    (one,) = entry.runtime_data.dispensers.values()
    await one.roll.refilled()
    away = dict.fromkeys((PORTIONS, LENGTH, BY_SWITCH), "unavailable")
    await show(hass, away)
    await show(hass, {PORTIONS: "6", LENGTH: "360.0", BY_SWITCH: "7"})
    assert counted(hass) == ("120.0", "2", "2", "2")
    assert left_cm(entry) == 15000 - 120
    await hass.config_entries.async_unload(entry.entry_id)
    await show(hass, {PORTIONS: "7", LENGTH: "420.5"})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert counted(hass) == ("180.5", "3", "3", "3")
    assert left_cm(entry) == 15000 - 180.5
    await unload(hass, entry)


async def test_portions_without_home_assistant_say_nothing_of_the_lanes(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """There was no way with a face to compare them with."""
    entry = await start(hass)
    await ask(hass)
    before = entry.runtime_data.log.lanes.as_dict()
    await show(hass, {PORTIONS: "99", LENGTH: "999.0"})
    assert entry.runtime_data.log.lanes.as_dict() == before
    assert counted(hass)[2] == "96"
    await unload(hass, entry)


async def test_nothing_is_counted_twice_over_restarts_and_reconnects(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    entry = await start(hass)
    told = {PORTIONS: "6", LENGTH: "360.0", BY_SWITCH: "9"}
    await show(hass, told)
    for _ in range(2):
        await show(hass, dict.fromkeys(told, "unavailable"))
        await show(hass, dict.fromkeys(told, "unknown"))
        await restart(hass, entry)
        await show(hass, told)
        await restart(hass, entry)
    assert counted(hass) == ("120.0", "2", "2", "2")
    assert not_asked_for(hass) == "2"
    await unload(hass, entry)


async def test_a_counter_that_went_back_begins_anew(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    entry = await start(hass)
    await show(hass, {PORTIONS: "1", LENGTH: "60.0", BY_SWITCH: "1"})
    assert counted(hass) == NOTHING
    await show(hass, {PORTIONS: "2", LENGTH: "120.0", BY_SWITCH: "2"})
    assert counted(hass) == ("60.0", "1", "1", "1")
    assert not_asked_for(hass) == "1"
    await unload(hass, entry)


@pytest.mark.parametrize("word", ["nan", "inf", "-3", "many", "unknown"])
async def test_a_counter_that_tells_no_number_counts_nothing(
    hass: HomeAssistant, dispenser: FakeDispenser, word: str
) -> None:
    entry = await start(hass)
    await show(hass, dict.fromkeys((PORTIONS, LENGTH, BY_SWITCH), word))
    await show(hass, {PORTIONS: "5", LENGTH: "300.0", BY_SWITCH: "7"})
    assert counted(hass) == ("60.0", "1", "1", "1")
    await unload(hass, entry)


async def test_a_length_counts_in_the_unit_that_it_is_shown_in(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    entry = await start(hass)
    await show(hass, {LENGTH: "3.0"}, unit="m")
    assert counted(hass)[0] == "60.0"
    await show(hass, {LENGTH: "3.6"}, unit="kg")
    assert counted(hass)[0] == "60.0"
    await unload(hass, entry)


async def test_another_boards_counter_is_not_what_the_first_one_has_grown_to(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """Two registered entities, of which the second takes the place of the first."""
    registry = er.async_get(hass)
    first, second = (
        registry.async_get_or_create("sensor", "esphome", name).entity_id
        for name in ("first", "second")
    )
    await show(hass, {first: "4", second: "900"})
    entry = await start(hass, alone_portions=first)
    await show(hass, {first: "5"})
    (subentry,) = entry.subentries.values()
    # As the form does it, which knows no ids.
    data = {key: one for key, one in subentry.data.items() if key != "registry_ids"}
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**data, "alone_portions": second}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert counted(hass)[1] == "1"
    await show(hass, {second: "901"})
    assert counted(hass)[1] == "2"
    # The same entity under another name goes on.
    registry.async_update_entity(second, new_entity_id="sensor.renamed")
    hass.states.async_remove(second)
    await show(hass, {"sensor.renamed": "903"})
    assert counted(hass)[1] == "4"
    await unload(hass, entry)


# The plain switch


async def test_a_portion_by_switch_that_facequota_did_not_ask_for_is_counted_and_reported(
    hass: HomeAssistant, dispenser: FakeDispenser, issue_registry: ir.IssueRegistry
) -> None:
    """Not as a visit: nobody knows how long it was, nor for whom."""
    entry = await start(hass)
    await show(hass, {BY_SWITCH: "8"})
    await show(hass, {BY_SWITCH: "10"})
    assert not_asked_for(hass) == "3"
    assert counted(hass) == NOTHING
    assert issues(issue_registry)["portions_not_asked_for"] == {
        "site": "East gate",
        "dispenser": "Entrance",
        "entity": "switch.motor",
        "portions": "3",
    }
    await unload(hass, entry)
    assert issues(issue_registry) == {}


async def test_a_portion_that_facequota_gives_by_the_switch_is_its_own(
    hass: HomeAssistant, dispenser: FakeDispenser, issue_registry: ir.IssueRegistry
) -> None:
    """Whenever the device tells it: also after a restart, or with another's portion."""
    entry = await start(hass)
    assert summary(await ask(hass)) == GRANTED
    await show(hass, {BY_SWITCH: "8"})
    assert summary(await ask(hass)) == GRANTED
    await restart(hass, entry)
    await show(hass, {BY_SWITCH: "9"})
    assert (not_asked_for(hass), issues(issue_registry)) == ("0", {})
    assert summary(await ask(hass)) == GRANTED
    await show(hass, {BY_SWITCH: "11"})
    assert not_asked_for(hass) == "1"
    assert counted(hass) == ("180.0", "3", "3", "3")
    await unload(hass, entry)


async def test_a_switch_that_gave_no_paper_excuses_no_other_portion(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """The device counts portions in which paper moved."""
    entry = await start(hass)
    dispenser.fault = Fault.NEVER_ON
    assert (await ask(hass))["cm"] == 0
    await show(hass, {BY_SWITCH: "8"})
    assert not_asked_for(hass) == "1"
    await unload(hass, entry)
