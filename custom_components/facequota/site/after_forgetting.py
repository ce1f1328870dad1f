"""What follows when visitors are forgotten: all traces of their faces are removed, and the log records it."""

from collections.abc import Collection

from custom_components.facequota.cameras.camera import Camera
from custom_components.facequota.const import DOMAIN
from custom_components.facequota.visit.purge_receipt import Receipt
from custom_components.facequota.visit.recogniser import Recogniser
from custom_components.facequota.visit.visitors import Visitors
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .site_log import SiteLog


def purge_issue_id(entry: ConfigEntry) -> str:
    """Return the id of the issue about a purge that failed."""
    return f"purge_failed_{entry.entry_id}"


class Forgetting:
    """Follows a site's visitors: counts them, keeps receipts, removes traces of faces."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        visitors: Visitors,
        log: SiteLog,
        recogniser: Recogniser,
        cameras: Collection[Camera],
    ) -> None:
        """Listen to the visitors from now on."""
        self._hass = hass
        self._entry = entry
        self._visitors = visitors
        self._log = log
        self._recogniser = recogniser
        self._cameras = cameras
        visitors.purges.add(self._purged)
        visitors.expiries.add(log.faces_expired)
        visitors.expiries.add(self._expired)
        visitors.changes.add(self._count_faces)

    @callback
    def _count_faces(self) -> None:
        self._log.faces_now(self._visitors.statistics.faces)

    @callback
    def _expired(self, _faces: int) -> None:
        """Remove traces when no visitor is remembered any more."""
        if not self._visitors.statistics.faces:
            self._remove_traces()

    @callback
    def _remove_traces(self) -> None:
        """Replace the worker, and forget digests and places of faces at the cameras."""
        self._recogniser.renew()
        for camera in self._cameras:
            camera.forget()

    @callback
    def _purged(self, receipt: Receipt) -> None:
        """Store the receipt; create an issue for a purge that failed."""
        self._log.receipt(receipt)
        self._remove_traces()
        if self._visitors.purge_failed:
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                purge_issue_id(self._entry),
                is_fixable=False,
                severity=ir.IssueSeverity.ERROR,
                translation_key="purge_failed",
                translation_placeholders={"site": self._entry.title},
            )
