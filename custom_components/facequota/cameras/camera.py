"""The camera of one dispenser: finds its source, opens it for looks, keeps streams open."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Self

from custom_components.facequota.const import (
    CONF_CAMERA,
    CONF_CAMERA_OPENED,
    CONF_PRESENCE,
    CONF_WHEELS_FOLDER,
    DOMAIN,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_ON
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)

from .kinds import kept_stream, source_of
from .pictures import EarlierPictures, NoPicture, Pictures
from .places import EarlierPlaces
from .reader import StreamReader, stream_packages
from .source import CameraError, Kind, Source
from .stream import StreamSource

__all__ = ["Camera", "NoPicture", "Opened", "Pictures"]

# How often the reader is checked, and started again if it has ended.
CHECK_EVERY: Final = timedelta(seconds=30)


class Opened(StrEnum):
    """When a stream is opened, as the manager chose."""

    REQUEST = "request"
    PRESENCE = "presence"
    ALWAYS = "always"


class Camera:
    """The camera of one dispenser."""

    def __init__(
        self,
        hass: HomeAssistant,
        entity_id: str,
        *,
        wheels_folder: str | None = None,
        opened: Opened = Opened.REQUEST,
        presence: str | None = None,
    ) -> None:
        """Remember which entity to open, and when.

        `presence` is an entity that is on while somebody stands there, `wheels_folder`
        is the folder from which the packages of the stream reader were installed.
        """
        self.earlier = EarlierPictures()
        self.places = EarlierPlaces()
        self.format = "?"
        """The format of the last look's pictures, as text for people."""
        self._hass = hass
        self.entity_id = entity_id
        self.opened = opened
        self._presence = presence
        self.reader = StreamReader(stream_packages(hass, wheels_folder))
        self._has_reader: bool | None = None
        self.lacks_reader = False
        """Whether the last look met a stream whose reader is not installed."""
        self._looks = 0
        self._rests = False
        self._releases: list[CALLBACK_TYPE] = []

    @classmethod
    def from_settings(
        cls, hass: HomeAssistant, site: ConfigEntry, dispenser: Mapping[str, Any]
    ) -> Self:
        """Return the camera that is chosen for a dispenser of a site."""
        return cls(
            hass,
            dispenser[CONF_CAMERA],
            opened=Opened(dispenser.get(CONF_CAMERA_OPENED, Opened.REQUEST)),
            presence=dispenser.get(CONF_PRESENCE),
            wheels_folder=site.data.get(CONF_WHEELS_FOLDER),
        )

    @callback
    def start(self) -> None:
        """Prepare a stream's reader, and keep the stream open when that is wanted."""
        self._release()
        watched = [self.entity_id, *((self._presence,) if self._presence else ())]
        self._releases = [
            async_track_state_change_event(self._hass, watched, self._follow),
            async_track_time_interval(self._hass, self._follow, CHECK_EVERY),
        ]
        self._follow()

    async def stop(self) -> None:
        """Close the camera and end the reader."""
        self._release()
        await self.reader.end()

    @callback
    def follow_names(self, entity_id: str, presence: str | None) -> None:
        """Use the present entity ids of the camera and the presence sensor."""
        self.entity_id, self._presence = entity_id, presence
        self.start()

    @callback
    def _release(self) -> None:
        for release in self._releases:
            release()
        self._releases = []

    @callback
    def rest(self, rests: bool) -> None:
        """Close the camera while recognition is switched off."""
        if rests != self._rests:
            self._rests = rests
            self._follow()

    @callback
    def forget(self) -> None:
        """Forget the digests of pictures and the places of faces of earlier looks."""
        self.earlier.forget()
        self.places.forget()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Pictures]:
        """Open the camera for one look."""
        self._looks += 1
        pictures = Pictures(self._hass, self._find, self.earlier)
        try:
            yield pictures
        finally:
            await pictures.close()
            self.format = pictures.format
            self._looks -= 1

    async def _find(self) -> Source:
        """Return how to read the camera now."""
        if self._has_reader is None:
            await self._find_reader()
        source = await source_of(
            self._hass, self.entity_id, self._stream if self._has_reader else None
        )
        self.lacks_reader = source.kind is Kind.STREAM and not self._has_reader
        return source

    def _stream(self, url: str, orientation: int) -> Source:
        return StreamSource(self.reader, url, self._stays_open, orientation)

    @property
    def _stays_open(self) -> bool:
        """Return if the stream is to be open also while no visitor asks for paper."""
        if self._rests:
            return False
        match self.opened:
            case Opened.ALWAYS:
                return True
            case Opened.PRESENCE if self._presence:
                return self._hass.states.is_state(self._presence, STATE_ON)
        return False

    @callback
    def _follow(self, _: object = None) -> None:
        """Open and close the stream as the manager wants it, in the background."""
        if self._releases:
            self._hass.async_create_background_task(
                self._follow_now(), f"{DOMAIN} {self.entity_id}"
            )

    async def _follow_now(self) -> None:
        """Keep the reader running, and the stream open or closed; never raises."""
        if (
            not await self._find_reader()
            or (url := await kept_stream(self._hass, self.entity_id)) is None
        ):
            return
        # A failure is tried again at the next look, change or check.
        with suppress(CameraError):
            if not self._releases:
                # The camera was stopped meanwhile.
                return
            if self._stays_open:
                await self.reader.open(url)
            elif self._looks:
                # The look closes it at its end.
                return
            else:
                await self.reader.start()
                await self.reader.close()

    async def _find_reader(self) -> bool:
        """Return if the reader of streams is installed."""
        found = await self._hass.async_add_executor_job(
            self.reader.packages.is_installed
        )
        self._has_reader = found
        return found
