"""What the display's page is made of: its buttons, its languages and their sentences."""

from hashlib import sha256
from typing import Any, Final

from custom_components.facequota.const import DOMAIN, Lane
from custom_components.facequota.hardware.firmware import HELD_S
from custom_components.facequota.languages import async_words, served
from custom_components.facequota.local_format import LocalFormat
from custom_components.facequota.panel.pictograms import PICTOGRAMS
from custom_components.facequota.panel.static import static_url
from custom_components.facequota.site.display_access import (
    CONF_BUTTONS,
    CONF_LANGUAGES,
    CONF_SPOKEN,
    FORGET,
    Opened,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_dumps

WORDS: Final = (
    f"component.{DOMAIN}.common.display_",
    f"component.{DOMAIN}.common.visitor_",
)
# Requests for which the button is held, as at the dispenser's own buttons; the others
# need a press.
HELD: Final = {Lane.URGENT.value: HELD_S, FORGET: HELD_S}


async def page_settings(hass: HomeAssistant, found: Opened) -> dict[str, Any]:
    """Return the settings that the page is made of, without the state."""
    return {
        "name": found.dispenser.subentry.title,
        "spoken": found.data.get(CONF_SPOKEN, False),
        "buttons": {
            kind: {"pictogram": PICTOGRAMS[kind], "held_s": HELD.get(kind, 0)}
            for kind in found.data.get(CONF_BUTTONS, ())
        },
        "languages": await _words(hass, found),
        # The tablet itself may be set to another time zone.
        "time_zone": hass.config.time_zone,
    }


def digest(hass: HomeAssistant, settings: dict[str, Any]) -> str:
    """Return a digest that changes when the page must be loaded again."""
    made = static_url(hass) + json_dumps(settings)
    return sha256(made.encode()).hexdigest()[:16]


async def _words(hass: HomeAssistant, found: Opened) -> list[dict[str, Any]]:
    """Return the sentences of each chosen language."""
    made = []
    chosen = found.data.get(CONF_LANGUAGES) or [hass.config.language]
    for language in map(served, chosen):
        texts = await async_words(hass, language, "common")
        made.append(
            {
                "language": language,
                "twelve_hours": LocalFormat.of(hass, language).twelve_hours,
                "words": {
                    key.rpartition(".")[2]: text
                    for key, text in texts.items()
                    if key.startswith(WORDS)
                },
            }
        )
    return made
