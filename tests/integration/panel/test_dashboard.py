"""The dashboard: Home Assistant's own cards, made by the backend for the user who opens it."""

from types import MappingProxyType
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from tests.integration.conftest import unload
from tests.integration.fake_dispenser import JAM, FakeDispenser

# No card of Home Assistant's shows today beside what is usual.
OUR_CARD = "custom:facequota-hours"
OWN_CARDS = {
    *("heading", "tile", "todo-list", "statistics-graph", "history-graph", "logbook"),
}


async def dashboard(client: Any, **asked: Any) -> dict[str, Any]:
    """Return what the backend answers the dashboard's module."""
    await client.send_json_auto_id({"type": "facequota/dashboard", **asked})
    answer = await client.receive_json()
    assert answer["success"], answer
    made: dict[str, Any] = answer["result"]
    return made


def cards(part: Any) -> list[dict[str, Any]]:
    """Return every card of a dashboard, a view or a section."""
    found = []
    for one in part.get("views", part.get("sections", part.get("cards", []))):
        if one.get("type") in OWN_CARDS | {OUR_CARD} or (
            "sections" not in one and "cards" not in one
        ):
            found.append(one)
        found += cards(one)
    return found


def entities(part: Any) -> set[str]:
    """Return every entity that cards show or press."""
    found: set[str] = set()
    for one in cards(part):
        found |= {one["entity"]} if "entity" in one else set()
        found |= set(one.get("entities", ()))
        target = one.get("target") or one.get("tap_action", {}).get("target") or {}
        wanted = target.get("entity_id", [])
        found |= {wanted} if isinstance(wanted, str) else set(wanted)
    return found


@pytest.fixture
async def client(
    hass: HomeAssistant, open_site: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> Any:
    """Return an administrator's connection, once there is a site."""
    return await hass_ws_client(hass)


async def test_it_has_an_overview_a_view_for_each_site_and_the_cleaner_s_round(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry
) -> None:
    made = await dashboard(client)
    assert [view["path"] for view in made["views"]] == [
        "overview",
        f"site-{open_site.entry_id.lower()}",
        "round",
    ]
    assert all(view["type"] == "sections" for view in made["views"])


async def test_it_is_made_of_home_assistant_s_own_cards_but_one_and_of_entities_that_exist(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry
) -> None:
    made = await dashboard(client)
    assert {one["type"] for one in cards(made)} == OWN_CARDS | {OUR_CARD}
    shown = entities(made)
    assert shown and all(hass.states.get(one) is not None for one in shown)


async def test_a_task_is_closed_by_a_touch_and_a_problem_says_what_it_is(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry
) -> None:
    """In every view where they are: not a form to edit a task, nor the word "Problem"."""
    made = (await dashboard(client))["views"]
    for view in made:
        shown = cards(view)
        tasks = [one for one in shown if one["type"] == "todo-list"]
        assert tasks and all(one["item_tap_action"] == "toggle" for one in tasks)
        by_entity = {one.get("entity"): one for one in shown}
        problem = by_entity["binary_sensor.entrance_problem"]
        assert problem["state_content"] == ["reason"]
        for low in ("paper_low", "unusual_use"):
            assert by_entity[f"binary_sensor.entrance_{low}"]["hide_state"] is True


async def test_a_renamed_entity_is_followed_and_a_disabled_one_left_out(
    hass: HomeAssistant,
    client: Any,
    open_site: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    entity_registry.async_update_entity(
        "sensor.entrance_state", new_entity_id="sensor.what_it_does"
    )
    entity_registry.async_update_entity(
        "sensor.entrance_empty_at", disabled_by=er.RegistryEntryDisabler.USER
    )
    await hass.async_block_till_done()
    shown = entities(await dashboard(client))
    assert "sensor.what_it_does" in shown
    assert "sensor.entrance_empty_at" not in shown


async def test_the_most_urgent_site_comes_first(
    hass: HomeAssistant,
    client: Any,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
) -> None:
    quiet = MockConfigEntry(
        domain="facequota",
        title="Another gate",
        data={
            "name": "Another gate",
            "engine": "face_recognition",
            "camera_position": "entrance",
            "notice_posted": True,
            "way_without_face": True,
        },
        options={"suspended": True},
    )
    quiet.add_to_hass(hass)
    assert await hass.config_entries.async_setup(quiet.entry_id)
    headings = [
        one["cards"][0]["heading"]
        for one in (await dashboard(client, views=["overview"]))["views"][0]["sections"]
    ]
    assert headings == ["Another gate", "East gate"]
    dispenser.set(JAM, "on")
    await hass.async_block_till_done()
    headings = [
        one["cards"][0]["heading"]
        for one in (await dashboard(client, views=["overview"]))["views"][0]["sections"]
    ]
    assert headings == ["East gate", "Another gate"]
    only = await dashboard(client, sites=[quiet.entry_id])
    assert "East gate" not in str(only)
    await unload(hass, quiet)


async def test_two_dispensers_of_one_name_are_both_there(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry
) -> None:
    (first,) = open_site.subentries.values()
    twin = ConfigSubentry(
        data=MappingProxyType({**first.data, "motor": "switch.other_motor"}),
        subentry_type=first.subentry_type,
        title=first.title,
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(open_site, twin)
    await hass.async_block_till_done(wait_background_tasks=True)
    shown = entities(await dashboard(client))
    assert {"sensor.entrance_state", "sensor.entrance_state_2"} <= shown


async def test_a_user_who_is_no_administrator_is_offered_no_rules_and_no_purge(
    hass: HomeAssistant,
    client: Any,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    open_site: MockConfigEntry,
) -> None:
    for_admin = entities(await dashboard(client))
    cleaner = await hass_ws_client(hass, hass_read_only_access_token)
    for_cleaner = entities(await dashboard(cleaner))
    assert for_admin - for_cleaner == {
        *("number.east_gate_portion", "number.east_gate_allowance"),
        *("number.east_gate_window", "button.east_gate_purge"),
    }
    assert "button.entrance_refilled" in for_cleaner


async def test_on_the_round_face_recognition_is_switched_off_and_never_on(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry
) -> None:
    """After a question, and only while it is on: what a cleaner may do, and no more."""
    switch = "switch.east_gate_face_recognition"
    (one,) = [
        card
        for card in cards(await dashboard(client, views=["round"]))
        if card.get("entity") == switch
    ]
    action = one["tap_action"]
    assert action["perform_action"] == "switch.turn_off"
    assert action["target"] == {"entity_id": switch}
    assert action["confirmation"]["text"]
    assert [shown["state"] for shown in one["visibility"]] == ["on"]
    assert "features" not in one


async def test_the_overview_says_first_what_it_is_and_then_where(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry
) -> None:
    """A long name of a dispenser hides only its own end; what is unknown takes no room."""
    shown = cards(await dashboard(client, views=["overview"]))
    where = [
        [part["type"] for part in one["name"]]
        for one in shown
        if isinstance(one.get("name"), list)
    ]
    assert where and {tuple(one) for one in where} == {("entity", "text", "device")}
    (empty_at,) = [
        one for one in shown if one.get("entity") == "sensor.entrance_empty_at"
    ]
    assert [one["state_not"] for one in empty_at["visibility"]] == [
        ["unknown", "unavailable"]
    ]


async def test_it_is_in_the_language_of_the_user_who_opens_it(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry
) -> None:
    made = await dashboard(client, language="zh-Hans")
    assert made["views"][-1]["title"] == "保洁巡查"


async def test_a_tile_whose_text_is_long_has_the_whole_width(
    hass: HomeAssistant,
    client: Any,
    open_site: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Whether it was translated so, or named so by somebody; and no tile stands beside a hole."""

    async def halves() -> list[list[str]]:
        """Return the tiles of half the width, section by section, as they follow."""
        made = await dashboard(client)
        return [
            [
                one["entity"]
                for one in section["cards"]
                if one["type"] == "tile" and "grid_options" not in one
            ]
            for view in made["views"]
            for section in view["sections"]
        ]

    before = await halves()
    assert all(len(section) % 2 == 0 for section in before)
    assert ["sensor.entrance_empty_at", "sensor.entrance_refilled_at"] in [
        section[:2] for section in before
    ]
    assert "sensor.east_gate_way_without_a_face" not in str(before)
    entity_registry.async_update_entity(
        "sensor.entrance_refilled_at", name="When there was a new roll"
    )
    await hass.async_block_till_done()
    after = await halves()
    assert all(len(section) % 2 == 0 for section in after)
    assert "sensor.entrance_refilled_at" not in str(after)


@pytest.mark.parametrize("views", [["overview", "sites", "round"], ["sites"]])
async def test_a_stopped_site_says_so_and_has_nothing_else(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry, views: list[str]
) -> None:
    """Also on a dashboard of sites only: an empty one would say nothing at all."""
    assert await hass.config_entries.async_unload(open_site.entry_id)
    made = await dashboard(client, views=views)
    first, *others = made["views"]
    assert first["path"] == "overview"
    assert [one["path"] for one in others] == ["round"] * (len(views) > 1)
    ((heading, says),) = (one["cards"] for one in first["sections"])
    assert heading["heading"] == "East gate"
    assert says["content"] == "This site is not running at the moment."


async def test_a_choice_of_removed_sites_counts_as_no_choice(
    hass: HomeAssistant, client: Any, open_site: MockConfigEntry
) -> None:
    """A site that was set up anew has another id; the dashboard is not empty then."""
    assert await dashboard(client, sites=["removed"]) == await dashboard(client)
    both = await dashboard(client, sites=["removed", open_site.entry_id])
    assert both == await dashboard(client)
