"""The dashboard's module is a dashboard resource, beside those of others."""

from typing import Any

from custom_components.facequota.panel.dashboard_module import ISSUE_RESOURCE, MODULE
from custom_components.facequota.panel.static import STATIC_ROOT, static_url
from homeassistant.components import frontend
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.integration.conftest import set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser


def listed(hass: HomeAssistant) -> list[str]:
    """Return the addresses of the dashboard resources."""
    return [one["url"] for one in hass.data[LOVELACE_DATA].resources.async_items()]


async def test_the_module_is_a_resource_beside_those_of_others(
    hass: HomeAssistant, hass_storage: dict[str, Any], dispenser: FakeDispenser
) -> None:
    """Others' stay, an older version of ours is replaced, a double one goes."""
    hass_storage["lovelace_resources"] = {
        "version": 1,
        "data": {
            "items": [
                {"id": "a", "type": "module", "url": "/local/other.js"},
                {"id": "b", "type": "module", "url": f"{STATIC_ROOT}0.0.1/{MODULE}"},
                {"id": "c", "type": "module", "url": f"{STATIC_ROOT}0.0.2/{MODULE}"},
            ]
        },
    }
    assert await async_setup_component(hass, "lovelace", {})
    entry = await set_up_site(hass, options={"suspended": True})
    url = f"{static_url(hass)}/{MODULE}"
    assert listed(hass) == ["/local/other.js", url]
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert listed(hass) == ["/local/other.js", url]
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert listed(hass) == ["/local/other.js"]


async def test_resources_in_yaml_are_not_touched_and_an_issue_shows_the_line(
    hass: HomeAssistant, dispenser: FakeDispenser, issue_registry: ir.IssueRegistry
) -> None:
    assert await async_setup_component(
        hass, "lovelace", {"lovelace": {"resource_mode": "yaml", "resources": []}}
    )
    assert await async_setup_component(hass, "frontend", {})
    entry = await set_up_site(hass, options={"suspended": True})
    url = f"{static_url(hass)}/{MODULE}"
    issue = issue_registry.async_get_issue("facequota", ISSUE_RESOURCE)
    assert issue is not None and issue.translation_placeholders == {"url": url}
    assert url in hass.data[frontend.DATA_EXTRA_MODULE_URL].urls
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert issue_registry.async_get_issue("facequota", ISSUE_RESOURCE) is None
    assert url not in hass.data[frontend.DATA_EXTRA_MODULE_URL].urls


async def test_resources_in_yaml_that_name_the_module_need_no_word(
    hass: HomeAssistant, dispenser: FakeDispenser, issue_registry: ir.IssueRegistry
) -> None:
    url = f"{STATIC_ROOT}0.1.0/{MODULE}"
    assert await async_setup_component(
        hass,
        "lovelace",
        {
            "lovelace": {
                "resource_mode": "yaml",
                "resources": [{"url": url, "type": "module"}],
            }
        },
    )
    entry = await set_up_site(hass, options={"suspended": True})
    assert issue_registry.async_get_issue("facequota", ISSUE_RESOURCE) is None
    await unload(hass, entry)
