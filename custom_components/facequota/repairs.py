"""The repairs a manager can start with a click."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .cameras.reader import stream_packages
from .const import CONF_ENGINE, CONF_WHEELS_FOLDER, DOMAIN
from .flows.installation import Installation
from .site.hidden_motors import async_hide_motor


class InstallFlow(RepairsFlow):
    """Installs the engine where it is missing or broken, and starts the site again.

    Also installs another engine, which the site uses from then on, or the reader of
    streams.
    """

    def __init__(
        self,
        entry: ConfigEntry,
        words: dict[str, str],
        *,
        engine: str | None,
        is_reader: bool,
    ) -> None:
        """Remember the site, and what to install.

        `words` are the placeholders of the issue's text.
        """
        super().__init__()
        self._entry = entry
        self._words = words
        self._is_reader = is_reader
        self._site = dict(entry.data)
        if engine is not None:
            self._site[CONF_ENGINE] = engine
        self._installation: Installation | None = None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin by asking."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, with the last error; the button installs."""
        if user_input is not None:
            wheels = self._site.get(CONF_WHEELS_FOLDER)
            self._installation = Installation(
                self.hass,
                self._site,
                self.async_update_progress,
                stream_packages(self.hass, wheels) if self._is_reader else None,
            )
            return await self.async_step_install()
        errors: dict[str, str] = {}
        if self._installation is not None and self._installation.failure is not None:
            errors["base"] = self._installation.failure.reason
        return self.async_show_form(
            step_id="confirm",
            errors=errors,
            description_placeholders={"site": self._entry.title, **self._words},
        )

    async def async_step_install(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the progress of the installation until it has ended."""
        assert self._installation is not None
        return self._installation.step(self, after_failure="confirm")

    async def async_step_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Start the site again, with an engine that was tested."""
        # Another engine changes the site's entry, and that starts the site again by
        # itself.
        if not self.hass.config_entries.async_update_entry(
            self._entry, data=self._site
        ):
            self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})


class HideMotorRepairFlow(RepairsFlow):
    """Puts a motor out of reach of areas and voice assistants."""

    def __init__(self, motor: str, words: dict[str, str]) -> None:
        """Remember the motor, and the placeholders of the issue's text."""
        super().__init__()
        self._motor = motor
        self._words = words

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin by asking."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain; the button hides the motor."""
        if user_input is not None:
            async_hide_motor(self.hass, self._motor)
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm", description_placeholders=self._words
        )


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow for an issue."""
    assert data is not None
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    words = dict((issue and issue.translation_placeholders) or {})
    if motor := data.get("motor"):
        return HideMotorRepairFlow(str(motor), words)
    entry = hass.config_entries.async_get_known_entry(str(data["entry_id"]))
    engine = data.get("engine")
    return InstallFlow(
        entry,
        words,
        engine=None if engine is None else str(engine),
        is_reader=bool(data.get("is_reader")),
    )
