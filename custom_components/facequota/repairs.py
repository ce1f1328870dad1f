"""The repairs a manager can start with a click."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .flows.installation import Installation


class EngineRepairFlow(RepairsFlow):
    """Installs the engine where it is missing or broken, and starts the site anew."""

    def __init__(self, entry: ConfigEntry) -> None:
        """Remember which site this is for."""
        super().__init__()
        self._entry = entry
        self._installation: Installation | None = None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin by asking."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, also what went wrong; the button installs."""
        if user_input is not None:
            self._installation = Installation(
                self.hass, self._entry.data, self.async_update_progress
            )
            return await self.async_step_install()
        errors: dict[str, str] = {}
        if self._installation is not None and self._installation.failure is not None:
            errors["base"] = self._installation.failure.reason
        return self.async_show_form(
            step_id="confirm",
            errors=errors,
            description_placeholders={"site": self._entry.title},
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
        """Start the site anew, with an engine that was seen to work."""
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow for an issue."""
    assert data is not None
    entry = hass.config_entries.async_get_known_entry(str(data["entry_id"]))
    return EngineRepairFlow(entry)
