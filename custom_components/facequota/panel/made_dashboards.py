"""Dashboards of our strategy while there is no site: they say so, instead of failing.

Without a site there is no module any more that makes their views. What they were made of
is kept beside the sentence, and comes back with the next site.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.languages import async_words
from homeassistant.components.lovelace.const import LOVELACE_DATA, ConfigNotFound
from homeassistant.components.lovelace.dashboard import LovelaceStorage
from homeassistant.core import HomeAssistant

STRATEGY: Final = f"custom:{DOMAIN}"
KEPT: Final = f"{DOMAIN}_until_there_is_a_site"


async def async_show_dashboards(hass: HomeAssistant) -> None:
    """Bring the dashboards back that were emptied."""
    async for dashboard, config in _stored(hass):
        if KEPT in config:
            await dashboard.async_save(config[KEPT])


async def async_empty_dashboards(hass: HomeAssistant) -> None:
    """Let the dashboards that were made say that there is no site.

    Home Assistant has no way for an integration to delete one. One that a person has
    taken control of is that person's, and stays as it is.
    """
    words = await async_words(hass, hass.config.language, "common")
    says = words[f"component.{DOMAIN}.common.no_site_any_more"]
    async for dashboard, config in _stored(hass):
        if config.get("strategy", {}).get("type") == STRATEGY:
            card = {"type": "markdown", "content": says}
            view = {"title": "FaceQuota", "cards": [card]}
            await dashboard.async_save({"views": [view], KEPT: config})


async def _stored(
    hass: HomeAssistant,
) -> AsyncIterator[tuple[LovelaceStorage, dict[str, Any]]]:
    """Yield the dashboards that are not in YAML, with what they are made of."""
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    for dashboard in list(lovelace.dashboards.values()):
        if isinstance(dashboard, LovelaceStorage):
            try:
                config = await dashboard.async_load(force=False)
            except ConfigNotFound:
                continue
            yield dashboard, config
