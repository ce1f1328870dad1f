"""FaceQuota: a fair portion of paper per person and time, without names."""

import logging

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    issue_registry as ir,
)
from homeassistant.helpers.typing import ConfigType

from .const import CONF_ENGINE, DOMAIN
from .entity import async_name_devices, site_device
from .panel.page import async_hide_panel, async_setup_panel, async_show_panel
from .quota.cohort import Cohort, CohortError
from .services import async_setup_services
from .site.after_forgetting import purge_issue_id
from .site.entity_issues import async_watch_entities
from .site.hidden_motors import async_hide_motors, async_show_motors
from .site.issues import async_watch_visits
from .site.migration import async_migrate
from .site.references import References
from .site.site import FaceQuotaConfigEntry, Site
from .site.site_log import SiteLog
from .site.upkeep import Upkeep

_LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TODO,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions and the page in the sidebar."""
    async_setup_services(hass)
    await async_setup_panel(hass)
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: FaceQuotaConfigEntry) -> bool:
    """Bring what an older version has stored up to date."""
    return async_migrate(hass, entry)


async def async_setup_entry(hass: HomeAssistant, entry: FaceQuotaConfigEntry) -> bool:
    """Set up one site."""
    # First: the dispensers' devices refer to the site's device.
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **site_device(entry)
    )
    # Before the parts are made of these ids, and at every later renaming.
    references = References(hass, entry)
    references.start()
    entry.async_on_unload(references.stop)
    entry.async_on_unload(async_hide_motors(hass, entry))
    cohort = await hass.async_add_executor_job(_cohort, entry.data[CONF_ENGINE])
    site = entry.runtime_data = Site(hass, entry, device.id, cohort)

    async def entry_updated(hass: HomeAssistant, entry: FaceQuotaConfigEntry) -> None:
        # A person may have chosen another entity: its permanent id is stored, which
        # updates the entry once more.
        if references.follow():
            return
        if await site.follow_entry():
            async_name_devices(hass, site)
        else:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    # Now, so that a dispenser that is added while this site is set up is noticed.
    entry.async_on_unload(entry.add_update_listener(entry_updated))
    # Before there are entities: the statistics would count a total again that begins at
    # zero after each restart.
    await site.log.load()
    await site.upkeep.load()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)

    # Last, so that every entity already listens at the first visit.
    await site.start()
    entry.async_on_unload(async_watch_entities(hass, entry))
    entry.async_on_unload(async_watch_visits(hass, entry))

    async def stop(_: Event) -> None:
        await site.stop()

    # Home Assistant does not unload its entries when it stops.
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    await async_show_panel(hass)
    return True


def _cohort(engine: str) -> Cohort | None:
    """Return the engine's cohort; None if its file cannot be used.

    The engine does not start then, an issue says so, and the open lane gives paper.
    """
    try:
        return Cohort.load(engine)
    except CohortError as err:
        _LOGGER.error("The engine %s does not start: %s", engine, err)
        return None


async def async_unload_entry(hass: HomeAssistant, entry: FaceQuotaConfigEntry) -> bool:
    """Stop one site and forget all its visitors."""
    await entry.runtime_data.stop()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: FaceQuotaConfigEntry) -> None:
    """Delete the receipts and figures of a site that is removed, and its last issue."""
    async_show_motors(hass, entry)
    await SiteLog(hass, entry.entry_id).remove()
    await Upkeep(hass, entry, {}).remove()
    ir.async_delete_issue(hass, DOMAIN, purge_issue_id(entry))
    await async_hide_panel(hass)
