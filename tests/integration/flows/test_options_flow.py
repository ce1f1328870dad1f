"""A manager changes the rules of a site."""

import math
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import Lane
from custom_components.facequota.quota.account import Refusal, Reservation
from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.integration.conftest import faces
from tests.integration.people import somebody
from tests.integration.site_form import suggested

pytestmark = pytest.mark.usefixtures("sites_unloaded")


async def change_rules(
    hass: HomeAssistant, entry: ConfigEntry, **changes: Any
) -> ConfigFlowResult:
    """Open the form of the rules and send it with some changes."""
    shown = await hass.config_entries.options.async_init(entry.entry_id)
    assert shown["step_id"] == "init"
    assert shown["data_schema"] is not None
    return await hass.config_entries.options.async_configure(
        shown["flow_id"], shown["data_schema"]({}) | suggested(shown) | changes
    )


async def test_new_rules_apply_at_once_and_nobody_is_forgotten(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """A visitor who used up 60 cm may have 60 more once the allowance is 120."""
    site = open_site.runtime_data
    assert isinstance(site.visitors.reserve(somebody(1), 60), Reservation)
    assert isinstance(site.visitors.reserve(somebody(1), 60), Refusal)
    shown = await change_rules(hass, open_site, allowance_cm=120, window_min=18)
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert open_site.runtime_data is site
    assert faces(open_site) == 1
    assert isinstance(site.visitors.reserve(somebody(1), 60), Reservation)
    assert isinstance(site.visitors.reserve(somebody(1), 60), Refusal)
    assert faces(open_site) == 1


async def test_the_form_of_the_rules_switches_nothing_else(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """What the switches and the numbers wrote meanwhile stays."""
    await change_rules(hass, open_site, open_portions=3)
    await hass.async_block_till_done()
    assert open_site.options["suspended"] is True
    assert open_site.options["open_portions"] == 3
    rule = open_site.runtime_data.options.lane_rules[Lane.OPEN]
    assert rule.allowance_cm == 3 * 60


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"allowance_cm": 59.9}, {"allowance_cm": "allowance_below_portion"}),
        ({"open_portions": math.nan}, {"open_portions": "not_a_number"}),
    ],
)
async def test_invalid_rules_are_named_and_change_nothing(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    change: dict[str, Any],
    errors: dict[str, str],
) -> None:
    before = dict(open_site.options)
    shown = await change_rules(hass, open_site, **change)
    assert shown["errors"] == errors
    assert open_site.options == before
