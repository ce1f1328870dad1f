"""The sensors of refilling and cleaning, and the classes that describe sensors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from custom_components.facequota.const import ATTR_EARLIEST, ATTR_LATEST, ATTR_PORTIONS
from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.components.sensor.const import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfLength, UnitOfTime
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .dispenser import Dispenser
from .paper_supply import rounded_forecast
from .site import Site


@dataclass(frozen=True, kw_only=True)
class DispenserSensorDescription(SensorEntityDescription):
    """The description of a sensor that shows a present value of a dispenser."""

    value_fn: Callable[[Dispenser], StateType | datetime]
    attributes_fn: Callable[[Dispenser], Mapping[str, Any] | None] = lambda _one: None


@dataclass(frozen=True, kw_only=True)
class SiteSensorDescription(SensorEntityDescription):
    """The description of a sensor that shows a present value of a site."""

    value_fn: Callable[[Site], StateType | datetime]
    attributes_fn: Callable[[Site], Mapping[str, Any] | None] = lambda _site: None


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _rounded(moment: datetime) -> datetime:
    return rounded_forecast(moment, dt_util.utcnow())


def _portions_left(dispenser: Dispenser) -> int | None:
    """Return how many portions the rest of the roll gives."""
    left = dispenser.roll.supply.left_cm
    return (
        None if left is None else int(left // dispenser.site_parts.options.portion_cm)
    )


def _empty_at(dispenser: Dispenser) -> Mapping[str, Any] | None:
    """Return the range of time in which the roll will be empty."""
    if (foreseen := dispenser.roll.supply.forecast) is None:
        return None
    return {
        key: None if moment is None else _rounded(moment).isoformat()
        for key, moment in (
            (ATTR_EARLIEST, foreseen.earliest),
            (ATTR_LATEST, foreseen.latest),
        )
    }


PAPER_SENSORS = (
    DispenserSensorDescription(
        key="paper_left",
        translation_key="paper_left",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.CENTIMETERS,
        suggested_unit_of_measurement=UnitOfLength.METERS,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda dispenser: dispenser.roll.supply.left_cm,
        attributes_fn=lambda dispenser: {ATTR_PORTIONS: _portions_left(dispenser)},
    ),
    DispenserSensorDescription(
        key="empty_at",
        translation_key="empty_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda dispenser: (
            None
            if (foreseen := dispenser.roll.supply.forecast) is None
            else _rounded(foreseen.at)
        ),
        attributes_fn=_empty_at,
    ),
    DispenserSensorDescription(
        key="refilled_at",
        translation_key="refilled_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda dispenser: dispenser.roll.supply.refilled_at,
    ),
    DispenserSensorDescription(
        key="time_to_refill",
        translation_key="time_to_refill",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value_fn=lambda dispenser: _seconds(dispenser.roll.supply.time_to_refill),
    ),
    DispenserSensorDescription(
        key="time_between_refills",
        translation_key="time_between_refills",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=1,
        value_fn=lambda dispenser: _seconds(dispenser.roll.supply.time_between_refills),
    ),
)

CLEANING_SENSORS = (
    SiteSensorDescription(
        key="visitors_today",
        translation_key="visitors_today",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda site: site.upkeep.cleaning.visits_today,
    ),
    SiteSensorDescription(
        key="visits_since_cleaning",
        translation_key="visits_since_cleaning",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda site: site.upkeep.cleaning.visits_since,
    ),
    SiteSensorDescription(
        key="cleaned_at",
        translation_key="cleaned_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda site: site.upkeep.cleaning.cleaned_at,
    ),
)
