"""Dashboards of our strategy while there is no site: they say so, instead of failing.

Without a site there is no module any more that makes their views. Their configuration
is stored beside that sentence, and is restored with the next site.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.languages import async_words
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.dashboard import LovelaceStorage
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

STRATEGY: Final = f"custom:{DOMAIN}"
KEPT: Final = f"{DOMAIN}_until_there_is_a_site"


async def async_show_dashboards(hass: HomeAssistant) -> None:
    """Restore the dashboards that were emptied, unless a person has changed them since."""
    async for dashboard, config in _stored(hass):
        match config.get(KEPT):
            case {"config": dict(kept), "emptied": emptied} if (
                config.get("views") == emptied
            ):
                await dashboard.async_save(kept)


async def async_empty_dashboards(hass: HomeAssistant) -> None:
    """Replace the views of our dashboards by a sentence that there is no site.

    An integration cannot delete a dashboard in Home Assistant. A dashboard that a
    person has taken control of stays as it is.
    """
    words = await async_words(hass, hass.config.language, "common")
    says = words[f"component.{DOMAIN}.common.no_site_any_more"]
    card = {"type": "markdown", "content": says}
    emptied = [{"title": "FaceQuota", "cards": [card]}]
    async for dashboard, config in _stored(hass):
        strategy = config.get("strategy")
        if isinstance(strategy, dict) and strategy.get("type") == STRATEGY:
            kept = {"config": config, "emptied": emptied}
            await dashboard.async_save({"views": emptied, KEPT: kept})


async def _stored(
    hass: HomeAssistant,
) -> AsyncIterator[tuple[LovelaceStorage, dict[str, Any]]]:
    """Yield the dashboards that are not in YAML, with their configuration.

    One that cannot be read is left out: a site must start all the same.
    """
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    for dashboard in list(lovelace.dashboards.values()):
        if isinstance(dashboard, LovelaceStorage):
            try:
                config = await dashboard.async_load(force=False)
            # There is no file, it is of another version, or its content is something
            # else.
            except HomeAssistantError, NotImplementedError, LookupError, TypeError:
                continue
            if isinstance(config, dict):
                yield dashboard, config
