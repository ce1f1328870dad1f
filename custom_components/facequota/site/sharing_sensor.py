"""The sensor of a shared quota."""

from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.shared_quota.trouble import Trouble
from homeassistant.components.sensor.const import SensorDeviceClass
from homeassistant.const import EntityCategory

from .site import Site
from .upkeep_sensors import SiteSensorDescription

CONNECTED: Final = "connected"
RESTING: Final = "resting"


def _state(site: Site) -> str:
    if (status := site.sharing.status) is None:
        return RESTING
    return CONNECTED if status.trouble is None else status.trouble.value


def _attributes(site: Site) -> Mapping[str, Any] | None:
    if (status := site.sharing.status) is None or (since := site.sharing.since) is None:
        return None
    attributes: dict[str, Any] = {
        "since": since.isoformat(),
        "instances": sorted(status.instances),
        "double_grants": status.double_grants,
    }
    if purge := site.sharing.last_purge:
        attributes["purge_acknowledged"] = sorted(purge.acknowledged)
        attributes["purge_missing"] = sorted(purge.missing)
    return attributes


SHARED_QUOTA_SENSOR: Final = SiteSensorDescription(
    key="shared_quota",
    translation_key="shared_quota",
    device_class=SensorDeviceClass.ENUM,
    options=[CONNECTED, RESTING, *(one.value for one in Trouble)],
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=_state,
    attributes_fn=_attributes,
)
