"""The parts that all dispensers of a site share."""

from dataclasses import dataclass

from custom_components.facequota.options import SiteOptions
from custom_components.facequota.visit.recogniser import Recogniser
from custom_components.facequota.visit.visitors import Visitors
from homeassistant.config_entries import ConfigEntry


@dataclass(slots=True, kw_only=True)
class SiteParts:
    """One quota, one worker and one rule for every dispenser of a site."""

    entry: ConfigEntry
    device_id: str
    """The site's device, through which the dispensers' devices are reached."""
    visitors: Visitors
    recogniser: Recogniser
    options: SiteOptions
    """The rules in force; replaced when the manager changes one."""
