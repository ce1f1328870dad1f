"""Cameras of each kind in Home Assistant, all of which show one scene."""

import asyncio
from typing import Any, override

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.camera import Camera
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.cameras.scene import Scene

ENTITY = "camera.entrance"


class HoldingCamera(Camera):
    """Answers with the frame that it took when it had sent the last one, as a chip does.

    Home Assistant's entity of an ESPHome camera does the same; this one is of no
    integration that anybody knows.
    """

    def __init__(self, scene: Scene, *, frames: int = 1) -> None:
        """Hold so many frames of what is seen now."""
        super().__init__()
        self.entity_id = ENTITY
        self.scene = scene
        self.fails = False
        self._held = [scene.jpeg() for _ in range(frames)]

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        if self.fails:
            return None
        await asyncio.sleep(0.04)
        self._held.append(self.scene.jpeg())
        return self._held.pop(0)


async def add_holding(
    hass: HomeAssistant, scene: Scene, *, frames: int = 1
) -> HoldingCamera:
    """Add a camera of an unknown integration."""
    assert await async_setup_component(hass, "camera", {})
    camera = HoldingCamera(scene, frames=frames)
    await hass.data[DATA_INSTANCES]["camera"].async_add_entities([camera])
    return camera


async def add_mjpeg(hass: HomeAssistant, url: str, **options: Any) -> MockConfigEntry:
    """Add a camera of Home Assistant's mjpeg integration."""
    return await _add(
        hass,
        "mjpeg",
        {
            "mjpeg_url": url,
            "still_image_url": None,
            "authentication": "basic",
            "username": None,
            "password": "",
            "verify_ssl": True,
            **options,
        },
    )


async def add_generic(hass: HomeAssistant, **options: Any) -> MockConfigEntry:
    """Add a camera of Home Assistant's generic integration."""
    return await _add(
        hass,
        "generic",
        {
            "authentication": "basic",
            "content_type": "image/jpeg",
            "advanced": {
                "framerate": 2.0,
                "verify_ssl": True,
                "limit_refetch_to_url_change": False,
                "authentication": "basic",
            },
            **options,
        },
    )


async def add_ffmpeg(hass: HomeAssistant, url: str) -> None:
    """Add a camera of Home Assistant's ffmpeg integration, which is set up by YAML."""
    camera = {"platform": "ffmpeg", "name": "Entrance", "input": f"-an -i {url}"}
    assert await async_setup_component(hass, "camera", {"camera": [camera]})
    await hass.async_block_till_done()
    assert hass.states.get(ENTITY)


async def add(hass: HomeAssistant, kind: str, camera: MjpegCamera) -> None:
    """Add a camera by its kind."""
    match kind:
        case "mjpeg":
            await add_mjpeg(hass, camera.url)
        case "generic_mjpeg":
            await add_generic(hass, stream_source=camera.url)
        case "still":
            await add_generic(hass, still_image_url=camera.still_url)
        case "other":
            await add_holding(hass, camera.scene)
        case _:
            raise AssertionError(kind)


async def _add(
    hass: HomeAssistant, domain: str, options: dict[str, Any]
) -> MockConfigEntry:
    entry = MockConfigEntry(
        domain=domain,
        title="Entrance",
        options=options,
        version=2 if domain == "generic" else 1,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get(ENTITY)
    return entry
