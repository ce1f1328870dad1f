"""Binary sensors: a problem at a dispenser, a roll that is nearly empty."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import ATTR_REASON
from .entity import DispenserEntity, SiteEntity, async_add_dispenser_entities
from .site.dispenser import Dispenser
from .site.site import FaceQuotaConfigEntry

# Nothing is polled.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DispenserBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor of a dispenser, and why it is on where that can be told."""

    value_fn: Callable[[Dispenser], bool | None]
    reason_fn: Callable[[Dispenser], str | None] = lambda _dispenser: None


DESCRIPTIONS = (
    DispenserBinarySensorDescription(
        key="problem",
        translation_key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda dispenser: dispenser.problem is not None,
        reason_fn=lambda dispenser: dispenser.problem,
    ),
    DispenserBinarySensorDescription(
        key="paper_low",
        translation_key="paper_low",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda dispenser: dispenser.roll.paper_low,
    ),
    DispenserBinarySensorDescription(
        key="unusual_use",
        translation_key="unusual_use",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda dispenser: dispenser.usage.is_on,
    ),
)


CLEANING_DUE = BinarySensorEntityDescription(
    key="cleaning_due", translation_key="cleaning_due"
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FaceQuotaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a site and its dispensers."""
    async_add_entities([CleaningDue(entry, CLEANING_DUE)])
    async_add_dispenser_entities(
        entry,
        async_add_entities,
        lambda dispenser: [
            DispenserBinarySensor(dispenser, description)
            for description in DESCRIPTIONS
        ],
    )


class DispenserBinarySensor(DispenserEntity, BinarySensorEntity):
    """A condition of a dispenser that a person should look after."""

    entity_description: DispenserBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return if a person should look after it; None where no entity can tell."""
        return self.entity_description.value_fn(self.dispenser)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the reason, if there is one."""
        reason = self.entity_description.reason_fn(self.dispenser)
        return None if reason is None else {ATTR_REASON: str(reason)}


class CleaningDue(SiteEntity, BinarySensorEntity):
    """Whether a site should be cleaned, by visits or hours."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return if it is due; None where no rule says when."""
        return self.site.upkeep.cleaning_due

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        return [self.site.upkeep.changes.add(self.async_write_ha_state)]
