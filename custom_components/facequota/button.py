"""Buttons: a portion from staff, a new roll, cleaned, a purge."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Lane
from .entity import DispenserEntity, SiteEntity, async_add_dispenser_entities
from .services import async_cause
from .site.rights import async_require_admin
from .site.site import FaceQuotaConfigEntry

# A dispenser has its own queue of one.
PARALLEL_UPDATES = 0

DISPENSE = ButtonEntityDescription(key="dispense", translation_key="dispense")
PURGE = ButtonEntityDescription(key="purge", translation_key="purge")
REFILLED = ButtonEntityDescription(key="refilled", translation_key="refilled")
CLEANED = ButtonEntityDescription(key="cleaned", translation_key="cleaned")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FaceQuotaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of a site and its dispensers."""
    async_add_entities([PurgeButton(entry, PURGE), CleanedButton(entry, CLEANED)])
    async_add_dispenser_entities(
        entry,
        async_add_entities,
        lambda dispenser: [
            DispenseButton(dispenser, DISPENSE),
            RefilledButton(dispenser, REFILLED),
        ],
    )


class DispenseButton(DispenserEntity, ButtonEntity):
    """A portion that staff gives: charged to nobody."""

    @override
    async def async_press(self) -> None:
        """Turn the motor for one portion."""
        await self.dispenser.request(Lane.STAFF)


class RefilledButton(DispenserEntity, ButtonEntity):
    """Staff has put in a new roll."""

    @override
    async def async_press(self) -> None:
        """Count from a whole roll again."""
        await self.dispenser.roll.refilled()


class CleanedButton(SiteEntity, ButtonEntity):
    """Staff has cleaned."""

    @override
    async def async_press(self) -> None:
        """Count visits and hours from now on."""
        self.site.upkeep.cleaned()


class PurgeButton(SiteEntity, ButtonEntity):
    """Forget everybody now."""

    @override
    async def async_press(self) -> None:
        """Forget everybody and leave a receipt: an administrator's decision."""
        await async_require_admin(self.hass, self._context)
        self.site.visitors.purge(async_cause(self._context))
