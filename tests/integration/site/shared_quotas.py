"""Sharing a site's quota by its form, and waiting for it."""

import asyncio
from collections.abc import Callable
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from scripts.park.server import QuotaServer


def answers(server: QuotaServer, **changes: Any) -> dict[str, Any]:
    """Return what a manager enters for a server of the tests."""
    return {"servers": f"127.0.0.1:{server.port}", "tls": False, **changes}


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open Share the quota."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "shared_quota"), context={"source": SOURCE_USER}
    )


async def submit(hass: HomeAssistant, shown: Any, values: dict[str, Any]) -> Any:
    """Answer a step."""
    flows = hass.config_entries.subentries
    return await flows.async_configure(shown["flow_id"], values)


async def share(
    hass: HomeAssistant, entry: MockConfigEntry, server: QuotaServer
) -> str:
    """Share a site's quota as its first member; return the code that is shown."""
    shown = await submit(hass, await begin(hass, entry), answers(server))
    assert shown["type"] is FlowResultType.MENU
    shown = await submit(hass, shown, {"next_step_id": "first"})
    code: str = shown["description_placeholders"]["code"]
    shown = await submit(hass, shown, {})
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: connected(entry))
    return code


def connected(entry: MockConfigEntry) -> bool:
    """Return whether a site is in sync with its server."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    status = entry.runtime_data.sharing.status
    return status is not None and status.connected


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)
