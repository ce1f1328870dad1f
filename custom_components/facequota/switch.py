"""Switches: face recognition at a dispenser, and at the whole site."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import DispenserEntity, SiteEntity, async_add_dispenser_entities
from .site.rights import async_require_admin
from .site.site import FaceQuotaConfigEntry

# One after the other: each writes the options of the site.
PARALLEL_UPDATES = 1

FACE_RECOGNITION = SwitchEntityDescription(
    key="face_recognition",
    translation_key="face_recognition",
    entity_category=EntityCategory.CONFIG,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FaceQuotaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of a site and its dispensers."""
    async_add_entities([SiteSwitch(entry, FACE_RECOGNITION)])
    async_add_dispenser_entities(
        entry,
        async_add_entities,
        lambda dispenser: [DispenserSwitch(dispenser, FACE_RECOGNITION)],
    )


class SiteSwitch(SiteEntity, SwitchEntity):
    """Off: no camera is read, everybody is forgotten, the open lane gives paper."""

    @property
    @override
    def is_on(self) -> bool:
        """Return if the site's cameras may be read."""
        return not self.site.options.suspended

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Read cameras again: an administrator's decision."""
        await async_require_admin(self.hass, self._context)
        self.site.suspend(False)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Suspend face recognition everywhere."""
        self.site.suspend(True)


class DispenserSwitch(DispenserEntity, SwitchEntity):
    """Off: this camera is not read, everybody is forgotten, the open lane is open."""

    @property
    def _id(self) -> str:
        return self.dispenser.subentry.subentry_id

    @property
    @override
    def is_on(self) -> bool:
        """Return if this dispenser's camera may be read, as far as it decides."""
        return self._id not in self.site.options.suspended_dispensers

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Read the camera again: an administrator's decision."""
        await async_require_admin(self.hass, self._context)
        self.site.suspend(False, self._id)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Suspend face recognition at this dispenser."""
        self.site.suspend(True, self._id)
