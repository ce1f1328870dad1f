"""A dispenser that is added while its site is being set up."""

from types import MappingProxyType

import pytest

from custom_components.facequota.site.site_log import SiteLog
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from tests.integration.conftest import DISPENSER_DATA, set_up_site
from tests.integration.fake_dispenser import FakeDispenser


async def test_a_dispenser_that_is_added_while_the_site_is_set_up_is_not_missed(
    hass: HomeAssistant, dispenser: FakeDispenser, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await set_up_site(hass, options={"suspended": True})
    load = SiteLog.load
    exit_dispenser = ConfigSubentry(
        data=MappingProxyType({**DISPENSER_DATA, "motor": "switch.plug"}),
        subentry_type="dispenser",
        title="Exit",
        unique_id=None,
    )

    async def load_slowly(log: SiteLog) -> None:
        """Take the disk's time, in which a manager adds a dispenser."""
        if exit_dispenser.subentry_id not in entry.subentries:
            hass.config_entries.async_add_subentry(entry, exit_dispenser)
        await load(log)

    monkeypatch.setattr(SiteLog, "load", load_slowly)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(entry.runtime_data.dispensers) == 2
