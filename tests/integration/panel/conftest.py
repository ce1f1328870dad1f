"""What tests of the papers share."""

from collections.abc import AsyncGenerator
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from tests.integration.conftest import set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser

from .displays import add_display


@pytest.fixture
async def papers(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, open_site: MockConfigEntry
) -> TestClient[Any, Any]:
    """Return an administrator's way to the papers of a suspended site."""
    client: TestClient[Any, Any] = await hass_client()
    return client


@pytest.fixture
async def hostile_site(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site whose operator tries to be more than text."""
    markup = "<script>alert(1)</script> <img src=x onerror=alert(2)> {{ 7 * 7 }} & Co"
    entry = await set_up_site(
        hass, options={"suspended": True, "operator": markup, "contact": '"><b>x'}
    )
    yield entry
    await unload(hass, entry)


@pytest.fixture
async def display(hass: HomeAssistant, open_site: MockConfigEntry) -> ConfigSubentry:
    """Return a display with every button."""
    return await add_display(hass, open_site)


@pytest.fixture
async def tablet(
    hass_client_no_auth: ClientSessionGenerator, display: ConfigSubentry
) -> TestClient[Any, Any]:
    """Return a browser without an account."""
    made: TestClient[Any, Any] = await hass_client_no_auth()
    return made
