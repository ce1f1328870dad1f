"""Portions without a visit: noticed, counted and reported.

A scene, an automation, a dashboard or a hand at the device may turn the motor on. Our
firmware counts such portions by itself, also while Home Assistant is away. Any other
switch is watched: it turns on although FaceQuota did not turn it on.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from custom_components.facequota.const import (
    CONF_MOTOR,
    CONF_SWITCH_PORTIONS,
    DOMAIN,
    TOTAL_NOT_ASKED_FOR,
    TOTAL_PAPER,
)
from custom_components.facequota.hardware.motor import MEASURED_WITHIN_S, Motor
from custom_components.facequota.hardware.portion import PortionRun
from custom_components.facequota.visit.listeners import Listeners
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_state_change_event

from .dispenser import Dispenser
from .site_log import SiteLog
from .upkeep import Upkeep

ISSUE_NOT_ASKED_FOR: Final = "portions_not_asked_for"


class UnaskedPortions:
    """Watches the motors of a site, and reports portions without a visit."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        log: SiteLog,
        upkeep: Upkeep,
        dispensers: Mapping[str, Dispenser],
    ) -> None:
        """Take what is added to; nothing is watched yet."""
        self._hass = hass
        self._entry = entry
        self._log = log
        self._upkeep = upkeep
        self._dispensers = dispensers
        self._releases: list[CALLBACK_TYPE] = []
        self._turning: set[str] = set()
        # Since the start, by dispenser: for the issue.
        self._told = Counter[str]()
        self.portions = {key: Listeners[[int]]() for key in dispensers}

    @callback
    def start(self) -> None:
        """Watch from now on. Call it again when a motor has been renamed."""
        self._release()
        for key, dispenser in self._dispensers.items():
            self._releases += [
                dispenser.names.add(self.start),
                async_track_state_change_event(
                    self._hass,
                    dispenser.motor.entities.switch,
                    self._switched(key, dispenser),
                ),
            ]

    @callback
    def stop(self) -> None:
        """Stop watching, and delete the issues."""
        self._release()
        for key in self._dispensers:
            ir.async_delete_issue(self._hass, DOMAIN, _issue_id(key))

    @callback
    def _release(self) -> None:
        for release in self._releases:
            release()
        self._releases.clear()

    @callback
    def tell(self, key: str, portions: int) -> None:
        """Count portions, and create the issue."""
        self._log.add_total(key, TOTAL_NOT_ASKED_FOR, portions)
        self._told[key] += portions
        dispenser = self._dispensers[key]
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _issue_id(key),
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_NOT_ASKED_FOR,
            translation_placeholders={
                "site": dispenser.site_parts.entry.title,
                "dispenser": dispenser.subentry.title,
                "entity": dispenser.subentry.data[CONF_MOTOR],
                "portions": str(self._told[key]),
            },
        )
        self.portions[key].tell(portions)
        dispenser.update()

    def _switched(
        self, key: str, dispenser: Dispenser
    ) -> Callable[[Event[EventStateChangedData]], None]:
        @callback
        def switched(event: Event[EventStateChangedData]) -> None:
            old, new = event.data["old_state"], event.data["new_state"]
            if (
                old is None
                or new is None
                or old.state in (STATE_ON, STATE_UNAVAILABLE)
                or new.state != STATE_ON
                or dispenser.motor.is_dispensing
                or key in self._turning
            ):
                return
            dispenser.usage.portion()
            if not dispenser.subentry.data.get(CONF_SWITCH_PORTIONS):
                self.tell(key, 1)
            self._entry.async_create_background_task(
                self._hass, self._measure(key, dispenser), f"{DOMAIN} portion"
            )

        return switched

    async def _measure(self, key: str, dispenser: Dispenser) -> None:
        """Wait until the motor stands still, and count the paper that came out."""
        run = PortionRun(self._hass, dispenser.motor.entities, is_on=True)
        self._turning.add(key)
        try:
            await run.stopped(None)
            await run.measured(_length(dispenser.motor, run), MEASURED_WITHIN_S)
        finally:
            self._turning.discard(key)
            run.release()
        cm = _length(dispenser.motor, run)
        self._log.add_total(key, TOTAL_PAPER, cm)
        self._upkeep.given(dispenser, cm=cm)


def _length(motor: Motor, run: PortionRun) -> float:
    """Return the cm that came out: measured, else as set, else by the time it ran."""
    if (measured := run.measured_cm()) is not None:
        return measured
    if motor.entities.portion_length is not None:
        return 0.0 if run.lost else motor.portion_length or 0.0
    return run.seconds_on() * motor.entities.cm_per_second


def _issue_id(key: str) -> str:
    return f"{ISSUE_NOT_ASKED_FOR}_{key}"
