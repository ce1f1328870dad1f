"""Follows entities that are renamed.

A dispenser's data and a site's options have entity ids, which people can change. Beside
each one the registry's permanent id is stored. With it the entity is found again, also if
it was renamed while the site was not running.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from custom_components.facequota.const import SUBENTRY_DISPENSER, SUBENTRY_SHARED_QUOTA
from custom_components.facequota.hardware.entities import ENTITY_ROLES, entities_by_role
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_entity_registry_updated_event

from .upkeep_options import CONF_CLEANED_TAG, CONF_UPKEEP, UpkeepOptions

REGISTRY_IDS: Final = "registry_ids"
# Every key of the options' section for upkeep that holds an entity id.
UPKEEP_ROLES: Final = (CONF_CLEANED_TAG,)


class References:
    """The entity ids of one site's settings, and how to find the entities again."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Remember the site; nothing is followed yet."""
        self._hass = hass
        self._entry = entry
        self._release: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Bring the entity ids up to date now and with each change of the registry."""
        self.follow()
        self._listen()

    @callback
    def stop(self) -> None:
        """Follow no more."""
        if self._release is not None:
            self._release()
            self._release = None

    @callback
    def follow(self) -> bool:
        """Bring the entity ids up to date; return if that changed the entry."""
        registry = er.async_get(self._hass)
        update, entry = self._hass.config_entries, self._entry
        changed = False
        for subentry in self._dispensers():
            data = followed(registry, subentry.data, ENTITY_ROLES)
            changed |= update.async_update_subentry(entry, subentry, data=data)
        chosen: Mapping[str, Any] = entry.options.get(CONF_UPKEEP) or {}
        upkeep = followed(registry, chosen, UPKEEP_ROLES)
        if upkeep != chosen:
            options = {**entry.options, CONF_UPKEEP: upkeep}
            changed |= update.async_update_entry(entry, options=options)
        if changed and self._release is not None:
            self._listen()
        return changed

    @callback
    def _listen(self) -> None:
        self.stop()
        entity_ids = {
            entity_id
            for subentry in self._dispensers()
            for entity_id in entities_by_role(subentry.data).values()
        }
        if tag := UpkeepOptions.from_entry(self._entry.options).cleaned_tag:
            entity_ids.add(tag)
        self._release = async_track_entity_registry_updated_event(
            self._hass,
            entity_ids,
            self._registry_changed,
        )

    @callback
    def _registry_changed(self, _: object) -> None:
        self.follow()

    def _dispensers(self) -> list[ConfigSubentry]:
        return [
            subentry
            for subentry in self._entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_DISPENSER
        ]


def followed(
    registry: er.EntityRegistry, data: Mapping[str, Any], roles: Iterable[str]
) -> dict[str, Any]:
    """Return data with the present entity ids.

    An entity that was removed keeps its place: it gets the same id when it comes back.
    """
    known: Mapping[str, str] = data.get(REGISTRY_IDS, {})
    now, ids = dict(data), {}
    for role in roles:
        if not (entity_id := data.get(role)):
            continue
        entity = registry.entities.get_entry(known.get(role, ""))
        if entity := entity or registry.async_get(entity_id):
            now[role], ids[role] = entity.entity_id, entity.id
        elif role in known:
            ids[role] = known[role]
    if ids or known:
        now[REGISTRY_IDS] = ids
    return now


@dataclass(frozen=True, slots=True)
class Structure:
    """The settings that a site's parts are made of: when they change, the parts are made again."""

    site: Mapping[str, Any]
    parts: Mapping[str, Mapping[str, Any]]
    """The data of each dispenser and of the shared quota."""

    @classmethod
    def of(cls, entry: ConfigEntry) -> Self:
        """Return the structure of an entry; the names of site and dispensers do not count."""
        return cls(
            {**entry.data, CONF_NAME: None},
            {
                key: subentry.data
                for key, subentry in entry.subentries.items()
                if subentry.subentry_type in (SUBENTRY_DISPENSER, SUBENTRY_SHARED_QUOTA)
            },
        )

    def is_same(self, other: Structure) -> bool:
        """Return if the entities are the same, perhaps under other names."""
        return (
            self.site == other.site
            and self.parts.keys() == other.parts.keys()
            and all(
                _are_same(data, other.parts[key]) for key, data in self.parts.items()
            )
        )


def _are_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    ids: Mapping[str, str] = one.get(REGISTRY_IDS, {})
    other_ids: Mapping[str, str] = other.get(REGISTRY_IDS, {})
    return all(
        one.get(key) == other.get(key)
        or (key in ids and ids[key] == other_ids.get(key))
        for key in (one.keys() | other.keys()) - {REGISTRY_IDS}
    )
