"""What the manager is told of the limit: kept, and what it costs."""

import numpy as np
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.visit.purge_receipt import Cause
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.integration.conftest import ask, faces, issues, set_up_site, unload
from tests.integration.log import Log
from tests.integration.people import somebody

pytestmark = pytest.mark.usefixtures("log", "dispenser")

WRONGLY_REFUSED = "sensor.east_gate_new_visitors_per_wrong_refusal"


async def crowd(
    hass: HomeAssistant, entry: MockConfigEntry, number: int, *, alike: float = 0.0
) -> None:
    """Let strangers come, and somebody who asks for paper without a face."""
    # What all of them have in common, and no crowd that was measured.
    common = np.float32(alike) * somebody(10_000)
    for seed in range(number):
        entry.runtime_data.visitors.reserve(somebody(seed) + common, 60)
    await ask(hass, lane="open")


async def test_a_limit_under_which_no_visitor_is_recognised_is_reported(
    hass: HomeAssistant, issue_registry: ir.IssueRegistry
) -> None:
    """Until it is a limit that somebody can be recognised under."""
    strict = {"suspended": True, "refused_at_most_one_in": 1_000_000}
    entry = await set_up_site(hass, options=strict)
    await crowd(hass, entry, 400)
    assert faces(entry) > 390
    placeholders = issues(issue_registry)["recognition_should_rest"]
    assert placeholders is not None
    assert placeholders["site"] == "East gate"
    await unload(hass, entry)
    assert "recognition_should_rest" not in issues(issue_registry)
    await hass.config_entries.async_setup(entry.entry_id)
    await crowd(hass, entry, 400)
    assert "recognition_should_rest" in issues(issue_registry)
    hass.config_entries.async_update_entry(
        entry, options={**strict, "refused_at_most_one_in": 1000}
    )
    await hass.async_block_till_done()
    entry.runtime_data.visitors.purge(Cause.PERSON)
    await crowd(hass, entry, 40)
    assert "recognition_should_rest" not in issues(issue_registry)
    state = hass.states.get(WRONGLY_REFUSED)
    assert state is not None
    assert float(state.state) >= 1000
    await unload(hass, entry)


async def test_people_who_look_more_alike_than_measured_are_reported_and_doubted(
    hass: HomeAssistant, issue_registry: ir.IssueRegistry
) -> None:
    """More paper is given in doubt, by itself, until others come."""
    entry = await set_up_site(hass, options={"suspended": True})
    await crowd(hass, entry, 40)
    assert "people_look_alike" not in issues(issue_registry)
    entry.runtime_data.visitors.purge(Cause.PERSON)
    await crowd(hass, entry, 60, alike=0.75)
    assert "people_look_alike" in issues(issue_registry)
    await unload(hass, entry)
    assert "people_look_alike" not in issues(issue_registry)


async def test_the_engine_does_not_start_without_its_cohort_and_paper_is_given(
    hass: HomeAssistant,
    issue_registry: ir.IssueRegistry,
    monkeypatch: pytest.MonkeyPatch,
    log: Log,
) -> None:
    """A file that is missing or was changed is told, and nobody waits for it."""
    monkeypatch.setattr("custom_components.facequota.quota.cohort.DIGESTS", "none")
    entry = await set_up_site(hass)
    assert "cohort_unusable" in issues(issue_registry)
    assert (await ask(hass))["outcome"] == "unrecognised"
    assert faces(entry) == 0
    log.tell("The engine ncnn does not start")
    await unload(hass, entry)
