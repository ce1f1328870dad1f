"""Buttons: a portion from staff, a new roll, cleaned, a try of the camera, a purge."""

from typing import override

from homeassistant.components import persistent_notification
from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN, Lane
from .entity import DispenserEntity, SiteEntity, async_add_dispenser_entities
from .flows.camera_trial import async_trial_text
from .services import async_cause
from .site.rights import async_require_admin
from .site.site import FaceQuotaConfigEntry

# Not limited here: each dispenser serves one request at a time.
PARALLEL_UPDATES = 0

DISPENSE = ButtonEntityDescription(key="dispense", translation_key="dispense")
PURGE = ButtonEntityDescription(key="purge", translation_key="purge")
REFILLED = ButtonEntityDescription(key="refilled", translation_key="refilled")
TRY_CAMERA = ButtonEntityDescription(
    key="try_camera",
    translation_key="try_camera",
    entity_category=EntityCategory.DIAGNOSTIC,
)
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
            TryCameraButton(dispenser, TRY_CAMERA),
        ],
    )


class DispenseButton(DispenserEntity, ButtonEntity):
    """A portion that staff gives; no visitor's account is charged."""

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


class TryCameraButton(DispenserEntity, ButtonEntity):
    """Try the camera while somebody from the staff stands there."""

    @override
    async def async_press(self) -> None:
        """Show the result in a notification, without the picture: every user can see it.

        For administrators only: it opens the camera although no visitor has asked for
        paper.
        """
        await async_require_admin(self.hass, self._context)
        subentry = self.dispenser.subentry
        title, message = await async_trial_text(
            self.hass, self.dispenser.site_parts.entry, subentry.data
        )
        persistent_notification.async_create(
            self.hass,
            message,
            f"{subentry.title}: {title}",
            f"{DOMAIN}_camera_{subentry.subentry_id}",
        )


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
        """Forget everybody and write a receipt. For administrators only."""
        await async_require_admin(self.hass, self._context)
        self.site.visitors.purge(async_cause(self._context))
