"""The sensors that show what a site remembers of its visitors."""

from typing import Final

from custom_components.facequota.quota.threshold import FpirEstimate
from homeassistant.components.sensor.const import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory

from .upkeep_sensors import SiteSensorDescription

# A larger figure has no meaning in practice.
MAX_ONE_IN: Final = 1_000_000


def _one_in(estimate: FpirEstimate) -> int | None:
    """Return N, where one in N new visitors is wrongly refused; None while that is unknown."""
    if estimate.fpir is None:
        return None
    return round(min(MAX_ONE_IN, 1 / max(estimate.fpir, 1 / MAX_ONE_IN)))


VISITOR_SENSORS: Final = (
    SiteSensorDescription(
        key="faces_remembered",
        translation_key="faces_remembered",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda site: site.visitors.statistics.faces,
    ),
    # Shown as "in 8 minutes": a moment, since seconds would be written all the time.
    SiteSensorDescription(
        key="longest_time_left",
        translation_key="longest_time_left",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda site: site.visitors.all_forgotten_at,
    ),
    SiteSensorDescription(
        key="oldest_face",
        translation_key="oldest_face",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda site: site.visitors.oldest_since,
    ),
    SiteSensorDescription(
        key="most_faces_remembered",
        translation_key="most_faces_remembered",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda site: site.log.most_faces,
    ),
    SiteSensorDescription(
        key="wrongly_refused",
        translation_key="wrongly_refused",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda site: _one_in(site.visitors.fpir_estimate),
        attributes_fn=lambda site: {
            "comparisons": site.visitors.fpir_estimate.comparisons,
            "visits": site.visitors.fpir_estimate.visits,
        },
    ),
)
