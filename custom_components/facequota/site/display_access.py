"""Access to a visitor's display: by its secret address, and with a limit on how often."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
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

# What a visitor can request at a display: paper by three lanes, and to be forgotten.
FORGET: Final = "forget"
REQUEST_KINDS: Final = (Lane.FACE.value, Lane.OPEN.value, Lane.URGENT.value, FORGET)

# Ten presses in ten seconds: more than a visitor needs, and a limit for a script.
MAX_PRESSES: Final = 10
PRESSES_WITHIN_S: Final = 10.0
# A tablet, a second one, and people who open the page elsewhere.
MAX_STREAMS: Final = 4
# A hundred tablets that wait for their site ask every 5 seconds; so many guesses never
# find an address.
MAX_WRONG: Final = 300
WRONG_WITHIN_S: Final = 10.0


def new_token() -> str:
    """Return an address that nobody can guess: 256 random bits."""
    return secrets.token_urlsafe(32)


@dataclass(slots=True)
class Use:
    """How much one display is used right now."""

    presses: RateLimit = field(
        default_factory=lambda: RateLimit(MAX_PRESSES, PRESSES_WITHIN_S)
    )
    streams: dict[str, asyncio.Task[Any]] = field(default_factory=dict)
    """What serves each tablet, by the name that its page gave itself."""

    @contextmanager
    def stream(self, tablet: str, task: asyncio.Task[Any]) -> Iterator[bool]:
        """Count a stream until it ends; yield False if there are too many already.

        When a tablet loses its network, its stream may stay open for minutes: the next
        stream of the same tablet replaces it.
        """
        before = self.streams.get(tablet)
        if before is None and len(self.streams) >= MAX_STREAMS:
            yield False
            return
        self.streams[tablet] = task
        if before is not None:
            before.cancel()
        try:
            yield True
        finally:
            if self.streams.get(tablet) is task:
                del self.streams[tablet]


_USES: Final = HassKey[dict[str, Use]](f"{DOMAIN}_displays")
_WRONG: Final = HassKey[RateLimit](f"{DOMAIN}_wrong_displays")


def allows_wrong_address(hass: HomeAssistant) -> bool:
    """Count a wrong address; return if there were not too many. A right one is never counted.

    Home Assistant's own ban is not used: a tablet whose address was replaced asks again
    and again, and would lock out everyone with the same IP address.
    """
    limit = hass.data.setdefault(_WRONG, RateLimit(MAX_WRONG, WRONG_WITHIN_S))
    return limit.allows(hass.loop.time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A display that was found by its address."""

    subentry: ConfigSubentry
    dispenser: Dispenser
    use: Use

    @property
    def data(self) -> Any:
        """Return the manager's settings of it."""
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
