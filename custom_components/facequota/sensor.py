"""Sensors: what a dispenser is doing and has given, what a site remembers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfLength, UnitOfTime
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .const import (
    ATTR_STEP,
    TOTAL_GRANTED,
    TOTAL_NOT_ASKED_FOR,
    TOTAL_PAPER,
    TOTAL_REFUSED,
    TOTAL_URGENT,
    TOTAL_WITHOUT_FACE,
)
from .entity import DispenserEntity, SiteEntity, async_add_dispenser_entities
from .site.dispenser import State
from .site.lanes import Equality
from .site.sharing_sensor import SHARED_QUOTA_SENSOR
from .site.site import FaceQuotaConfigEntry
from .site.upkeep_sensors import (
    CLEANING_SENSORS,
    PAPER_SENSORS,
    DispenserSensorDescription,
    SiteSensorDescription,
)
from .site.visitor_sensors import VISITOR_SENSORS

# Nothing is polled.
PARALLEL_UPDATES = 0

DISPENSER_SENSORS = (
    DispenserSensorDescription(
        key="state",
        translation_key="state",
        device_class=SensorDeviceClass.ENUM,
        options=list(State),
        value_fn=lambda dispenser: dispenser.state,
        # Not states: each change of a state is a line in Home Assistant's activity,
        # where the event "Visit" shows each visit once.
        attributes_fn=lambda dispenser: {ATTR_STEP: dispenser.step},
    ),
    DispenserSensorDescription(
        key="last_recognition_time",
        translation_key="last_recognition_time",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=0,
        value_fn=lambda dispenser: dispenser.last_recognition_ms,
    ),
    *PAPER_SENSORS,
)

TOTALS = (
    SensorEntityDescription(
        key=TOTAL_PAPER,
        translation_key=TOTAL_PAPER,
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.CENTIMETERS,
        suggested_unit_of_measurement=UnitOfLength.METERS,
        suggested_display_precision=1,
        state_class=SensorStateClass.TOTAL_INCREASING,
    ),
    *(
        SensorEntityDescription(
            key=key,
            translation_key=key,
            state_class=SensorStateClass.TOTAL_INCREASING,
        )
        for key in (TOTAL_GRANTED, TOTAL_REFUSED, TOTAL_WITHOUT_FACE, TOTAL_URGENT)
    ),
    SensorEntityDescription(
        key=TOTAL_NOT_ASKED_FOR,
        translation_key=TOTAL_NOT_ASKED_FOR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)

SITE_SENSORS = (
    *VISITOR_SENSORS,
    SiteSensorDescription(
        key="visits_unrecognised",
        translation_key="visits_unrecognised",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda site: site.log.unrecognised.total(),
        # By the reason; the names are the reasons of the event "visit".
        attributes_fn=lambda site: dict(site.log.unrecognised),
    ),
    SiteSensorDescription(
        key="way_without_face",
        translation_key="way_without_face",
        device_class=SensorDeviceClass.ENUM,
        options=list(Equality),
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda site: site.log.lanes.equality,
        attributes_fn=lambda site: site.log.lanes.compared,
    ),
    *CLEANING_SENSORS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FaceQuotaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a site and its dispensers."""
    async_add_entities(SiteSensor(entry, description) for description in SITE_SENSORS)
    if entry.runtime_data.sharing.configured:
        async_add_entities([SiteSensor(entry, SHARED_QUOTA_SENSOR)])
    async_add_dispenser_entities(
        entry,
        async_add_entities,
        lambda dispenser: [
            *(DispenserSensor(dispenser, one) for one in DISPENSER_SENSORS),
            *(TotalSensor(dispenser, one) for one in TOTALS),
        ],
    )


class LongLengths(SensorEntity):
    """Shows metres, or feet where US customary units are used."""

    @property
    @override
    def suggested_unit_of_measurement(self) -> str | None:
        """Return Home Assistant's unit for long lengths of paper."""
        unit = super().suggested_unit_of_measurement
        if unit != UnitOfLength.METERS:
            return unit
        return self.hass.config.units.get_converted_unit("distance", unit) or unit


class DispenserSensor(DispenserEntity, LongLengths):
    """A present value of a dispenser."""

    entity_description: DispenserSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the value of this moment."""
        return self.entity_description.value_fn(self.dispenser)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the figures behind the value, where there are some."""
        return self.entity_description.attributes_fn(self.dispenser)


class TotalSensor(DispenserEntity, LongLengths, RestoreSensor):
    """A total of all visits, and of what the device gave by itself."""

    @override
    async def async_added_to_hass(self) -> None:
        """Continue from the end of the last run.

        The site's log is written within a minute; what Home Assistant restores is up to
        a quarter of an hour old after a power cut, and is where 0.1.0 kept a total.
        """
        known = self.site.log.total(*self._kept_as)
        if known is None and (last := await self.async_get_last_sensor_data()):
            value = last.native_value
            known = value if isinstance(value, int | float) else None
        self.site.log.set_total(*self._kept_as, known or 0)
        await super().async_added_to_hass()

    @property
    @override
    def native_value(self) -> float:
        """Return the total in the site's log."""
        return self.site.log.total(*self._kept_as) or 0

    @property
    def _kept_as(self) -> tuple[str, str]:
        """Return the dispenser and the key under which the log keeps this total."""
        return self.dispenser.subentry.subentry_id, self.entity_description.key

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        changed = self.site.log.changes.add(self.async_write_ha_state)
        return [*super()._subscriptions(), changed]


class SiteSensor(SiteEntity, SensorEntity):
    """What a site is now."""

    entity_description: SiteSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the value of this moment."""
        return self.entity_description.value_fn(self.site)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the figures behind the value, where there are some."""
        return self.entity_description.attributes_fn(self.site)

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        return [
            self.site.visitors.changes.add(self.async_write_ha_state),
            self.site.log.changes.add(self.async_write_ha_state),
            self.site.upkeep.changes.add(self.async_write_ha_state),
        ]
