"""What the manager is told of the limit: kept, and what it costs."""

import numpy as np
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.site.issues import ENOUGH_VISITS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.integration.conftest import ask, faces, issues, set_up_site, unload

pytestmark = pytest.mark.usefixtures("log", "dispenser")

WRONGLY_REFUSED = "sensor.east_gate_new_visitors_per_wrong_refusal"


async def crowd(hass: HomeAssistant, entry: MockConfigEntry, number: int) -> None:
    """Let strangers come who look much alike to the engine: 0.28 from each other."""
    random = np.random.default_rng(number)
    for _ in range(number):
        template = random.normal(scale=0.28 / 2**0.5 / 128**0.5, size=128)
        template[0] += 1
        entry.runtime_data.visitors.reserve(template.astype(np.float32), 60)
    await ask(hass, lane="open")


async def test_a_limit_under_which_nobody_is_recognised_is_told(
    hass: HomeAssistant, issue_registry: ir.IssueRegistry
) -> None:
    """Until it is a limit that somebody can be recognised under."""
    strict = {"suspended": True, "refused_at_most_one_in": 1_000_000}
    entry = await set_up_site(hass, options=strict)
    await crowd(hass, entry, ENOUGH_VISITS - 1)
    assert "recognition_should_rest" not in issues(issue_registry)
    await crowd(hass, entry, 900)
    assert faces(entry) > 900
    placeholders = issues(issue_registry)["recognition_should_rest"]
    assert placeholders is not None
    assert placeholders["site"] == "East gate"
    await unload(hass, entry)
    assert "recognition_should_rest" not in issues(issue_registry)
    await hass.config_entries.async_setup(entry.entry_id)
    await crowd(hass, entry, 900)
    assert "recognition_should_rest" in issues(issue_registry)
    hass.config_entries.async_update_entry(
        entry, options={**strict, "refused_at_most_one_in": 1000}
    )
    await hass.async_block_till_done()
    await ask(hass, lane="open")
    assert "recognition_should_rest" not in issues(issue_registry)
    state = hass.states.get(WRONGLY_REFUSED)
    assert state is not None
    assert float(state.state) >= 1000
    await unload(hass, entry)
