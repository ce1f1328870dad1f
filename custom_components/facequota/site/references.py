"""Dispensers keep their entities when those get other names.

A dispenser's data has entity ids, which people read and change. Beside them stands the id
that Home Assistant's registry never changes, by which a name that changed is found again,
also when it changed while the site was not running.
"""

from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.const import SUBENTRY_DISPENSER
from custom_components.facequota.hardware.entities import entities_by_role
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_entity_registry_updated_event

REGISTRY_IDS: Final = "registry_ids"


@callback
def async_follow_references(hass: HomeAssistant, entry: ConfigEntry) -> CALLBACK_TYPE:
    """Bring the entity ids of all dispensers up to date now and with each change.

    A change makes the entry's update listeners build the site anew. Return how to stop.
    """

    @callback
    def follow(_: object = None) -> None:
        registry = er.async_get(hass)
        for subentry in tuple(entry.subentries.values()):
            if subentry.subentry_type != SUBENTRY_DISPENSER:
                continue
            data = followed(registry, subentry.data)
            if data != subentry.data:
                hass.config_entries.async_update_subentry(entry, subentry, data=data)

    follow()
    entity_ids = {
        entity_id
        for subentry in entry.subentries.values()
        for entity_id in entities_by_role(subentry.data).values()
    }
    return async_track_entity_registry_updated_event(hass, entity_ids, follow)


def followed(registry: er.EntityRegistry, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dispenser's data with the entity ids of this moment.

    An entity that was removed keeps its place: it gets the same id when it comes back.
    """
    known: Mapping[str, str] = data.get(REGISTRY_IDS, {})
    now, ids = dict(data), {}
    for role, entity_id in entities_by_role(data).items():
        entity = registry.entities.get_entry(known.get(role, ""))
        if entity := entity or registry.async_get(entity_id):
            now[role], ids[role] = entity.entity_id, entity.id
        elif role in known:
            ids[role] = known[role]
    if ids or known:
        now[REGISTRY_IDS] = ids
    return now
