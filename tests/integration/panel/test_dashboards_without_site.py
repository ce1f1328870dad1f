"""Dashboards that were made by one click, when the last site goes and when one comes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.facequota.panel import page
from custom_components.facequota.panel.dashboard_module import (
    async_hide_dashboard_module,
)
from custom_components.facequota.panel.static import STATIC_ROOT
from homeassistant.components import frontend
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.integration.conftest import set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser

OURS: Final = {"strategy": {"type": "custom:facequota"}}
CHOSEN: Final = {"strategy": {"type": "custom:facequota", "views": ["round"]}}
OTHERS: Final = {"strategy": {"type": "map"}}
TAKEN: Final = {"views": [{"title": "East gate", "cards": []}]}
UNREADABLE: Final[Mapping[str, Mapping[str, Any]]] = {
    "later": {"version": 99, "data": {"config": OURS}},
    "earlier": {"version": 0, "data": {"config": OURS}},
    "damaged": {"version": 1, "data": {"nothing": OURS}},
    "list": {"version": 1, "data": [OURS]},
}


async def dashboards(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> Callable[..., Awaitable[Any]]:
    """Return how a command of Home Assistant's dashboards is sent, and answered."""
    client = await hass_ws_client(hass)

    async def call(kind: str, **more: Any) -> Any:
        await client.send_json_auto_id({"type": f"lovelace/{kind}", **more})
        answer = await client.receive_json()
        assert answer["success"], answer
        return answer["result"]

    return call


async def test_they_say_that_there_is_no_site_and_come_back_with_one(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, dispenser: FakeDispenser
) -> None:
    """What a person made, or has taken control of, is left alone."""
    assert await async_setup_component(hass, "lovelace", {})
    entry = await set_up_site(hass, options={"suspended": True})
    call = await dashboards(hass, hass_ws_client)

    made = {"one-click": OURS, "by-hand": CHOSEN, "the-map": OTHERS, "taken-on": TAKEN}
    for path, config in made.items():
        await call("dashboards/create", url_path=path, title=path)
        await call("config/save", url_path=path, config=config)
    await call("dashboards/create", url_path="not-begun", title="Not begun")

    async def shown() -> dict[str, Any]:
        return {path: await call("config", url_path=path) for path in made}

    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    without = await shown()
    assert without["the-map"] == OTHERS and without["taken-on"] == TAKEN
    for path in ("one-click", "by-hand"):
        assert "strategy" not in without[path]
        ((card,),) = (view["cards"] for view in without[path]["views"])
        assert card["type"] == "markdown"
        assert card["content"].startswith("FaceQuota has no site any more.")
    entry = await set_up_site(hass, options={"suspended": True})
    assert await shown() == made
    await unload(hass, entry)


async def test_a_site_that_is_added_while_the_last_one_goes_brings_them_back(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    dispenser: FakeDispenser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Page, module and dashboards, however long it takes to read what has to go."""
    assert await async_setup_component(hass, "lovelace", {})
    entry = await set_up_site(hass, options={"suspended": True})
    call = await dashboards(hass, hass_ws_client)
    await call("dashboards/create", url_path="one-click", title="One click")
    await call("config/save", url_path="one-click", config=OURS)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hide_slowly(hass: HomeAssistant) -> None:
        begun.set()
        await go_on.wait()
        await async_hide_dashboard_module(hass)

    monkeypatch.setattr(page, "async_hide_dashboard_module", hide_slowly)
    removal = hass.async_create_task(
        hass.config_entries.async_remove(entry.entry_id), eager_start=True
    )
    await begun.wait()
    addition = asyncio.create_task(set_up_site(hass, options={"suspended": True}))
    # Whatever of it waits for nothing.
    for _ in range(100):
        await asyncio.sleep(0)
    go_on.set()
    await removal
    entry = await addition
    assert await call("config", url_path="one-click") == OURS
    assert frontend.async_panel_exists(hass, "facequota")
    (module,) = hass.data[LOVELACE_DATA].resources.async_items()
    assert module["url"].startswith(STATIC_ROOT)
    await unload(hass, entry)


async def test_what_cannot_be_read_stops_no_site_and_what_a_person_changed_stays(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    hass_ws_client: WebSocketGenerator,
    dispenser: FakeDispenser,
) -> None:
    assert await async_setup_component(hass, "lovelace", {})
    entry = await set_up_site(hass, options={"suspended": True})
    call = await dashboards(hass, hass_ws_client)
    for name, file in UNREADABLE.items():
        await call("dashboards/create", url_path=f"x-{name}", title=name)
        key = f"lovelace.x_{name}"
        hass_storage[key] = {"key": key, "minor_version": 1, **file}
    saved = {"text": "no dictionary", "empty": {"strategy": None}, "ours": OURS}
    for path, config in saved.items():
        await call("dashboards/create", url_path=f"x-{path}", title=path)
        await call("config/save", url_path=f"x-{path}", config=config)
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    emptied = await call("config", url_path="x-ours")
    assert "strategy" not in emptied
    changed = {**emptied, "views": [{"title": "Mine", "cards": []}]}
    await call("config/save", url_path="x-ours", config=changed)
    entry = await set_up_site(hass, options={"suspended": True})
    assert entry.state is ConfigEntryState.LOADED
    assert await call("config", url_path="x-ours") == changed
    await unload(hass, entry)
