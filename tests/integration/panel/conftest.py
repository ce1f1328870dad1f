"""What tests of the papers share."""

from collections.abc import AsyncGenerator
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.core import HomeAssistant
from tests.integration.conftest import set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser


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
