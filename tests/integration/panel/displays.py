"""A visitor's display, added by its flow and read as a tablet does."""

import json
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import SUBENTRY_DISPLAY
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType


async def add_display(
    hass: HomeAssistant, entry: MockConfigEntry, **chosen: Any
) -> ConfigSubentry:
    """Add a display by its flow and return what was stored."""
    flow = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_DISPLAY), context={"source": SOURCE_USER}
    )
    assert flow["type"] is FlowResultType.FORM
    (dispenser,) = entry.runtime_data.dispensers
    shown = await hass.config_entries.subentries.async_configure(
        flow["flow_id"],
        {
            "dispenser": dispenser,
            "languages": ["en"],
            "buttons": ["face", "open", "urgent", "forget"],
            "spoken": False,
            **chosen,
        },
    )
    assert shown["step_id"] == "address"
    await hass.config_entries.subentries.async_configure(flow["flow_id"], {})
    await hass.async_block_till_done()
    made: ConfigSubentry = next(
        one
        for one in entry.subentries.values()
        if one.subentry_type == SUBENTRY_DISPLAY
    )
    return made


def address(display: ConfigSubentry) -> str:
    """Return the address of a display."""
    return f"/facequota/display/{display.data['token']}"


async def told(answer: Any) -> dict[str, Any]:
    """Return the next state that the stream tells."""
    while True:
        line = (await answer.content.readline()).decode()
        if line.startswith("data: "):
            state: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return state
