"""The dashboard's configuration for the user who asks, of Home Assistant's own cards."""

from collections.abc import Iterable
from typing import Any, Final

import voluptuous as vol

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.languages import ENGLISH, async_words
from custom_components.facequota.site.site import FaceQuotaConfigEntry
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import (
    async_response,
    websocket_command,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .dashboard_cards import Entities, Words, widen
from .dashboard_views import overview_view, round_view, site_view
from .hours import async_hours
from .urgency import most_urgent_first

OVERVIEW: Final = "overview"
SITES: Final = "sites"
ROUND: Final = "round"
VIEWS: Final = (OVERVIEW, SITES, ROUND)


@callback
def async_setup_dashboard(hass: HomeAssistant) -> None:
    """Answer the dashboard's module."""
    websocket_api.async_register_command(hass, _websocket_dashboard)
    websocket_api.async_register_command(hass, _websocket_hours)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/dashboard",
        vol.Optional("language", default=ENGLISH): str,
        vol.Optional("sites"): [str],
        vol.Optional("views"): [vol.In(VIEWS)],
    }
)
@async_response
async def _websocket_dashboard(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send the views of the requested sites; of all sites by default."""
    texts = await async_words(hass, msg["language"], "common")
    connection.send_result(
        msg["id"],
        async_dashboard(
            hass,
            Words(texts),
            admin=connection.user.is_admin,
            sites=msg.get("sites"),
            views=msg.get("views") or VIEWS,
        ),
    )


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/hours",
        vol.Required(ATTR_CONFIG_ENTRY_ID): str,
    }
)
@async_response
async def _websocket_hours(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send a site's visitors by hour, from the counters that the user may read."""
    entry = _loaded(hass, msg[ATTR_CONFIG_ENTRY_ID])
    permissions = connection.user.permissions
    connection.send_result(
        msg["id"],
        None
        if entry is None
        else await async_hours(
            hass,
            entry.runtime_data,
            lambda entity_id: permissions.check_entity(entity_id, POLICY_READ),
        ),
    )


@callback
def _loaded(hass: HomeAssistant, entry_id: str) -> FaceQuotaConfigEntry | None:
    """Return a site's entry if the site runs."""
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN:
        return None
    return entry if entry.state is ConfigEntryState.LOADED else None


@callback
def async_dashboard(
    hass: HomeAssistant,
    words: Words,
    *,
    admin: bool,
    sites: list[str] | None = None,
    views: Iterable[str] = VIEWS,
) -> dict[str, Any]:
    """Return a dashboard in sections; the most urgent site comes first.

    A choice of sites that were all removed counts as no choice. Users without
    administrator's rights get no rules, no purge, and only the switch in the cleaner's
    round: the backend would refuse the others.
    """
    every = most_urgent_first(hass)
    entries = [entry for entry in every if entry.entry_id in (sites or ())] or every
    entities, stopped = [], []
    for entry in entries:
        if entry.state is ConfigEntryState.LOADED:
            entities.append(Entities.of_entry(er.async_get(hass), entry))
        else:
            stopped.append(entry.title)
    made: list[dict[str, Any]] = []
    if OVERVIEW in views or not entities:
        made.append(overview_view(entities, stopped, words))
    if SITES in views:
        made += [site_view(one, words, admin=admin) for one in entities]
    if ROUND in views:
        made.append(round_view(entities, words))
    names = {key: name for one in entities for key, name in one.names.items()}
    for view in made:
        for section in view["sections"]:
            widen(section["cards"], names)
    return {"title": "FaceQuota", "views": made}
