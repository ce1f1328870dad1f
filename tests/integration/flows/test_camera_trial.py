"""A manager tries a dispenser's camera, and chooses when it is opened."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import SOURCE_USER, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from scripts.house.cameras.mjpeg import MjpegCamera, MjpegFault
from scripts.house.cameras.scene import Scene, SceneFault
from tests.integration.cameras.kinds import ENTITY, add_mjpeg
from tests.integration.conftest import faces, set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser

pytestmark = pytest.mark.usefixtures("log")

BASICS = {"name": "Exit", "camera": ENTITY, "motor": "switch.exit_motor"}


@pytest.fixture
async def camera(
    hass: HomeAssistant, socket_enabled: None
) -> AsyncGenerator[MjpegCamera]:
    """Return the camera before which somebody of the staff may stand."""
    async with MjpegCamera(Scene()) as camera:
        await add_mjpeg(hass, camera.url)
        yield camera


@pytest.fixture
async def site(
    hass: HomeAssistant,
    camera: MjpegCamera,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site to which a second dispenser is added."""
    entry = await set_up_site(hass)
    yield entry
    await unload(hass, entry)


async def answer(
    hass: HomeAssistant, site: MockConfigEntry, **answers: Any
) -> SubentryFlowResult:
    """Fill in a new dispenser's first form."""
    flows = hass.config_entries.subentries
    shown = await flows.async_init(
        (site.entry_id, "dispenser"), context={"source": SOURCE_USER}
    )
    return await flows.async_configure(shown["flow_id"], {**BASICS, **answers})


def advised(shown: SubentryFlowResult) -> str:
    """Return what is said below the figures."""
    placeholders = shown["description_placeholders"]
    assert placeholders is not None
    return placeholders["advice"]


async def test_the_camera_test_shows_what_it_sees_and_keeps_nothing(
    hass: HomeAssistant, site: MockConfigEntry, camera: MjpegCamera, portraits: Path
) -> None:
    camera.scene.show(portraits / "A/1.jpg")
    shown = await answer(hass, site, try_camera=True)
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "camera")
    told = shown["description_placeholders"]
    assert told is not None
    assert (told["kind"], told["faces"], told["differ"]) == (
        "MJPEG over HTTP",
        "1",
        "yes",
    )
    assert int(told["first"]) > 0
    assert int(told["next"]) > 0
    assert 60 < int(told["height"]) < 480
    assert told["picture"].startswith("![](data:image/jpeg;base64,")
    assert (faces(site), camera.readers) == (0, 0)

    flows = hass.config_entries.subentries
    camera.scene.fault = SceneFault.FROZEN_BYTES
    shown = await flows.async_configure(shown["flow_id"], {"try_again": True})
    assert "Restart the camera" in advised(shown)
    shown = await flows.async_configure(shown["flow_id"], {})
    assert shown["step_id"] == "inputs"
    shown = await flows.async_configure(shown["flow_id"], {})
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert set(shown["data"]) == {"camera", "motor"}
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (MjpegFault.UNAUTHORIZED, "No picture came"),
        (MjpegFault.GARBAGE, "cannot be read"),
        (MjpegFault.NO_PICTURE, "No picture came"),
    ],
)
async def test_a_camera_that_fails_is_told_what_to_do(
    hass: HomeAssistant,
    site: MockConfigEntry,
    camera: MjpegCamera,
    fault: MjpegFault,
    said: str,
) -> None:
    camera.fault = fault
    assert said in advised(await answer(hass, site, try_camera=True))


async def test_a_visitor_who_is_not_seen_is_told_where_to_stand(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    assert "No face is seen" in advised(await answer(hass, site, try_camera=True))


async def test_presence_takes_a_sensor(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    shown = await answer(hass, site, camera_opened="presence")
    assert shown["errors"] == {"presence": "presence_missing"}
    hass.states.async_set("binary_sensor.somebody", "off")
    shown = await hass.config_entries.subentries.async_configure(
        shown["flow_id"],
        {**BASICS, "camera_opened": "presence", "presence": "binary_sensor.somebody"},
    )
    assert shown["step_id"] == "inputs"


async def test_the_camera_is_tried_later_by_a_button_that_shows_no_picture(
    hass: HomeAssistant, site: MockConfigEntry, camera: MjpegCamera, portraits: Path
) -> None:
    """Everybody who uses Home Assistant sees its notifications."""
    camera.scene.show(portraits / "A/1.jpg")
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": "button.entrance_try_the_camera"},
        blocking=True,
    )
    (told,) = hass.data["persistent_notification"].values()
    assert told["title"] == "Entrance: What the camera sees"
    assert "MJPEG over HTTP" in told["message"]
    assert "Faces: 1" in told["message"]
    assert "data:" not in told["message"]
    assert faces(site) == 0
    assert camera.readers == 0
