"""What the dispensers of a site have in common."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .options import SiteOptions
from .recogniser import Recogniser
from .visitors import Visitors


@dataclass(slots=True, kw_only=True)
class Shared:
    """One quota, one worker and one rule for every dispenser of a site."""

    entry: ConfigEntry
    device_id: str
    """The site's device, through which the dispensers' devices are reached."""
    visitors: Visitors
    recogniser: Recogniser
    options: SiteOptions
    """The rules in force; replaced when the manager changes one."""
