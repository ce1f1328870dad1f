"""The module of the dashboard among Home Assistant's dashboard resources.

The frontend loads resources before it shows a dashboard or offers new ones. The module's
address has the integration's version in it, so that no cache keeps an old one.
"""

from typing import Final

from custom_components.facequota.const import DOMAIN
from homeassistant.components import frontend
from homeassistant.components.lovelace.const import CONF_RESOURCE_TYPE_WS, LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.const import CONF_ID, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .static import STATIC_ROOT, static_url

ISSUE_RESOURCE: Final = "dashboard_resource"
MODULE: Final = "dashboard.js"


async def async_show_dashboard_module(hass: HomeAssistant) -> None:
    """Add the module of this version to the dashboard resources, once."""
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    url = f"{static_url(hass)}/{MODULE}"
    if not isinstance(lovelace.resources, ResourceStorageCollection):
        _show_beside_yaml(hass, url)
        return
    ours = await _ours(lovelace.resources)
    if not ours:
        await lovelace.resources.async_create_item(
            {CONF_RESOURCE_TYPE_WS: "module", CONF_URL: url}
        )
    for one in ours[1:]:
        await lovelace.resources.async_delete_item(one[CONF_ID])
    if ours and ours[0][CONF_URL] != url:
        await lovelace.resources.async_update_item(ours[0][CONF_ID], {CONF_URL: url})


async def async_hide_dashboard_module(hass: HomeAssistant) -> None:
    """Remove the module from the resources, and nothing else."""
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    if isinstance(lovelace.resources, ResourceStorageCollection):
        for one in await _ours(lovelace.resources):
            await lovelace.resources.async_delete_item(one[CONF_ID])
    elif ir.async_get(hass).async_get_issue(DOMAIN, ISSUE_RESOURCE) is not None:
        frontend.remove_extra_js_url(hass, f"{static_url(hass)}/{MODULE}")
        ir.async_delete_issue(hass, DOMAIN, ISSUE_RESOURCE)


async def _ours(resources: ResourceStorageCollection) -> list[dict[str, str]]:
    """Return our entries. Reads the file first: otherwise the next write would replace it."""
    await resources.async_get_info()
    return [
        one for one in resources.async_items() if one[CONF_URL].startswith(STATIC_ROOT)
    ]


@callback
def _show_beside_yaml(hass: HomeAssistant, url: str) -> None:
    """With resources in YAML: create an issue with the line to add, and load it until then."""
    listed = hass.data[LOVELACE_DATA].resources.async_items() or ()
    if any(one[CONF_URL] == url for one in listed):
        ir.async_delete_issue(hass, DOMAIN, ISSUE_RESOURCE)
        return
    frontend.add_extra_js_url(hass, url)
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE_RESOURCE,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_RESOURCE,
        translation_placeholders={"url": url},
    )
