"""The page in the sidebar: for administrators, with facts of this moment."""

from datetime import timedelta
import json
import re
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel import static
from custom_components.facequota.panel.dashboard_module import MODULE
from custom_components.facequota.panel.live_facts import TOGETHER_S
from homeassistant.components import frontend
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.integration.conftest import CAMERA, set_up_site, unload
from tests.integration.fake_dispenser import JAM, FakeDispenser
from tests.integration.remembered import remember

VISITOR: Final = "visitor.js"
FRONTEND: Final = static.FRONTEND_FOLDER
TRANSLATIONS: Final = FRONTEND.parents[1] / "translations"


async def call(client: Any, command: str, **fields: Any) -> dict[str, Any]:
    """Send a WebSocket command and return the whole answer."""
    await client.send_json_auto_id({"type": command, **fields})
    answer: dict[str, Any] = await client.receive_json()
    return answer


def sources() -> dict[str, str]:
    """Return the modules of the page, the dashboard and the visitor's display."""
    return {path.name: path.read_text() for path in FRONTEND.glob("*.js")}


async def test_the_page_is_in_an_administrator_s_sidebar_only(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    open_site: MockConfigEntry,
) -> None:
    assert await async_setup_component(hass, "frontend", {})
    shown = (await call(await hass_ws_client(hass), "get_panels"))["result"]
    assert shown["facequota"]["title"] == "FaceQuota"
    visitor = await hass_ws_client(hass, hass_read_only_access_token)
    assert "facequota" not in (await call(visitor, "get_panels"))["result"]


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("facequota/subscribe", {}),
        ("facequota/languages", {"language": "en"}),
    ],
)
async def test_only_an_administrator_gets_an_answer(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    open_site: MockConfigEntry,
    command: str,
    fields: dict[str, Any],
) -> None:
    client = await hass_ws_client(hass, hass_read_only_access_token)
    answer = await call(client, command, **fields)
    assert not answer["success"]
    assert answer["error"]["code"] == "unauthorized"


async def subscribed(client: Any) -> list[dict[str, Any]]:
    """Subscribe to the sites and return what is told of them at once."""
    answer = await call(client, "facequota/subscribe")
    assert answer["success"]
    return await told(client)


async def told(client: Any) -> list[dict[str, Any]]:
    """Return what is told next of the sites."""
    sites: list[dict[str, Any]] = (await client.receive_json())["event"]["sites"]
    return sites


async def passed(hass: HomeAssistant) -> None:
    """Let the time pass in which changes are told together."""
    await hass.async_block_till_done()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=TOGETHER_S))
    await hass.async_block_till_done()


async def test_the_page_is_told_what_is_remembered_whenever_that_changes(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    open_site: MockConfigEntry,
) -> None:
    """Nobody, then one visitor with the times that belong to them, then a receipt."""
    client = await hass_ws_client(hass)
    [site] = await subscribed(client)
    assert (site["config_entry_id"], site["name"]) == (open_site.entry_id, "East gate")
    before = site["facts"]
    assert (before["faces"], before["oldest_since"], before["empty_at"]) == (
        0,
        None,
        None,
    )
    remember(open_site, 1)
    await passed(hass)
    [there] = [one["facts"] for one in await told(client)]
    assert (there["faces"], there["most_faces_ever"]) == (1, 1)
    assert there["oldest_since"] < there["empty_at"]
    await hass.services.async_call(
        "facequota", "purge", {"config_entry_id": open_site.entry_id}, blocking=True
    )
    await passed(hass)
    [after] = [one["facts"] for one in await told(client)]
    assert (after["faces"], after["most_faces_ever"]) == (0, 1)
    assert after["receipts"][0]["faces"] == 1


async def test_the_page_is_told_nothing_while_nothing_changes(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    open_site: MockConfigEntry,
) -> None:
    """Also not when moments are worked out again, which are a little different then."""
    remember(open_site, 1)
    client = await hass_ws_client(hass)
    await subscribed(client)
    for _ in range(3):
        open_site.runtime_data.update()
        await passed(hass)
    hass.config_entries.async_update_entry(
        open_site, options={**open_site.options, "operator": "City parks"}
    )
    await passed(hass)
    [site] = await told(client)
    assert site["facts"]["operator"] == "City parks"


async def test_a_closed_page_has_no_subscription_left(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    open_site: MockConfigEntry,
) -> None:
    listeners = hass.bus.async_listeners()["state_changed"]
    client = await hass_ws_client(hass)
    await subscribed(client)
    assert hass.bus.async_listeners()["state_changed"] == listeners + 1
    await client.close()
    await hass.async_block_till_done()
    assert hass.bus.async_listeners()["state_changed"] == listeners


async def test_the_most_faces_ever_outlive_a_restart_and_the_faces_do_not(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    open_site: MockConfigEntry,
) -> None:
    """The number that a filing depends on."""
    remember(open_site, 1, 2, 3)
    assert await hass.config_entries.async_reload(open_site.entry_id)
    [site] = await subscribed(await hass_ws_client(hass))
    assert (site["facts"]["faces"], site["facts"]["most_faces_ever"]) == (0, 3)
    state = hass.states.get("sensor.east_gate_most_faces_remembered")
    assert state is not None and state.state == "3"


async def test_a_site_that_is_stopped_has_no_facts_and_the_page_stays(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    open_site: MockConfigEntry,
) -> None:
    client = await hass_ws_client(hass)
    await subscribed(client)
    await hass.config_entries.async_unload(open_site.entry_id)
    await passed(hass)
    [site] = await told(client)
    assert (site["name"], site["facts"]) == ("East gate", None)
    assert frontend.async_panel_exists(hass, "facequota")


async def test_of_several_sites_the_most_urgent_one_comes_first(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
) -> None:
    hass.states.async_set("switch.other_motor", "off")
    calm = await set_up_site(
        hass,
        title="A calm gate",
        options={"suspended": True},
        data={"camera": CAMERA, "motor": "switch.other_motor"},
    )
    client = await hass_ws_client(hass)
    assert [one["name"] for one in await subscribed(client)] == [
        "A calm gate",
        "East gate",
    ]
    dispenser.set(JAM, "on")
    await passed(hass)
    first, second = await told(client)
    assert (first["name"], first["tasks"]) == ("East gate", 1)
    assert (second["name"], second["tasks"]) == ("A calm gate", 0)
    await unload(hass, calm)


async def test_the_page_goes_with_the_last_site_and_comes_with_the_next(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    first = await set_up_site(hass, options={"suspended": True})
    other = MockConfigEntry(domain="facequota", title="West gate")
    other.add_to_hass(hass)
    await hass.config_entries.async_remove(first.entry_id)
    assert frontend.async_panel_exists(hass, "facequota")
    await hass.config_entries.async_remove(other.entry_id)
    assert not frontend.async_panel_exists(hass, "facequota")
    entry = await set_up_site(hass, options={"suspended": True})
    assert frontend.async_panel_exists(hass, "facequota")
    await hass.config_entries.async_unload(entry.entry_id)


async def test_every_module_of_the_page_is_served_and_found_by_the_others(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, open_site: MockConfigEntry
) -> None:
    """Followed from the one that Home Assistant loads, as a browser does."""
    client = await hass_client()
    custom = hass.data["frontend_panels"]["facequota"].config["_panel_custom"]
    folder, _, first = custom["module_url"].rpartition("/")
    waiting, seen = [first, MODULE, VISITOR], set()
    while waiting:
        name = waiting.pop()
        answer = await client.get(f"{folder}/{name}")
        assert answer.status == 200, name
        assert answer.content_type == "text/javascript"
        seen.add(name)
        imported = re.findall(r'from "\./([\w.]+)"', await answer.text())
        waiting += [one for one in imported if one not in seen]
    assert seen == set(sources())


async def test_the_papers_languages_are_offered_by_their_own_names(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, open_site: MockConfigEntry
) -> None:
    client = await hass_ws_client(hass)
    told = (await call(client, "facequota/languages", language="zh-TW"))["result"]
    assert told["language"] == "zh-Hant"
    assert told["languages"]["ja"] == "日本語"
    assert list(told["languages"]) == list(LANGUAGES)


def test_the_page_says_nothing_that_is_not_in_the_translations() -> None:
    """And nothing lies in the translations that the page does not say."""
    papers = re.search(r"PAPERS = \[(.*?)\]", sources()["papers.js"])
    assert papers
    said = {
        f"panel_{key}"
        for name, text in sources().items()
        if name not in (MODULE, VISITOR)
        for key in re.findall(r'(?:say|line|number)\(\s*"(\w+)"', text)
    }
    for text in sources().values():
        for first, second in re.findall(r'say\([\w.]+ \? "(\w+)" : "(\w+)"\)', text):
            said |= {f"panel_{first}", f"panel_{second}"}
    for paper in re.findall(r'"(\w+)"', papers[1]):
        said |= {f"panel_{paper}", f"panel_{paper}_about"}
    texts = json.loads((TRANSLATIONS / "en.json").read_text())["common"]
    assert said == {key for key in texts if key.startswith("panel_")}


def test_the_page_loads_nothing_from_elsewhere() -> None:
    assert not [
        name
        for name, text in sources().items()
        if re.search(r"https?://|//cdn|import\(", text)
    ]
