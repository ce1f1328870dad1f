"""The parts of one site, wired once."""

import asyncio
from functools import partial
import logging
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_ALLOWANCE_CM,
    CONF_ENGINE,
    CONF_PORTION_CM,
    CONF_SUSPENDED,
    CONF_SUSPENDED_DISPENSERS,
    CONF_WHEELS_FOLDER,
    CONF_WINDOW_MIN,
    DOMAIN,
    SUBENTRY_DISPENSER,
)
from custom_components.facequota.options import SiteOptions
from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.replica import Replica
from custom_components.facequota.quota.threshold import Threshold
from custom_components.facequota.visit.listeners import Listeners
from custom_components.facequota.visit.purge_receipt import Cause
from custom_components.facequota.visit.recogniser import Recogniser, engine_environment
from custom_components.facequota.visit.visitors import Visitors
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .after_forgetting import Forgetting
from .device_counts import DeviceCounts
from .dispenser import Dispenser
from .references import Structure
from .settings_log import settings
from .sharing import Sharing
from .site_log import SiteLog
from .site_parts import SiteParts
from .unasked_portions import UnaskedPortions
from .upkeep import Upkeep

_LOGGER = logging.getLogger(__name__)

type FaceQuotaConfigEntry = ConfigEntry[Site]

# Both engines give 128 floats; the book is made before the worker reports it.
TEMPLATE_DIMENSION: Final = 128


class Site:
    """One restroom or building: its visitors, its recogniser and its dispensers."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: FaceQuotaConfigEntry,
        device_id: str,
        cohort: Cohort | None,
    ) -> None:
        """Wire the parts; nothing runs yet. Without a cohort the engine never runs."""
        self._hass = hass
        self._cohort = cohort or Cohort.unknown(TEMPLATE_DIMENSION)
        self.entry = entry
        self.changes = Listeners[[]]()
        self.visitors = Visitors(hass, self._new_book)
        self.log = SiteLog(hass, entry.entry_id)
        self.recogniser = Recogniser(
            hass,
            entry,
            engine_environment(
                hass, entry.data[CONF_ENGINE], entry.data.get(CONF_WHEELS_FOLDER)
            ),
            has_cohort=cohort is not None,
            on_change=self.update,
        )
        self._parts = SiteParts(
            entry=entry,
            device_id=device_id,
            visitors=self.visitors,
            recogniser=self.recogniser,
            options=SiteOptions.from_entry(entry.options),
        )
        self.dispensers = {
            subentry.subentry_id: Dispenser(hass, self._parts, subentry)
            for subentry in entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_DISPENSER
        }
        self._forgetting = Forgetting(
            hass,
            entry,
            self.visitors,
            self.log,
            self.recogniser,
            [one.camera for one in self.dispensers.values()],
        )
        self.sharing = Sharing(
            hass,
            entry,
            self.visitors,
            on_change=self.update,
            on_rule=self._follow_rule,
        )
        self.upkeep = Upkeep(hass, entry, self.dispensers)
        parts = (self.log, self.upkeep, self.dispensers)
        self.unasked = UnaskedPortions(hass, entry, *parts)
        self._counts = DeviceCounts(hass, *parts, self.unasked)
        self.recogniser.attack_detection.is_wanted = self.options.presentation_attacks
        self._built_of = Structure.of(entry)
        self._following = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def options(self) -> SiteOptions:
        """Return the rules in force."""
        return self._parts.options

    async def start(self) -> None:
        """Start the dispensers at once and the recogniser in the background.

        Until the worker is ready, and if it never is, the open lane gives paper.
        """
        self._log_decisions()
        for key, dispenser in self.dispensers.items():
            dispenser.visits.add(partial(self.log.visit, key))
            await dispenser.start()
        # First: a roll's sensor shows the length without the paper that is counted
        # here.
        self.unasked.start()
        self._counts.start()
        self.upkeep.start()
        self._starting = self.entry.async_create_background_task(
            self._hass, self._follow_suspension(), name=f"{DOMAIN} recogniser"
        )

    async def stop(self) -> None:
        """Cancel visits, end the worker, forget everybody."""
        self._stopped = True
        ended = await asyncio.gather(
            *(one.stop() for one in self.dispensers.values()), return_exceptions=True
        )
        for error in filter(None, ended):
            # Whatever fails, everybody is forgotten all the same.
            _LOGGER.error("A dispenser did not stop as it should: %r", error)
        if self._starting is not None:
            self._starting.cancel()
        async with self._following:
            await self.recogniser.stop()
            await self.sharing.stop()
        self.visitors.stop()
        self.unasked.stop()
        self._counts.stop()
        await self.upkeep.stop()
        await self.log.save()

    async def follow_entry(self) -> bool:
        """Apply what the manager changed; return if a reload is needed instead."""
        if not (now := Structure.of(self.entry)).is_same(self._built_of):
            return False
        # At once: a motor that turns now must be found by its new name.
        for dispenser in () if self._stopped else self.dispensers.values():
            dispenser.follow_names()
        self._built_of = now
        before, rules = self.options, SiteOptions.from_entry(self.entry.options)
        self._parts.options = rules
        self.visitors.set_rule(rules.rule, rules.fpir_limit)
        for dispenser in self.dispensers.values():
            dispenser.accounts.follow(rules)
        self.upkeep.follow_options()
        if (
            rules.suspended > before.suspended
            or rules.suspended_dispensers - before.suspended_dispensers
        ):
            self.visitors.purge(Cause.SUSPENSION, only_here=True)
        # At once: a worker may take seconds to start, and a switch must not wait for it.
        self._log_decisions()
        self.update()
        if rules.presentation_attacks != before.presentation_attacks:
            # Read when the worker starts; nobody is forgotten because of it.
            async with self._following:
                self.recogniser.attack_detection.is_wanted = rules.presentation_attacks
                await self.recogniser.stop()
        await self._follow_suspension()
        return True

    @callback
    def suspend(self, suspended: bool, dispenser_id: str | None = None) -> None:
        """Switch face recognition off or on, at one dispenser or everywhere."""
        if dispenser_id is None:
            self.change_options({CONF_SUSPENDED: suspended})
            return
        decided = SiteOptions.from_entry(self.entry.options).suspended_dispensers
        ids = set(decided) - {dispenser_id}
        if suspended:
            ids.add(dispenser_id)
        self.change_options({CONF_SUSPENDED_DISPENSERS: sorted(ids)})

    @callback
    def change_options(self, changes: dict[str, Any]) -> None:
        """Store the manager's settings; follow_entry applies them."""
        self._hass.config_entries.async_update_entry(
            self.entry, options={**self.entry.options, **changes}
        )

    @callback
    def update(self) -> None:
        """Tell the site's entities and every dispenser's to look again."""
        self.changes.tell()
        for dispenser in self.dispensers.values():
            dispenser.update()

    @callback
    def _follow_rule(self, rule: Rule) -> None:
        """Take over the rule of a shared quota, as if the manager had set it here."""
        self.change_options(
            {
                CONF_PORTION_CM: min(self.options.portion_cm, rule.allowance_cm),
                CONF_ALLOWANCE_CM: rule.allowance_cm,
                # As many decimals as the form has, so that the value stays the same.
                CONF_WINDOW_MIN: round(rule.window_s / 60, 6),
            }
        )

    def _new_book(self) -> Replica:
        """Return a book without visitors."""
        options = SiteOptions.from_entry(self.entry.options)
        return Replica(
            rule=options.rule,
            threshold=Threshold(cohort=self._cohort, limit=options.fpir_limit),
            dimension=TEMPLATE_DIMENSION,
        )

    @callback
    def _log_decisions(self) -> None:
        names = {key: one.subentry.title for key, one in self.dispensers.items()}
        opened = {key: one.camera.opened for key, one in self.dispensers.items()}
        self.log.follow(settings(self.entry.options, opened), names)

    async def _follow_suspension(self) -> None:
        """Run the worker only while some camera may be read.

        A change of the rules may have waited here until the site was stopped.
        """
        async with self._following:
            if self._stopped or all(one.suspended for one in self.dispensers.values()):
                await self.recogniser.stop()
                await self.sharing.stop()
            else:
                await self.sharing.start()
                await self.recogniser.start()
