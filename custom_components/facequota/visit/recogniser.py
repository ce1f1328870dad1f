"""The recognition worker of one site: installed, running, resting, or in need of help."""

import asyncio
from collections.abc import Callable
import logging
from pathlib import Path
from typing import Any

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.recognition.engine import Region, Sighting
from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.supervisor import (
    Supervisor,
    WorkerError,
    WorkerState,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .attack_files import attack_folder, attack_placeholders, can_detect

_LOGGER = logging.getLogger(__name__)

ISSUE_ENGINE_MISSING = "engine_missing"
ISSUE_ENGINE_FAILED = "engine_failed"
ISSUE_ENGINE_NO_AVX = "engine_no_avx"
ISSUE_ATTACKS_UNSEEN = "attacks_unseen"
ENGINE_ISSUES = (ISSUE_ENGINE_MISSING, ISSUE_ENGINE_FAILED, ISSUE_ENGINE_NO_AVX)

# dlib's wheels use AVX instructions; a processor without them kills the worker with it.
REASON_ILLEGAL_INSTRUCTION = "sigill"


def engine_environment(
    hass: HomeAssistant, engine: str, wheels_folder: str | None
) -> EngineEnvironment:
    """Return where an engine's packages are, or will be."""
    return EngineEnvironment(
        Path(hass.config.cache_path(DOMAIN)),
        Engine(engine),
        wheels=Path(wheels_folder) if wheels_folder else None,
    )


class Recogniser:
    """Keeps the worker as the site wants it, and tells the manager when it cannot."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        environment: EngineEnvironment,
        *,
        on_change: Callable[[], None],
    ) -> None:
        """Wire the worker; nothing runs yet."""
        self._hass = hass
        self._entry = entry
        self._environment = environment
        self._on_change = on_change
        self.worker: Supervisor | None = None
        self.problem: str | None = None
        self._has_seen = False
        self._renewal: asyncio.Task[None] | None = None
        # Whether the manager wants presentation attacks to be looked for.
        self.detect_attacks = False
        self._detects_attacks = False
        self._attacks_issue_id = f"{ISSUE_ATTACKS_UNSEEN}_{entry.entry_id}"

    @property
    def ready(self) -> bool:
        """Return if pictures are looked at right now."""
        return self.worker is not None and self.worker.state is WorkerState.READY

    async def start(self) -> None:
        """Start the worker, or leave an issue that says why it cannot run.

        An engine that is missing (a restored backup, another Python) is not downloaded
        here: nothing leaves the machine unless a person asks for it.
        """
        if self.worker is not None:
            return
        if not await self._hass.async_add_executor_job(self._environment.is_installed):
            self._report(ISSUE_ENGINE_MISSING)
            return
        await self._prepare_detection()
        self.worker = self._new_worker()
        self._has_seen = False
        try:
            await self.worker.start()
        except WorkerError as err:
            _LOGGER.error("The recognition worker does not start: %s", err)
            self._report_death(err.reason)

    async def stop(self) -> None:
        """End the worker; nothing is wrong with one that rests."""
        worker, self.worker = self.worker, None
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.wait([self._renewal])
        if worker is not None:
            await worker.stop()
        ir.async_delete_issue(self._hass, DOMAIN, self._attacks_issue_id)
        self._report(None)

    async def look(
        self, picture: bytes, *, timeout: float, near: Region | None = None
    ) -> Sighting:
        """Return what a picture shows; raise WorkerError."""
        if self.worker is None:
            raise WorkerError("not_running")
        self._has_seen = True
        return await self.worker.look(picture, timeout=timeout, near=near)

    @callback
    def renew(self) -> None:
        """Let another worker take over, in the background, from one that has seen faces.

        What pictures leave in a process nobody can overwrite, but it goes with it.
        """
        if self._has_seen and self.ready and not self._is_renewing:
            self._renewal = self._entry.async_create_background_task(
                self._hass, self._renew(), name=f"{DOMAIN} renewal"
            )

    def diagnostics(self) -> dict[str, Any]:
        """Return the worker's condition."""
        if (worker := self.worker) is None:
            return {"state": WorkerState.STOPPED.value, "problem": self.problem}
        engine = worker.engine
        return {
            "state": worker.state.value,
            "problem": self.problem,
            "reason": worker.reason,
            "restarts": worker.restarts,
            "engine": f"{engine.name} {engine.version}" if engine else None,
            "sandbox": dict(worker.sandbox),
            "detects_presentation_attacks": self._detects_attacks,
        }

    @property
    def _is_renewing(self) -> bool:
        return self._renewal is not None and not self._renewal.done()

    async def _renew(self) -> None:
        """Start another worker, let it take over and end the one before it."""
        before, successor = self.worker, self._new_worker()
        try:
            await successor.start()
        except WorkerError as err:
            _LOGGER.warning("No new recognition worker could be started: %s", err)
            return
        assert before is not None
        self.worker, self._has_seen = successor, False
        try:
            await before.answered()
        finally:
            await before.stop()

    def _new_worker(self) -> Supervisor:
        """Return a worker that does not run yet."""
        attacks = attack_folder(self._hass) if self._detects_attacks else None
        return Supervisor(
            command=self._environment.command(attacks),
            env=self._environment.env(),
            on_change=self._worker_changed,
        )

    async def _prepare_detection(self) -> None:
        """Find out if presentation attacks can be detected; tell if they cannot be.

        Without it everything else works as always.
        """
        self._detects_attacks = self.detect_attacks and await can_detect(
            self._hass, self._environment.engine
        )
        if self._detects_attacks or not self.detect_attacks:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._attacks_issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_ATTACKS_UNSEEN,
            translation_placeholders={
                "site": self._entry.title,
                **await attack_placeholders(self._hass),
            },
        )

    @callback
    def _worker_changed(self) -> None:
        """Follow the worker's state; one that was let go says nothing any more."""
        if self.worker is None:
            return
        match self.worker.state:
            case WorkerState.READY:
                self._report(None)
            case WorkerState.RESTARTING:
                self.problem = "worker_restarting"
                self._on_change()
            case WorkerState.GIVEN_UP:
                self._report_death(self.worker.reason)

    @callback
    def _report_death(self, reason: str | None) -> None:
        """Leave an issue that says what a person can do."""
        if reason == REASON_ILLEGAL_INSTRUCTION:
            self._report(ISSUE_ENGINE_NO_AVX)
        else:
            self._report(ISSUE_ENGINE_FAILED, reason=reason or "")

    @callback
    def _report(self, issue: str | None, **placeholders: str) -> None:
        """Have this issue and no other one."""
        self.problem = issue
        for key in ENGINE_ISSUES:
            issue_id = f"{key}_{self._entry.entry_id}"
            if key != issue:
                ir.async_delete_issue(self._hass, DOMAIN, issue_id)
                continue
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                data={"entry_id": self._entry.entry_id},
                is_fixable=key != ISSUE_ENGINE_NO_AVX,
                severity=ir.IssueSeverity.ERROR,
                translation_key=key,
                translation_placeholders={"site": self._entry.title, **placeholders},
            )
        self._on_change()
