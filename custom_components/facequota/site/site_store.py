"""A file with data of a site; a broken file does not stop a visit."""

from collections.abc import Callable, Mapping
from contextlib import suppress
import logging
from pathlib import Path
import shutil
from typing import Any, Final, override

from custom_components.facequota.const import DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store

_LOGGER = logging.getLogger(__name__)

STORAGE_VERSION: Final = 1
ISSUE_FILE_SET_ASIDE: Final = "file_set_aside"
# At most the changes of this time are lost by a power cut, however busy a site is.
SAVE_WITHIN_S: Final = 30
# Behind the name of the file.
COPY: Final = ".kept"
# So that a file of any later version is passed to the migration below, and not refused.
ANY_VERSION: Final = 1_000_000


class SiteStore:
    """Reads and writes one file; a file that cannot be read is kept beside the new one."""

    def __init__(self, hass: HomeAssistant, key: str, site: str) -> None:
        """Name the file and the site it belongs to; nothing is read yet."""
        self._hass = hass
        self._key = key
        self._site = site
        self._store = _AnyVersionStore(hass, key, self.set_aside)
        self._copy: Store[Mapping[str, Any]] = Store(hass, STORAGE_VERSION, key + COPY)
        self._waiting = False

    async def load(self) -> dict[str, Any] | None:
        """Return the content of the file; None when it is missing or cannot be read."""
        try:
            return await self._store.async_load()
        # The file may have any content: damaged by hand, or of a later version.
        except Exception as err:  # noqa: BLE001
            _LOGGER.warning("%s cannot be read: %r", self._key, err)
            path = Path(self._store.path)
            with suppress(OSError):
                await self._hass.async_add_executor_job(
                    shutil.copyfile, path, path.with_name(path.name + COPY)
                )
            self._tell()
            return None

    async def set_aside(self, data: object) -> None:
        """Keep a copy of a file that cannot be read in full, and tell the manager."""
        await self._copy.async_save({"data": data})
        self._tell()

    @callback
    def save_soon(self, as_dict: Callable[[], dict[str, Any]]) -> None:
        """Write within SAVE_WITHIN_S, also when changes never stop."""
        if self._waiting:
            return
        self._waiting = True

        def written() -> dict[str, Any]:
            self._waiting = False
            return as_dict()

        self._store.async_delay_save(written, SAVE_WITHIN_S)

    async def save(self, data: dict[str, Any]) -> None:
        """Write now."""
        self._waiting = False
        await self._store.async_save(data)

    async def remove(self) -> None:
        """Delete the file, its copy and the issue about it."""
        await self._store.async_remove()
        await self._copy.async_remove()
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)

    @property
    def _issue_id(self) -> str:
        return f"{ISSUE_FILE_SET_ASIDE}_{self._key}"

    @callback
    def _tell(self) -> None:
        _LOGGER.warning("What cannot be read of %s is kept in %s", self._key, COPY)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_FILE_SET_ASIDE,
            translation_placeholders={
                "site": self._site,
                "file": f".storage/{self._key}{COPY}",
            },
        )


class _AnyVersionStore(Store[dict[str, Any]]):
    """Takes a file of any version: its reader decides what can be used."""

    def __init__(
        self, hass: HomeAssistant, key: str, set_aside: Callable[[object], Any]
    ) -> None:
        super().__init__(hass, STORAGE_VERSION, key, max_readable_version=ANY_VERSION)
        self._set_aside = set_aside

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: Any
    ) -> Any:
        """Keep a copy of another major version; a minor one only adds."""
        if old_major_version != STORAGE_VERSION:
            await self._set_aside(old_data)
        return old_data
