"""What automations can wait for: a portion granted, refused or failed, a purge."""

from typing import ClassVar, override

from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT_DOMAIN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)

from .const import DOMAIN, Outcome
from .event import EVENT_PURGED


class _EventTrigger(StatelessEntityTriggerBase):
    """Fires on some of the event types of FaceQuota's event entities."""

    _domain_specs = {EVENT_DOMAIN: DomainSpec()}
    _event_types: ClassVar[frozenset[str]]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep our entities of an area or label that holds others too."""
        registry = er.async_get(self._hass)
        return {
            entity_id
            for entity_id in super().entity_filter(entities)
            if (entry := registry.async_get(entity_id)) and entry.platform == DOMAIN
        }

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Return if this is an event that was waited for."""
        return state.attributes.get(ATTR_EVENT_TYPE) in self._event_types


class PortionGranted(_EventTrigger):
    """Somebody got a portion, by whichever lane."""

    _event_types = frozenset({Outcome.GRANTED, Outcome.UNRECOGNISED})


class PortionRefused(_EventTrigger):
    """Somebody was told when the next portion comes."""

    _event_types = frozenset({Outcome.REFUSED})


class PortionFailed(_EventTrigger):
    """Somebody should have got a portion and did not get all of it."""

    _event_types = frozenset({Outcome.FAILED})


class Purged(_EventTrigger):
    """A site forgot its visitors because somebody wanted it to."""

    _event_types = frozenset({EVENT_PURGED})


TRIGGERS: dict[str, type[Trigger]] = {
    "portion_granted": PortionGranted,
    "portion_refused": PortionRefused,
    "portion_failed": PortionFailed,
    "purged": Purged,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of FaceQuota."""
    return TRIGGERS
