"""The page of FaceQuota in the sidebar: live facts and papers, for administrators."""

import asyncio
from typing import Any, Final

import voluptuous as vol

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.languages import LANGUAGES, served
from homeassistant.components import frontend, panel_custom, websocket_api
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import (
    require_admin,
    websocket_command,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .dashboard import async_setup_dashboard
from .dashboard_module import async_hide_dashboard_module, async_show_dashboard_module
from .dashboards_without_site import async_empty_dashboards, async_show_dashboards
from .live_facts import LiveFacts
from .papers.notice_view import NoticeView
from .papers.view import PaperView
from .static import FRONTEND_FOLDER, static_url
from .visitor_display.view import DisplayEventsView, DisplayPageView, DisplayPressView

PANEL_ELEMENT: Final = "facequota-panel"
PANEL_TITLE: Final = "FaceQuota"
PANEL_ICON: Final = "mdi:paper-roll-outline"
_LOCK: Final = HassKey[asyncio.Lock](f"{DOMAIN}_panel")


async def async_setup_panel(hass: HomeAssistant) -> None:
    """Serve the modules of the page, and answer its WebSocket commands."""
    for view in (
        *(PaperView, NoticeView),
        *(DisplayPageView, DisplayEventsView, DisplayPressView),
    ):
        hass.http.register_view(view())
    await hass.http.async_register_static_paths(
        [StaticPathConfig(static_url(hass), str(FRONTEND_FOLDER), cache_headers=False)]
    )
    websocket_api.async_register_command(hass, _websocket_subscribe)
    websocket_api.async_register_command(hass, _websocket_languages)
    async_setup_dashboard(hass)


async def async_show_panel(hass: HomeAssistant) -> None:
    """Add the page to the sidebar, unless it is there, and offer the dashboard."""
    async with _one_at_a_time(hass):
        await async_show_dashboard_module(hass)
        if frontend.async_panel_exists(hass, DOMAIN):
            return
        await panel_custom.async_register_panel(
            hass,
            frontend_url_path=DOMAIN,
            webcomponent_name=PANEL_ELEMENT,
            module_url=f"{static_url(hass)}/panel.js",
            sidebar_title=PANEL_TITLE,
            sidebar_icon=PANEL_ICON,
            require_admin=True,
        )
        await async_show_dashboards(hass)


async def async_hide_panel(hass: HomeAssistant) -> None:
    """Remove the page and the dashboard module when the last site is removed."""
    async with _one_at_a_time(hass):
        if not hass.config_entries.async_entries(DOMAIN):
            frontend.async_remove_panel(hass, DOMAIN, warn_if_unknown=False)
            await async_hide_dashboard_module(hass)
            await async_empty_dashboards(hass)


@callback
def _one_at_a_time(hass: HomeAssistant) -> asyncio.Lock:
    """Return a lock: a site may be added while the last one is still being removed."""
    return hass.data.setdefault(_LOCK, asyncio.Lock())


@require_admin
@websocket_command({vol.Required("type"): f"{DOMAIN}/subscribe"})
@callback
def _websocket_subscribe(
    hass: HomeAssistant,
    connection: ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Send the facts of all sites, now and at every change."""
    connection.send_result(msg["id"])
    live = LiveFacts(
        hass, lambda sites: connection.send_event(msg["id"], {"sites": sites})
    )
    connection.subscriptions[msg["id"]] = live.stop


@require_admin
@websocket_command(
    {vol.Required("type"): f"{DOMAIN}/languages", vol.Required("language"): str}
)
@callback
def _websocket_languages(
    _hass: HomeAssistant,
    connection: ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Send the languages of the papers, and the one for the user's language."""
    connection.send_result(
        msg["id"],
        {
            "languages": {tag: one.name for tag, one in LANGUAGES.items()},
            "language": served(msg["language"]),
        },
    )
