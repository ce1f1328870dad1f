"""What a manager may send to somebody who helps: nothing of a face, nothing of a place."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.site.site import Site
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .conftest import DISPENSER_DATA, ask, set_up_site, unload
from .fake_dispenser import FakeDispenser
from .people import somebody
from .stage import Stage


def leaves(value: Any) -> Iterator[Any]:
    """Yield every key and value in plain data."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def remember(site: Site, people: int) -> tuple[set[str], set[float]]:
    """Let a site remember people; return their ids and all numbers of their templates.

    The numbers are those of the templates and those that lie in the gallery.
    """
    ids: set[str] = set()
    numbers: set[float] = set()
    for seed in range(people):
        template = somebody(seed)
        reservation = site.visitors.reserve(template, 60)
        assert isinstance(reservation, Reservation) and reservation.visitor
        ids.add(reservation.visitor)
        numbers |= {float(number) for number in template}
    gallery = site.visitors._book._gallery  # noqa: SLF001
    numbers |= {float(number) for number in gallery.rows.ravel() if number}
    return ids, numbers


def check(told: Any, ids: set[str], numbers: set[float]) -> None:
    """Fail when something of a visitor is told."""
    for leaf in leaves(told):
        if isinstance(leaf, float):
            assert leaf not in numbers
            assert round(leaf, 4) not in {round(number, 4) for number in numbers}
        assert not any(one in str(leaf) for one in ids)


async def test_diagnostics_tell_rules_and_counts_and_nothing_of_a_face(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    hass_client: ClientSessionGenerator,
) -> None:
    """After a visit of somebody real, and with others in the window."""
    stage.person("A")
    await ask(hass)
    runtime: Site = site.runtime_data
    ids, numbers = remember(runtime, 3)
    told: Any = await get_diagnostics_for_config_entry(hass, hass_client, site)
    check(told, ids, numbers)
    assert told["visitors"]["faces"] == 4
    assert told["worker"]["state"] == "ready"
    assert told["worker"]["engine"].startswith("ncnn ")
    (dispenser,) = told["dispensers"]
    assert (dispenser["state"], dispenser["problem"]) == ("ready", None)


async def test_diagnostics_name_neither_the_place_nor_who_runs_it(
    hass: HomeAssistant, dispenser: FakeDispenser, hass_client: ClientSessionGenerator
) -> None:
    entry = await set_up_site(
        hass,
        data={**DISPENSER_DATA, "camera": "camera.east_gate", "eye_line": 50},
        options={
            "suspended": True,
            "operator": "Parks Department",
            "contact": "parks@example.org",
        },
    )
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "wheels_folder": "/media/stick/wheels"}
    )
    await hass.async_block_till_done()
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = " ".join(str(leaf) for leaf in leaves(told))
    for secret in ("East gate", "east_gate", "Parks", "parks@", "/media"):
        assert secret not in text
    (told_of_dispenser,) = told["dispensers"]
    assert told_of_dispenser["entities"]["camera"] == "camera"
    assert told_of_dispenser["entities"]["eye_line"] == 50
    await unload(hass, entry)


async def test_diagnostics_of_a_site_that_does_not_run_tell_its_settings(
    hass: HomeAssistant, open_site: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """A person who asks for help often has a site that could not start."""
    await hass.config_entries.async_unload(open_site.entry_id)
    told: Any = await get_diagnostics_for_config_entry(hass, hass_client, open_site)
    assert told["state"] == "not_loaded"
    assert told["data"]["engine"] == open_site.data["engine"]
    assert "visitors" not in told


@pytest.mark.parametrize("loaded", [True, False])
async def test_system_health_counts(
    hass: HomeAssistant, open_site: MockConfigEntry, loaded: bool
) -> None:
    """Only sites that run; of visitors, how many."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    ids, numbers = remember(open_site.runtime_data, 2)
    if not loaded:
        await hass.config_entries.async_unload(open_site.entry_id)
    told = await get_system_health_info(hass, DOMAIN)
    check(told, ids, numbers)
    assert told == {
        "sites": 1 if loaded else 0,
        "dispensers": 1 if loaded else 0,
        "workers_ready": 0,
        "faces_remembered": 2 if loaded else 0,
    }
