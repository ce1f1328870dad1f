"""Event entities: a visit at a dispenser, a purge at a site."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME, EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import ATTR_OUTCOME, ATTR_PORTIONS, EVENT_PURGE, EVENT_VISIT, Outcome
from .entity import DispenserEntity, SiteEntity, async_add_dispenser_entities
from .site.site import FaceQuotaConfigEntry
from .visit.purge_receipt import Receipt
from .visit.records import receipt_record, visit_record
from .visit.visit import VisitResult

# Nothing is polled and nothing is commanded.
PARALLEL_UPDATES = 0

EVENT_NOT_ASKED_FOR = "not_asked_for"
EVENT_PURGED = "purged"

VISIT = EventEntityDescription(
    key="visit", translation_key="visit", event_types=list(Outcome)
)
NOT_ASKED_FOR = EventEntityDescription(
    key="not_asked_for",
    translation_key="not_asked_for",
    event_types=[EVENT_NOT_ASKED_FOR],
    entity_category=EntityCategory.DIAGNOSTIC,
)
PURGE = EventEntityDescription(
    key="purge", translation_key="purge", event_types=[EVENT_PURGED]
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FaceQuotaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events of a site and its dispensers."""
    async_add_entities([PurgeEvent(entry, PURGE)])
    async_add_dispenser_entities(
        entry,
        async_add_entities,
        lambda dispenser: [
            VisitEvent(dispenser, VISIT),
            NotAskedForEvent(dispenser, NOT_ASKED_FOR),
        ],
    )


class VisitEvent(DispenserEntity, EventEntity):
    """How each visit ended; never who the visitor was."""

    entity_description: EventEntityDescription

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        return [self.dispenser.visits.add(self._on_visit)]

    @callback
    def _on_visit(self, visit: VisitResult) -> None:
        record = visit_record(visit)
        self._trigger_event(visit.outcome, record)
        self.async_write_ha_state()
        self.hass.bus.async_fire(
            EVENT_VISIT,
            {
                ATTR_ENTITY_ID: self.entity_id,
                ATTR_NAME: self.dispenser.subentry.title,
                ATTR_OUTCOME: visit.outcome.value,
                **record,
            },
        )


class NotAskedForEvent(DispenserEntity, EventEntity):
    """Portions for which no visit asked."""

    entity_description: EventEntityDescription

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        told = self.site.unasked.portions[self.dispenser.subentry.subentry_id]
        return [told.add(self._on_portions)]

    @callback
    def _on_portions(self, portions: int) -> None:
        self._trigger_event(EVENT_NOT_ASKED_FOR, {ATTR_PORTIONS: portions})
        self.async_write_ha_state()


class PurgeEvent(SiteEntity, EventEntity):
    """The receipt of each purge."""

    entity_description: EventEntityDescription

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        return [self.site.visitors.purges.add(self._on_purge)]

    @callback
    def _on_purge(self, receipt: Receipt) -> None:
        record = receipt_record(receipt)
        self._trigger_event(EVENT_PURGED, record)
        self.async_write_ha_state()
        self.hass.bus.async_fire(
            EVENT_PURGE,
            {
                ATTR_ENTITY_ID: self.entity_id,
                ATTR_NAME: self.site.entry.title,
                **record,
            },
        )
