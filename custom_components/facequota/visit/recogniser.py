"""The recognition worker of one site: started, stopped, replaced, and tried again."""

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
from custom_components.facequota.recognition.pool import Pool, max_workers
from custom_components.facequota.recognition.supervisor import (
    Supervisor,
    WorkerError,
    WorkerState,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .attack_detection import AttackDetection
from .engine_issues import ISSUE_COHORT_UNUSABLE, REASON_MISSING, issue_of, show_issue
from .frames import LIKENESS, Likeness
from .retry import Retry

_LOGGER = logging.getLogger(__name__)


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
    """Starts, stops, replaces and retries the worker; creates an issue when it fails."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        environment: EngineEnvironment,
        *,
        has_cohort: bool,
        on_change: Callable[[], None],
    ) -> None:
        """Wire the worker; nothing runs yet."""
        self._has_cohort = has_cohort
        self._hass = hass
        self._entry = entry
        self._environment = environment
        self._on_change = on_change
        self._pool: Pool | None = None
        self.problem: str | None = None
        self._is_wanted = False
        # The worker has seen a visitor who must be forgotten.
        self._is_stale = False
        self._reconciling: asyncio.Task[None] | None = None
        self._retry = Retry(hass, self._reconcile)
        self.attack_detection = AttackDetection(hass, entry, environment.engine)

    @property
    def likeness(self) -> Likeness:
        """Return how near the engine's templates of one visit may be."""
        return LIKENESS[self._environment.engine]

    @property
    def ready(self) -> bool:
        """Return if pictures are looked at right now."""
        return self._pool is not None and self._pool.ready

    @property
    def worker(self) -> Supervisor | None:
        """Return the worker that is always there, if there is one."""
        return None if self._pool is None else self._pool.first

    @property
    def _needs_another(self) -> bool:
        worker = self.worker
        return worker is None or worker.state is WorkerState.GIVEN_UP or self._is_stale

    async def start(self) -> None:
        """Start the worker, or create an issue that says why it does not run yet.

        It is tried again until it does. An engine that is missing (a restored backup,
        another Python) is not downloaded here: only a person may start a download.
        """
        if not self._has_cohort:
            self._report(ISSUE_COHORT_UNUSABLE)
            return
        self._is_wanted = True
        if self.worker is None:
            await asyncio.wait([self._reconcile()])

    async def stop(self) -> None:
        """End the worker and delete its issues: a worker that is switched off is not a failure."""
        self._is_wanted = False
        self._retry.cancel()
        if self._reconciling is not None:
            self._reconciling.cancel()
            await asyncio.wait([self._reconciling])
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.stop()
        self._is_stale = False
        self._retry.succeeded()
        self.attack_detection.delete_issue()
        self._report(None)

    async def look(
        self, picture: bytes, *, timeout: float, near: Region | None = None
    ) -> Sighting:
        """Return what a picture shows; raise WorkerError."""
        if self._pool is None:
            raise WorkerError("not_running")
        sighting = await self._pool.look(picture, timeout=timeout, near=near)
        self._retry.succeeded()
        return sighting

    @callback
    def renew(self) -> None:
        """Replace the workers that saw faces, in the background.

        What pictures leave in a process cannot be overwritten, so the process is ended.
        """
        if self._pool is not None and self._pool.has_seen:
            self._is_stale = True
            self._reconcile()

    def diagnostics(self) -> dict[str, Any]:
        """Return the worker's state."""
        if self._pool is None:
            return {"state": WorkerState.STOPPED.value, "problem": self.problem}
        worker = self._pool.first
        engine = worker.engine
        return {
            "state": worker.state.value,
            "problem": self.problem,
            "reason": worker.reason,
            "restarts": worker.restarts,
            "processes": len(self._pool.pids),
            "memory_mb": self._pool.memory_mb,
            "engine": f"{engine.name} {engine.version}" if engine else None,
            "sandbox": dict(worker.sandbox),
            "detects_presentation_attacks": self.attack_detection.runs,
        }

    @callback
    def _reconcile(self) -> asyncio.Task[None]:
        """Return the task that brings the worker into the wanted state; start it if needed."""
        if self._reconciling is None or self._reconciling.done():
            self._reconciling = self._entry.async_create_background_task(
                self._hass, self._replace_while_needed(), name=f"{DOMAIN} worker"
            )
        return self._reconciling

    async def _replace_while_needed(self) -> None:
        """Replace workers until none has seen a visitor who must be forgotten.

        A visitor may be forgotten at any moment meanwhile, so this is checked again at
        the end.
        """
        while self._is_wanted and self._needs_another:
            before = self._pool
            try:
                successor = await self._new_pool()
            except WorkerError as err:
                if err.reason != REASON_MISSING and self._retry.is_first:
                    _LOGGER.error("The recognition worker does not start: %s", err)
                if before is None:
                    self._report_death(err.reason)
                    self._retry.plan()
                    return
                # There may be no memory for two. The old one ends all the same, and
                # the open lane gives the paper until another one runs.
                self._pool, self._is_stale = None, False
                await before.stop()
                continue
            self._pool, self._is_stale = successor, False
            self._report(None)
            if before is not None:
                try:
                    await before.answered()
                finally:
                    await before.stop()

    async def _new_pool(self) -> Pool:
        """Return a new pool of workers; its first worker runs.

        Raises WorkerError, also "missing".
        """
        if not await self._hass.async_add_executor_job(self._environment.is_installed):
            raise WorkerError(REASON_MISSING)
        if self._pool is None:
            await self.attack_detection.prepare()
        pool = Pool(self._new_worker, most=max_workers())
        await pool.start()
        return pool

    def _new_worker(self) -> Supervisor:
        """Return a worker that does not run yet."""
        worker = Supervisor(
            command=self._environment.command(self.attack_detection.folder),
            env=self._environment.env(),
            on_change=lambda: self._worker_changed(worker),
        )
        return worker

    @callback
    def _worker_changed(self, worker: Supervisor) -> None:
        """Follow the state of the worker in use; ignore that of others."""
        if worker is not self.worker:
            return
        match worker.state:
            case WorkerState.READY:
                self._report(None)
            case WorkerState.RESTARTING:
                self.problem = "worker_restarting"
                self._on_change()
            case WorkerState.GIVEN_UP:
                self._report_death(worker.reason)
                self._retry.plan()

    @callback
    def _report_death(self, reason: str | None) -> None:
        """Create an issue that says what a person can do."""
        self._report(issue_of(reason, self._environment.engine), reason)

    @callback
    def _report(self, issue: str | None, reason: str | None = None) -> None:
        """Create this issue and delete the others."""
        self.problem = issue
        show_issue(self._hass, self._entry, issue, reason)
        self._on_change()
