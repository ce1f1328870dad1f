"""Chooses the source for a camera entity, by its integration and its configuration.

A new kind of camera is a module with a Source (source.py) and a line in source_of.
"""

import asyncio
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any, Final

from yarl import URL

from custom_components.facequota.const import FIRMWARE_MANUFACTURER, FIRMWARE_MODEL
from homeassistant.components.camera import Camera
from homeassistant.components.camera.helper import get_camera_from_entity_id
from homeassistant.components.camera.prefs import get_dynamic_camera_stream_settings
from homeassistant.components.generic.const import (
    CONF_STILL_IMAGE_URL,
    SECTION_ADVANCED,
)
from homeassistant.components.stream import Orientation
from homeassistant.const import (
    CONF_AUTHENTICATION,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
    HTTP_DIGEST_AUTHENTICATION,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.template import Template
from homeassistant.loader import Integration, async_get_integrations
from homeassistant.util.network import is_local

from .entity import EntitySource
from .http import Address
from .mjpeg import MjpegSource
from .pace import MAX_HELD
from .single_pictures import StillSource
from .source import Kind, Source
from .stream import SCHEMES

# Their pictures come through the entity, not from an address.
_BY_ENTITY: Final = {"esphome": Kind.ESPHOME, "local_file": Kind.FILE}
# They pass on pictures of any age: from a message, a recording, or another camera of
# Home Assistant.
_OF_ANY_AGE: Final = frozenset({"mqtt", "proxy", "push", "xiaomi", "yi"})
# ESPHome holds one frame; with a second buffer the driver holds another one.
MAX_HELD_BY_ESPHOME: Final = 2
# Our boards have one buffer (esphome/esp32-s3-cam.yaml). A file is read when it is asked for.
HELD_BY_OURS: Final = 1
HELD_BY_FILE: Final = 0
# Home Assistant and EXIF number the two quarter turns in opposite order.
_ORIENTATIONS: Final = {Orientation.ROTATE_LEFT: 8, Orientation.ROTATE_RIGHT: 6}
# An integration that never answers is asked again and again (camera.CHECK_EVERY).
ANSWERS_WITHIN_S: Final = 10.0


async def source_of(
    hass: HomeAssistant,
    entity_id: str,
    read_stream: Callable[[str, int], Source] | None = None,
) -> Source:
    """Return how to read a camera entity as it is now.

    `read_stream` makes the source of a stream's address and of EXIF's number for how its
    pictures are to be turned, where its reader is installed. Without it Home Assistant
    gives the stream's last key frame, which may be of any age.
    Raises HomeAssistantError for a camera that is gone or switched off.
    """
    camera = get_camera_from_entity_id(hass, entity_id)
    platform = camera.platform.platform_name
    if kind := _BY_ENTITY.get(platform):
        return EntitySource(hass, entity_id, kind, _held(camera, kind))
    url = await _stream_address(camera)
    if await _is_of_any_age(hass, platform, url):
        return EntitySource(hass, entity_id, Kind.OTHER, None)
    settings = _settings(camera)
    # Of a stream Home Assistant keeps the last key frame.
    held = None if camera.use_stream_for_stills else MAX_HELD
    itself: Source = EntitySource(hass, entity_id, Kind.OTHER, held)
    other = itself
    if url is not None:
        other = (
            EntitySource(hass, entity_id, Kind.STREAM, None)
            if read_stream is None
            else read_stream(url, await _orientation(hass, entity_id))
        )
    if address := _still_address(hass, settings):
        other = StillSource(hass, address, instead=MjpegSource(hass, address))
    if address := _http_address(url, settings):
        return MjpegSource(
            hass,
            address,
            instead=None if platform == "mjpeg" else other,
            # The password of these two kinds is in their settings, and was tried.
            refused=None if platform in ("mjpeg", "generic") else itself,
        )
    return other


async def _stream_address(camera: Camera) -> str | None:
    """Return the address of a camera's stream, if the reader of streams can open it."""
    address = await camera.stream_source()
    # Another integration may give something that is not text.
    if not isinstance(address, str):
        return None
    # FFmpeg does not know a scheme in capital letters.
    scheme, _, rest = address.strip().partition("://")
    return f"{scheme}://{rest}" if (scheme := scheme.lower()) in SCHEMES else None


async def _orientation(hass: HomeAssistant, entity_id: str) -> int:
    """Return how a stream's pictures must be turned, as set in Home Assistant."""
    settings = await get_dynamic_camera_stream_settings(hass, entity_id)
    return _ORIENTATIONS.get(settings.orientation, settings.orientation)


async def kept_stream(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the address of a stream that can be kept open; None without one.

    Only streams that need the reader: an HTTP address may give pictures without it.
    """
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            camera = get_camera_from_entity_id(hass, entity_id)
            url = await _stream_address(camera)
            if await _is_of_any_age(hass, camera.platform.platform_name, url):
                return None
    # Another integration's code: its error may contain the address.
    except Exception:  # noqa: BLE001
        return None
    return None if url is None or url.startswith("http") else url


def _held(camera: Camera, kind: Kind) -> int:
    """Return how many pictures may lie ready in a camera of this kind."""
    if kind is Kind.FILE:
        return HELD_BY_FILE
    device = camera.device_entry
    if isinstance(device, DeviceEntry) and (device.manufacturer, device.model) == (
        FIRMWARE_MANUFACTURER,
        FIRMWARE_MODEL,
    ):
        return HELD_BY_OURS
    return MAX_HELD_BY_ESPHOME


async def _is_of_any_age(hass: HomeAssistant, platform: str, url: str | None) -> bool:
    """Return if the pictures of an integration may be of any age when they arrive.

    A cloud passes them on with an unknown delay. A stream that comes from the camera
    itself, on this network, does not pass through a cloud.
    """
    if platform in _OF_ANY_AGE:
        return True
    integration = (await async_get_integrations(hass, [platform]))[platform]
    return (
        isinstance(integration, Integration)
        and (integration.iot_class or "").startswith("cloud")
        and not _is_on_this_network(url)
    )


def _is_on_this_network(url: str | None) -> bool:
    """Return if an address contains the IP address of a host on this network."""
    try:
        return is_local(ip_address(URL(url or "").host or ""))
    except ValueError:
        return False


def _settings(camera: Camera) -> Mapping[str, Any]:
    """Return a camera's configuration, including its section `advanced`."""
    entry = camera.platform.config_entry
    options = {} if entry is None else entry.options
    advanced = options.get(SECTION_ADVANCED)
    return {
        # Integrations that are based on `mjpeg` give it to their entity only.
        CONF_VERIFY_SSL: getattr(camera, "_verify_ssl", True),
        CONF_AUTHENTICATION: getattr(camera, "_authentication", None),
        **options,
        **(advanced if isinstance(advanced, Mapping) else {}),
    }


def _http_address(url: str | None, settings: Mapping[str, Any]) -> Address | None:
    """Return the HTTP address of a stream, if it has one."""
    if url is None or not url.startswith("http"):
        return None
    return _address(url, settings)


def _still_address(hass: HomeAssistant, settings: Mapping[str, Any]) -> Address | None:
    """Return the address of a `generic` camera's single pictures, if it has one."""
    if not (text := settings.get(CONF_STILL_IMAGE_URL)):
        return None
    return _address(Template(text, hass).async_render(parse_result=False), settings)


def _address(text: str, settings: Mapping[str, Any]) -> Address:
    return Address.from_url(
        text,
        user=settings.get(CONF_USERNAME),
        password=settings.get(CONF_PASSWORD),
        verify_ssl=settings[CONF_VERIFY_SSL],
        uses_digest=settings[CONF_AUTHENTICATION] == HTTP_DIGEST_AUTHENTICATION,
    )
