"""A site's part in a quota that several Home Assistants share."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
import ssl
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_CA,
    CONF_PAIRING_CODE,
    CONF_SERVERS,
    CONF_TLS,
    DOMAIN,
    SUBENTRY_SHARED_QUOTA,
)
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import PurgeCounts
from custom_components.facequota.shared_quota.addresses import read_addresses
from custom_components.facequota.shared_quota.book import SharedBook
from custom_components.facequota.shared_quota.functions import library
from custom_components.facequota.shared_quota.pairing import pairing
from custom_components.facequota.shared_quota.server import Server, ServerSettings
from custom_components.facequota.shared_quota.status import PurgeReceipt, Status
from custom_components.facequota.visit.purge_receipt import Receipt
from custom_components.facequota.visit.visitors import Visitors
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

# A server that restarts is back before an issue is needed.
AWAY_AFTER_S: Final = 30.0
ACKNOWLEDGE_S: Final = 5.0


def shared_quota_of(entry: ConfigEntry) -> ConfigSubentry | None:
    """Return a site's settings of its shared quota; None without one."""
    return next(
        (
            one
            for one in entry.subentries.values()
            if one.subentry_type == SUBENTRY_SHARED_QUOTA
        ),
        None,
    )


def away_issue_id(entry: ConfigEntry) -> str:
    """Return the id of the issue about a server that is away."""
    return f"shared_quota_away_{entry.entry_id}"


async def server_settings(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> ServerSettings:
    """Return the settings for a connection to the server.

    Raises ValueError for invalid addresses, ssl.SSLError for an invalid certificate.
    """
    addresses = read_addresses(data[CONF_SERVERS])
    context = None
    if data[CONF_TLS]:
        context = await hass.async_add_executor_job(
            lambda: ssl.create_default_context(cadata=data.get(CONF_CA) or None)
        )
    await hass.async_add_executor_job(library)
    return ServerSettings(
        addresses=addresses,
        username=data.get(CONF_USERNAME) or None,
        password=data.get(CONF_PASSWORD) or None,
        context=context,
    )


class Sharing:
    """Runs the shared book of one site, and shows its status."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        visitors: Visitors,
        *,
        on_change: Callable[[], None],
        on_rule: Callable[[Rule], None],
    ) -> None:
        """Connect to nothing yet."""
        self._hass = hass
        self._entry = entry
        self._visitors = visitors
        self._on_change = on_change
        self._on_rule = on_rule
        self._subentry = shared_quota_of(entry)
        self._book: SharedBook | None = None
        self._task: asyncio.Task[None] | None = None
        self._acknowledging: asyncio.Task[PurgeReceipt] | None = None
        # The instances that have confirmed the last purge.
        self.last_purge: PurgeReceipt | None = None
        visitors.purges.add(self._purged)

    @property
    def configured(self) -> bool:
        """Return if this site shares its quota."""
        return self._subentry is not None

    @property
    def status(self) -> Status | None:
        """Return the status of the shared quota; None while recognition is switched off."""
        return None if self._book is None else self._book.status

    @property
    def since(self) -> datetime | None:
        """Return since when the status is so."""
        if (status := self.status) is None:
            return None
        ago = timedelta(seconds=self._hass.loop.time() - status.since)
        return (dt_util.utcnow() - ago).replace(microsecond=0)

    async def start(self) -> None:
        """Connect, and connect again, in the background; no visitor waits for it."""
        if self._subentry is None or self._book is not None:
            return
        data = self._subentry.data
        secret = await self._hass.async_add_executor_job(
            pairing, data[CONF_PAIRING_CODE]
        )
        book = SharedBook(
            replica=self._visitors.replica,
            server=Server(await server_settings(self._hass, data)),
            pairing=secret,
            name=self._entry.title,
            now=self._hass.loop.time,
            on_change=self._changed,
            on_rule=self._on_rule,
        )
        self._book = book
        self._visitors.share(book)
        self._task = self._entry.async_create_background_task(
            self._hass, book.run(), name=f"{DOMAIN} sharing"
        )

    async def stop(self) -> None:
        """Leave the shared quota: visitors from other sites are forgotten here."""
        book, self._book = self._book, None
        if book is None or self._task is None:
            return
        await book.leave(for_good=shared_quota_of(self._entry) is None)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._visitors.share(None)
        ir.async_delete_issue(self._hass, DOMAIN, away_issue_id(self._entry))

    async def purge_receipt(self, receipt: Receipt) -> PurgeReceipt | None:
        """Return which instances followed a purge of all sites; None for any other purge."""
        if self._acknowledging is None or not _concerns_all(receipt):
            return None
        return await asyncio.shield(self._acknowledging)

    @callback
    def _purged(self, receipt: Receipt) -> None:
        """Collect the confirmations of a purge, of any cause."""
        if self._book is None or not _concerns_all(receipt):
            return
        self._acknowledging = self._entry.async_create_background_task(
            self._hass, self._acknowledge(self._book, receipt), name=f"{DOMAIN} purge"
        )

    async def _acknowledge(self, book: SharedBook, receipt: Receipt) -> PurgeReceipt:
        counts = PurgeCounts(faces=receipt.faces, reservations=receipt.reservations)
        self.last_purge = await book.purge_receipt(counts, ACKNOWLEDGE_S)
        self._changed()
        return self.last_purge

    @callback
    def _changed(self) -> None:
        """Call the listeners; create an issue when the server stays away."""
        self._visitors.follow()
        self._on_change()
        if (status := self.status) is None:
            return
        if status.connected:
            ir.async_delete_issue(self._hass, DOMAIN, away_issue_id(self._entry))
        elif self._hass.loop.time() - status.since > AWAY_AFTER_S:
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                away_issue_id(self._entry),
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key="shared_quota_away",
                translation_placeholders={"site": self._entry.title},
            )


def _concerns_all(receipt: Receipt) -> bool:
    """Return if a purge concerned all visitors at every site."""
    return receipt.everywhere and receipt.older_than_s is None
