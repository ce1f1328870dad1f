"""Looks after the entities that dispensers were set up with: gone ones become issues."""

from custom_components.facequota.const import DISPENSER_NUMBERS, DOMAIN
from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.start import async_at_started

from .dispenser import Dispenser
from .site import FaceQuotaConfigEntry

ISSUE_ENTITY_MISSING = "entity_missing"


def watched_entities(dispenser: Dispenser) -> dict[str, str]:
    """Return the entity ids a dispenser was given, by their role."""
    return {
        role: value
        for role, value in dispenser.subentry.data.items()
        if role not in DISPENSER_NUMBERS and value
    }


@callback
def async_watch_entities(
    hass: HomeAssistant, entry: FaceQuotaConfigEntry
) -> CALLBACK_TYPE:
    """Keep one issue per dispenser that lacks an entity; return how to stop."""
    dispensers = entry.runtime_data.dispensers.values()

    @callback
    def check(_: object = None) -> None:
        for dispenser in dispensers:
            _report(hass, entry, dispenser)

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        # Only coming and going matters here.
        if event.data["old_state"] is None or event.data["new_state"] is None:
            check()

    entity_ids = {
        entity_id
        for dispenser in dispensers
        for entity_id in watched_entities(dispenser).values()
    }
    # Other integrations need not be ready before Home Assistant has started.
    at_start = async_at_started(hass, check)
    on_change = async_track_state_change_event(hass, list(entity_ids), changed)

    @callback
    def stop() -> None:
        at_start()
        on_change()
        for dispenser in dispensers:
            ir.async_delete_issue(hass, DOMAIN, _issue_id(dispenser))

    return stop


def _issue_id(dispenser: Dispenser) -> str:
    return f"{ISSUE_ENTITY_MISSING}_{dispenser.subentry.subentry_id}"


@callback
def _report(
    hass: HomeAssistant, entry: FaceQuotaConfigEntry, dispenser: Dispenser
) -> None:
    """Create or delete the issue of one dispenser."""
    issue_id = _issue_id(dispenser)
    registry = er.async_get(hass)
    missing = sorted(
        entity_id
        for entity_id in watched_entities(dispenser).values()
        if hass.states.get(entity_id) is None and not registry.async_get(entity_id)
    )
    if not missing or hass.state is not CoreState.running:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=ISSUE_ENTITY_MISSING,
        translation_placeholders={
            "site": entry.title,
            "dispenser": dispenser.subentry.title,
            "entities": ", ".join(missing),
        },
    )
