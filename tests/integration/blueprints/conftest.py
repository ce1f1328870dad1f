"""A site, and the blueprints where Home Assistant finds them."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.integration.conftest import DISPENSER_DATA, set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser

from .automations import FOLDER, Automate


@pytest.fixture(autouse=True)
def importable(config_folder: Path) -> None:
    """Put the blueprints where Home Assistant puts those that were imported."""
    target = config_folder / "blueprints/automation/facequota"
    target.parent.mkdir(parents=True)
    target.symlink_to(FOLDER)


@pytest.fixture
async def automate(hass: HomeAssistant) -> AsyncGenerator[Automate]:
    """Return how to make an automation of a blueprint; it is off after the test."""
    made: list[str] = []

    async def make(name: str, **inputs: Any) -> None:
        use = {"path": f"facequota/{name}.yaml", "input": inputs}
        assert await async_setup_component(
            hass, "automation", {"automation": [{"alias": name, "use_blueprint": use}]}
        )
        await hass.async_block_till_done()
        made.append(f"automation.{name}")
        state = hass.states.get(made[-1])
        assert state is not None and state.state == "on"

    yield make
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": made}, blocking=True
    )


@pytest.fixture
async def long_site(
    hass: HomeAssistant, dispenser: FakeDispenser, second_dispenser: FakeDispenser
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site that remembers for a day, so that nobody is forgotten by itself."""
    entry = await set_up_site(
        hass,
        options={"suspended": True, "window_min": 1440},
        more={"Exit": {**DISPENSER_DATA, **second_dispenser.entities}},
    )
    yield entry
    await unload(hass, entry)
