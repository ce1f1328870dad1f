"""The longest names that the forms accept still make every entity."""

from typing import Final

import pytest

from custom_components.facequota.flows.names import MAX_NAME_IN_ID, name_errors
from custom_components.facequota.languages import LANGUAGES
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from tests.integration.conftest import DISPENSER_DATA, set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser

# The second one's characters take seven each in an entity's id.
LONGEST: Final = ("x" * MAX_NAME_IN_ID, "床" * 25)


@pytest.mark.parametrize("name", LONGEST, ids=("latin", "chinese"))
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_entity_of_the_longest_name_is_there(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
    language: str,
    name: str,
) -> None:
    """In every language, and for a dispenser that is called as its site."""
    assert not name_errors({"name": name})
    hass.config.language = language
    hass.states.async_set("switch.other", "off")
    other = {**DISPENSER_DATA, "motor": "switch.other"}
    entry = await set_up_site(
        hass, title=name, options={"suspended": True}, more={name: other}
    )
    for one in er.async_entries_for_config_entry(entity_registry, entry.entry_id):
        assert one.disabled_by or hass.states.get(one.entity_id), one.entity_id
    assert "Error adding entity" not in caplog.text
    await unload(hass, entry)
