"""The forms of a site, filled in as a manager does."""

from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.site.site import Site
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

RULES: Final = {
    "name": "East gate",
    "portion_cm": 60,
    "allowance_cm": 120,
    "window_min": 9,
    "refused_at_most_one_in": 1000,
}
LAW: Final = {
    "camera_position": "entrance",
    "notice_posted": True,
    "way_without_face": True,
}
ENGINE: Final = {"engine": "ncnn"}


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the flow of a new site."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def submit(
    hass: HomeAssistant, shown: ConfigFlowResult, *forms: Mapping[str, Any]
) -> ConfigFlowResult:
    """Send one form after the other, wait out the progress; return what is shown then."""
    flow = hass.config_entries.flow
    result = shown
    for form in forms:
        assert result["type"] is FlowResultType.FORM
        result = await flow.async_configure(shown["flow_id"], dict(form))
        while result["type"] is FlowResultType.SHOW_PROGRESS:
            await hass.async_block_till_done()
            result = await flow.async_configure(shown["flow_id"])
    return result


async def at_engine(hass: HomeAssistant) -> ConfigFlowResult:
    """Walk to the form of the engine."""
    shown = await submit(hass, await begin(hass), RULES, LAW)
    assert shown["step_id"] == "engine"
    return shown


def tells_of_a_frame(shown: ConfigFlowResult) -> bool:
    """Return whether a flow ends with what this machine was measured to need."""
    told = shown["description_placeholders"] or {}
    return int(told["frame_ms"]) > 0


def made(shown: ConfigFlowResult) -> ConfigEntry[Site]:
    """Return the site that a flow has ended with, which must run."""
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert tells_of_a_frame(shown)
    entry: ConfigEntry[Site] = shown["result"]
    assert entry.state is ConfigEntryState.LOADED
    return entry


def suggested(shown: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form is filled with."""
    assert shown["data_schema"] is not None
    return {
        str(marker): (marker.description or {}).get("suggested_value")
        for marker in shown["data_schema"].schema
        if (marker.description or {}).get("suggested_value") is not None
    }


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Open the form that changes a site."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id},
    )
