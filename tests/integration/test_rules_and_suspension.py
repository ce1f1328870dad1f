"""The numbers and switches of a site: rules, and face recognition switched off."""

import math
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.site.site import Site
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .conftest import CAMERA, ask, faces, set_up_site, unload
from .entities import attributes_of, call, state_of
from .fake_dispenser import FakeDispenser
from .people import somebody
from .stage import Stage


@pytest.mark.parametrize(
    ("key", "value", "in_force"),
    [
        ("portion", 30, lambda site: site.options.portion_cm),
        ("allowance", 180, lambda site: site.options.rule.allowance_cm),
        ("window", 18.5, lambda site: site.options.rule.window_s / 60),
    ],
)
async def test_a_number_is_a_rule_that_applies_at_once(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    key: str,
    value: float,
    in_force: Any,
) -> None:
    """It is written to the options; nobody is forgotten and nothing starts again."""
    site = open_site.runtime_data
    site.visitors.reserve(somebody(1), 60)
    await call(hass, "number.set_value", f"number.east_gate_{key}", value=value)
    assert float(state_of(hass, f"number.east_gate_{key}")) == value
    assert in_force(site) == value
    assert value in open_site.options.values()
    assert open_site.runtime_data is site
    assert faces(open_site) == 1


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("portion", math.nan, "not_a_number"),
        ("portion", 60.1, "allowance_below_portion"),
        ("allowance", 59, "allowance_below_portion"),
        ("allowance", math.nan, "not_a_number"),
        ("window", math.nan, "not_a_number"),
        ("window", math.inf, "out_of_range"),
        ("window", 0, "out_of_range"),
        ("allowance", -60, "out_of_range"),
    ],
)
async def test_an_invalid_number_is_refused_with_a_message(
    hass: HomeAssistant, open_site: MockConfigEntry, key: str, value: float, error: str
) -> None:
    before = dict(open_site.options), state_of(hass, f"number.east_gate_{key}")
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "number.set_value", f"number.east_gate_{key}", value=value)
    assert refused.value.translation_key == error
    after = dict(open_site.options), state_of(hass, f"number.east_gate_{key}")
    assert after == before


async def test_a_rule_does_not_wait_until_the_worker_has_started(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    site: Site = open_site.runtime_data
    async with site._following:  # noqa: SLF001
        await hass.services.async_call(
            "switch",
            "turn_on",
            {"entity_id": "switch.east_gate_face_recognition"},
            blocking=True,
        )
        assert state_of(hass, "switch.east_gate_face_recognition") == "on"
        assert state_of(hass, "sensor.entrance_state") == "ready"
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_without_face_recognition_no_visitor_is_remembered_and_no_worker_runs(
    hass: HomeAssistant, site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """The switch of the site purges, stops the worker, opens the open lane; and back."""
    runtime: Site = site.runtime_data
    runtime.visitors.reserve(somebody(1), 60)
    assert runtime.recogniser.ready
    assert state_of(hass, "sensor.entrance_state") == "ready"

    await call(hass, "switch.turn_off", "switch.east_gate_face_recognition")
    assert faces(site) == 0
    purge = attributes_of(hass, "event.east_gate_purge")
    assert (purge["faces"], purge["cause"]) == (1, "suspension")
    assert runtime.recogniser.worker is None
    assert state_of(hass, "sensor.entrance_state") == "open_lane"
    assert state_of(hass, "binary_sensor.entrance_problem") == "off"
    visit = await ask(hass)
    assert (visit["outcome"], visit["lane"], visit["recognition_ms"]) == (
        "granted",
        "open",
        None,
    )

    await call(hass, "switch.turn_on", "switch.east_gate_face_recognition")
    assert runtime.recogniser.ready
    assert state_of(hass, "sensor.entrance_state") == "ready"


async def test_one_dispenser_s_camera_is_switched_off_alone(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
    stage: Stage,
) -> None:
    """Everybody is forgotten all the same: who had paper here may have it there."""
    entry = await set_up_site(
        hass, more={"Exit": {"camera": CAMERA, **second_dispenser.entities}}
    )
    entry.runtime_data.visitors.reserve(somebody(1), 60)
    await call(hass, "switch.turn_off", "switch.exit_face_recognition")
    assert faces(entry) == 0
    assert entry.runtime_data.recogniser.ready
    assert state_of(hass, "sensor.entrance_state") == "ready"
    assert state_of(hass, "sensor.exit_state") == "open_lane"
    assert state_of(hass, "switch.east_gate_face_recognition") == "on"

    await call(hass, "switch.turn_off", "switch.entrance_face_recognition")
    assert entry.runtime_data.recogniser.worker is None
    await unload(hass, entry)
