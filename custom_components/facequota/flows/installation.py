"""An installation of private packages, as a step of a flow that shows its progress."""

from collections.abc import Callable, Mapping
import logging
from pathlib import Path
from textwrap import fill
from typing import Any

from custom_components.facequota.const import CONF_ENGINE, CONF_WHEELS_FOLDER, DOMAIN
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.packages import InstallError
from custom_components.facequota.recognition.private_packages import PrivatePackages
from custom_components.facequota.visit.recogniser import engine_environment
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowHandler, FlowResult

_LOGGER = logging.getLogger(__name__)

# How much of uv's output a form shows; the log has more.
_DETAIL_CHARACTERS = 300
_DETAIL_COLUMNS = 60


class Installation:
    """Installs a site's engine and tests it once, in the background."""

    def __init__(
        self,
        hass: HomeAssistant,
        site: Mapping[str, Any],
        progress: Callable[[float], None],
        packages: PrivatePackages | None = None,
    ) -> None:
        """Begin; `site` is the data of a config entry, `progress` is called with 0 to 1.

        Other `packages` than the engine's are installed in the same way.
        """
        self._hass = hass
        self._progress = progress
        self._packages = packages or engine_environment(
            hass, site[CONF_ENGINE], site.get(CONF_WHEELS_FOLDER)
        )
        self.failure: InstallError | None = None
        self._is_shown = False
        self.frame_ms: float | None = None
        # Cancelled by the flow when the manager closes it.
        self.task = hass.async_create_task(self._run(), f"{DOMAIN} installation")

    @property
    def detail(self) -> str:
        """Return the last lines about the failure."""
        if self.failure is None:
            return ""
        end = self.failure.detail[-_DETAIL_CHARACTERS:]
        # A form does not wrap text that is formatted as code.
        return "\n".join(fill(line, _DETAIL_COLUMNS) for line in end.splitlines())

    def step[ResultT: FlowResult[Any, Any]](
        self, flow: FlowHandler[Any, ResultT, Any], *, after_failure: str
    ) -> ResultT:
        """Return the step "install": the progress, then "finish" or another step.

        The progress is shown at least once. Otherwise the next step would get the
        answers of the previous form, and would treat them as a request to try again.
        """
        if not self._is_shown or not self.task.done():
            self._is_shown = True
            return flow.async_show_progress(
                step_id="install",
                progress_action="install",
                progress_task=self.task,
            )
        return flow.async_show_progress_done(
            next_step_id=after_failure if self.failure else "finish"
        )

    async def _run(self) -> None:
        """Install and test; keep a failure for the flow to show."""
        packages = self._packages
        try:
            was_there = await self._hass.async_add_executor_job(packages.is_installed)
            await packages.install(self._progress)
            try:
                await packages.verify()
            except InstallError as err:
                if not was_there or err.reason != "unknown":
                    raise
                # The installed files are broken, perhaps by a bad disk.
                await self._again(packages)
            if isinstance(packages, EngineEnvironment):
                self.frame_ms = await packages.frame_ms()
        except InstallError as err:
            _LOGGER.error("%s could not be installed: %s", packages.name, err)
            self.failure = err
        except Exception as err:
            # An error of our own is a failure too: only an engine that ran once counts
            # as installed.
            _LOGGER.exception("%s could not be installed", packages.name)
            self.failure = InstallError("unknown", repr(err))

    async def _again(self, packages: PrivatePackages) -> None:
        """Delete the packages and install them again."""
        _LOGGER.warning("%s is broken; installing again", packages.name)
        await packages.remove()
        await packages.install(self._progress)
        await packages.verify()


async def folder_errors(
    hass: HomeAssistant, answers: Mapping[str, Any]
) -> dict[str, str]:
    """Return what is wrong with the folder of packages in a form, by field."""
    folder = answers.get(CONF_WHEELS_FOLDER)
    if not folder or await hass.async_add_executor_job(Path(folder).is_dir):
        return {}
    return {CONF_WHEELS_FOLDER: "folder_not_found"}
