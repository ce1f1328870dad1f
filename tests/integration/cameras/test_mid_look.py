"""A camera that fails during a look: paper or an error message, and no reader is left running."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from scripts.house.cameras.mjpeg import MjpegCamera, MjpegFault
from scripts.house.cameras.scene import Scene
from tests.integration.conftest import ask, set_up_site, unload

from .kinds import ENTITY, add_mjpeg

pytestmark = pytest.mark.usefixtures("log", "dispenser")


@pytest.fixture
async def camera(socket_enabled: None) -> AsyncGenerator[MjpegCamera]:
    """Return a camera that answers and never shows a picture."""
    async with MjpegCamera(Scene()) as camera:
        camera.fault = MjpegFault.NO_PICTURE
        yield camera


async def looked_by(camera: MjpegCamera) -> None:
    """Return once somebody is looked at."""
    while not camera.readers:
        await asyncio.sleep(0.01)


async def left(camera: MjpegCamera) -> None:
    """Return once nobody reads any more."""
    while camera.readers:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("what", ["removed", "renamed", "disabled"])
async def test_a_visitor_gets_paper_although_the_camera_is_lost_in_mid_look(
    hass: HomeAssistant, camera: MjpegCamera, what: str
) -> None:
    entry = await add_mjpeg(hass, camera.url)
    site = await set_up_site(hass)
    asking = hass.async_create_task(ask(hass))
    await looked_by(camera)
    registry = er.async_get(hass)
    match what:
        case "removed":
            await hass.config_entries.async_remove(entry.entry_id)
        case "renamed":
            registry.async_update_entity(ENTITY, new_entity_id="camera.elsewhere")
        case "disabled":
            registry.async_update_entity(
                ENTITY, disabled_by=er.RegistryEntryDisabler.USER
            )
    # After a renaming the site is built again: the visitor sees a message.
    with suppress(HomeAssistantError):
        visit = await asking
        assert (visit["outcome"], visit["cm"]) == ("unrecognised", 60.0)
    await hass.async_block_till_done(wait_background_tasks=True)
    await left(camera)
    await unload(hass, site)


async def test_a_site_that_stops_in_mid_look_leaves_no_reader(
    hass: HomeAssistant, camera: MjpegCamera
) -> None:
    await add_mjpeg(hass, camera.url)
    site = await set_up_site(hass)
    asking = hass.async_create_task(ask(hass))
    await looked_by(camera)
    await unload(hass, site)
    with suppress(HomeAssistantError):
        await asking
    await left(camera)


async def test_an_address_is_never_in_a_log_nor_told(
    hass: HomeAssistant, camera: MjpegCamera, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the password is wrong."""
    camera.fault = MjpegFault.UNAUTHORIZED
    await add_mjpeg(hass, camera.url, username="staff", password="open-sesame")
    site = await set_up_site(hass)
    visit = await ask(hass)
    assert (visit["outcome"], visit["reason"]) == ("unrecognised", "camera")
    await unload(hass, site)
    ours = [one.getMessage() for one in caplog.records if "facequota" in one.name]
    assert not [one for one in ours if "sesame" in one or str(camera.port) in one]
