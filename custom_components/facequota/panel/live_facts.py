"""The live facts of all sites for the page, sent only when they change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.site.site import FaceQuotaConfigEntry
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, EVENT_STATE_CHANGED
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later

from .papers.facts import async_site_facts
from .urgency import most_urgent_first

# A visit changes many states at once: they are sent together.
TOGETHER_S: Final = 1.0
# Moments that are computed from a duration differ a little each time.
MOMENTS: Final = ("oldest_since", "empty_at")
SAME_MOMENT: Final = timedelta(seconds=2)

type Shown = list[dict[str, Any]]


class LiveFacts:
    """Follows every site for one page that is open."""

    def __init__(self, hass: HomeAssistant, tell: Callable[[Shown], None]) -> None:
        """Send the facts of this moment, and every change from now on."""
        self._hass = hass
        self._tell = tell
        self._told: Shown = []
        self._waiting: CALLBACK_TYPE | None = None
        self._registry = er.async_get(hass)
        self._releases = [
            hass.bus.async_listen(
                EVENT_STATE_CHANGED, self._on_state, event_filter=self._is_ours
            ),
            async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._on_entry),
        ]
        self._told = async_sites(hass)
        tell(self._told)

    @callback
    def stop(self) -> None:
        """Remove listeners and timers."""
        for release in self._releases:
            release()
        if self._waiting is not None:
            self._waiting()

    @callback
    def _is_ours(self, data: EventStateChangedData) -> bool:
        entry = self._registry.async_get(data["entity_id"])
        return entry is not None and entry.platform == DOMAIN

    @callback
    def _on_state(self, _event: Event[EventStateChangedData]) -> None:
        self._look_soon()

    @callback
    def _on_entry(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN:
            self._look_soon()

    @callback
    def _look_soon(self) -> None:
        if self._waiting is None:
            self._waiting = async_call_later(self._hass, TOGETHER_S, self._look)

    @callback
    def _look(self, _now: object) -> None:
        self._waiting = None
        before = {one[ATTR_CONFIG_ENTRY_ID]: one["facts"] for one in self._told}
        now = async_sites(self._hass)
        for one in now:
            _steady(one["facts"], before.get(one[ATTR_CONFIG_ENTRY_ID]))
        if now != self._told:
            self._told = now
            self._tell(now)


@callback
def async_sites(hass: HomeAssistant) -> Shown:
    """Return the facts of every site; a stopped site has none."""
    return [_site(hass, entry) for entry in most_urgent_first(hass)]


def _site(hass: HomeAssistant, entry: FaceQuotaConfigEntry) -> dict[str, Any]:
    shown = {
        ATTR_CONFIG_ENTRY_ID: entry.entry_id,
        "name": entry.title,
        "tasks": 0,
        "visitors_today": 0,
        "facts": None,
    }
    if entry.state is not ConfigEntryState.LOADED:
        return shown
    upkeep = entry.runtime_data.upkeep
    facts = async_site_facts(hass, entry.runtime_data).as_dict()
    # The time of the query alone is not a change.
    del facts["at"]
    return {
        **shown,
        "tasks": len(upkeep.tasks),
        "visitors_today": upkeep.cleaning.visits_today,
        "facts": facts,
    }


def _steady(facts: dict[str, Any] | None, before: dict[str, Any] | None) -> None:
    """Keep the old moment if the new one differs only by rounding."""
    if facts is None or before is None:
        return
    for key in MOMENTS:
        old, new = before[key], facts[key]
        if old and new and abs(new - old) < SAME_MOMENT:
            facts[key] = old
