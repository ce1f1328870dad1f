"""The base classes of the entities of a site and of its dispensers."""

from collections.abc import Callable
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from .const import DOMAIN, MANUFACTURER
from .site.dispenser import Dispenser
from .site.site import FaceQuotaConfigEntry, Site


def site_device(entry: ConfigEntry) -> DeviceInfo:
    """Return the device that stands for a whole site."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer=MANUFACTURER,
        name=entry.title,
    )


def _dispenser_device(dispenser: Dispenser) -> DeviceInfo:
    """Return the device that stands for one dispenser."""
    entry_id = dispenser.site_parts.entry.entry_id
    return DeviceInfo(
        identifiers={(DOMAIN, f"{entry_id}_{dispenser.subentry.subentry_id}")},
        manufacturer=MANUFACTURER,
        name=dispenser.subentry.title,
        via_device_id=dispenser.site_parts.device_id,
    )


@callback
def async_name_devices(hass: HomeAssistant, site: Site) -> None:
    """Give the devices of a site and its dispensers their present names."""
    registry, entry = dr.async_get(hass), site.entry
    registry.async_get_or_create(config_entry_id=entry.entry_id, **site_device(entry))
    for subentry_id, dispenser in site.dispensers.items():
        registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            config_subentry_id=subentry_id,
            **_dispenser_device(dispenser),
        )


class _PushedEntity(Entity):
    """An entity that is told when its value may have changed."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        """Subscribe to whatever this entity shows; return how to unsubscribe."""
        raise NotImplementedError

    @override
    async def async_added_to_hass(self) -> None:
        """Listen from now on."""
        await super().async_added_to_hass()
        for unsubscribe in self._subscriptions():
            self.async_on_remove(unsubscribe)


class SiteEntity(_PushedEntity):
    """An entity of the site's device."""

    def __init__(
        self, entry: FaceQuotaConfigEntry, description: EntityDescription
    ) -> None:
        """Belong to the site's device."""
        self.entity_description = description
        self.site: Site = entry.runtime_data
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = site_device(entry)

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        return [self.site.changes.add(self.async_write_ha_state)]


class DispenserEntity(_PushedEntity):
    """An entity of one dispenser's device."""

    def __init__(self, dispenser: Dispenser, description: EntityDescription) -> None:
        """Belong to the dispenser's device."""
        entry = dispenser.site_parts.entry
        self.entity_description = description
        self.dispenser = dispenser
        self.site: Site = entry.runtime_data
        self._attr_unique_id = (
            f"{entry.entry_id}_{dispenser.subentry.subentry_id}_{description.key}"
        )
        self._attr_device_info = _dispenser_device(dispenser)

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        return [self.dispenser.changes.add(self.async_write_ha_state)]


@callback
def async_add_dispenser_entities(
    entry: FaceQuotaConfigEntry,
    add_entities: Callable[..., None],
    make: Callable[[Dispenser], list[Entity]],
) -> None:
    """Add each dispenser's entities under its own subentry."""
    for subentry_id, dispenser in entry.runtime_data.dispensers.items():
        add_entities(make(dispenser), config_subentry_id=subentry_id)
