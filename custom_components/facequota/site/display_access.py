"""Access to a visitor's display: by its secret address, and with a limit on how often."""

from dataclasses import dataclass, field
import hmac
import secrets
from typing import Any, Final

from custom_components.facequota.const import DOMAIN, SUBENTRY_DISPLAY, Lane
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .dispenser import Dispenser
from .rate_limit import RateLimit
from .site import FaceQuotaConfigEntry

DISPLAY_URL: Final = f"/{DOMAIN}/display/{{token}}"
CONF_TOKEN: Final = "token"
CONF_DISPENSER: Final = "dispenser"
CONF_LANGUAGES: Final = "languages"
CONF_BUTTONS: Final = "buttons"
CONF_NEAREST: Final = "nearest"
CONF_SPOKEN: Final = "spoken"

# What a visitor can ask a display for: three lanes, and to be forgotten.
FORGET: Final = "forget"
REQUEST_KINDS: Final = (Lane.FACE.value, Lane.OPEN.value, Lane.URGENT.value, FORGET)

# Ten presses in ten seconds: more than a visitor needs, and a limit for a script.
MAX_PRESSES: Final = 10
PRESSES_WITHIN_S: Final = 10.0
# A tablet, one that reconnects, and a person who looks at it from elsewhere.
MAX_STREAMS: Final = 4


def new_token() -> str:
    """Return an address that nobody can guess: 256 random bits."""
    return secrets.token_urlsafe(32)


@dataclass(slots=True)
class Use:
    """How much one display is used right now."""

    presses: RateLimit = field(
        default_factory=lambda: RateLimit(MAX_PRESSES, PRESSES_WITHIN_S)
    )
    streams: int = 0


_USES: Final = HassKey[dict[str, Use]](f"{DOMAIN}_displays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A display that was found by its address."""

    subentry: ConfigSubentry
    dispenser: Dispenser
    use: Use

    @property
    def data(self) -> Any:
        """Return what the manager decided of it."""
        return self.subentry.data


def opened(hass: HomeAssistant, token: str) -> Opened | None:
    """Return the display with this address; None for a wrong one or a stopped site."""
    entry: FaceQuotaConfigEntry
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in entry.subentries.values():
            if (
                subentry.subentry_type == SUBENTRY_DISPLAY
                and hmac.compare_digest(
                    token.encode(), str(subentry.data[CONF_TOKEN]).encode()
                )
                and entry.state is ConfigEntryState.LOADED
                and (
                    one := entry.runtime_data.dispensers.get(
                        subentry.data[CONF_DISPENSER]
                    )
                )
            ):
                uses = hass.data.setdefault(_USES, {})
                use = uses.setdefault(subentry.subentry_id, Use())
                return Opened(subentry=subentry, dispenser=one, use=use)
    return None
