"""Which kind a camera entity is, by its integration and what that was set up with."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeIs

from homeassistant.components.camera import Camera
from homeassistant.components.camera.helper import get_camera_from_entity_id
from homeassistant.components.generic.const import (
    CONF_STILL_IMAGE_URL,
    SECTION_ADVANCED,
)
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template

from .entity import EntitySource
from .http import Address
from .mjpeg import MjpegSource
from .picture import Kind, Source
from .still import StillSource
from .stream import SCHEMES

# Their pictures come another way than by an address.
_BY_ENTITY: Final = {"esphome": Kind.ESPHOME, "local_file": Kind.FILE}


async def source_of(
    hass: HomeAssistant,
    entity_id: str,
    read_stream: Callable[[str], Source] | None = None,
) -> Source:
    """Return how to read a camera entity as it is now.

    `read_stream` makes the source of a stream's address, where its reader is installed.
    Raises HomeAssistantError for one that is gone or switched off.
    """
    camera = get_camera_from_entity_id(hass, entity_id)
    platform = camera.platform.platform_name
    if kind := _BY_ENTITY.get(platform):
        return EntitySource(hass, entity_id, kind)
    settings = _settings(camera)
    other: Source = EntitySource(hass, entity_id, Kind.OTHER)
    url = await camera.stream_source()
    if read_stream is not None and is_stream(url):
        other = read_stream(url)
    if address := _still_address(hass, settings):
        other = StillSource(hass, address)
    if address := _http_address(url, settings):
        return MjpegSource(hass, address, None if platform == "mjpeg" else other)
    return other


def is_stream(url: str | None) -> TypeIs[str]:
    """Return if this is an address that the reader of streams can open."""
    return url is not None and url.partition("://")[0].lower() in SCHEMES


async def kept_stream(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the address of a stream that can be kept open; None without one.

    That is one that takes the reader: behind HTTP may be pictures that need none.
    """
    try:
        camera = get_camera_from_entity_id(hass, entity_id)
        url = await camera.stream_source()
    # Another integration's code, which may name the address in its error.
    except Exception:  # noqa: BLE001
        return None
    return url if is_stream(url) and not url.lower().startswith("http") else None


def _settings(camera: Camera) -> Mapping[str, Any]:
    """Return what a camera was set up with, those of its section `advanced` as well."""
    entry = camera.platform.config_entry
    options = {} if entry is None else entry.options
    advanced = options.get(SECTION_ADVANCED)
    return {**options, **(advanced if isinstance(advanced, Mapping) else {})}


def _http_address(url: str | None, settings: Mapping[str, Any]) -> Address | None:
    """Return where a stream is to be had over HTTP, if it is."""
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    return _address(url, settings)


def _still_address(hass: HomeAssistant, settings: Mapping[str, Any]) -> Address | None:
    """Return where a `generic` camera's single pictures are, if it has such."""
    if not (text := settings.get(CONF_STILL_IMAGE_URL)):
        return None
    return _address(Template(text, hass).async_render(parse_result=False), settings)


def _address(text: str, settings: Mapping[str, Any]) -> Address:
    return Address.from_url(
        text,
        user=settings.get(CONF_USERNAME),
        password=settings.get(CONF_PASSWORD),
        verify_ssl=settings.get(CONF_VERIFY_SSL, True),
    )
