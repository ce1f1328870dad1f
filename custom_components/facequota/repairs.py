"""The repairs a manager can start with a click."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant

from .const import CONF_ENGINE, CONF_WHEELS_FOLDER
from .recogniser import engine_environment
from .recognition.environment import InstallError


class EngineRepairFlow(RepairsFlow):
    """Installs the engine where it is missing, and starts the site anew."""

    def __init__(self, entry_id: str) -> None:
        """Remember which site this is for."""
        super().__init__()
        self._entry_id = entry_id

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin by asking."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Install, when the manager said so."""
        errors: dict[str, str] = {}
        entry = self.hass.config_entries.async_get_known_entry(self._entry_id)
        if user_input is not None:
            environment = engine_environment(
                self.hass, entry.data[CONF_ENGINE], entry.data.get(CONF_WHEELS_FOLDER)
            )
            try:
                await environment.install(lambda _done: None)
            except InstallError as err:
                errors["base"] = err.reason
            else:
                self.hass.config_entries.async_schedule_reload(self._entry_id)
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            errors=errors,
            description_placeholders={"site": entry.title},
        )


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow for an issue."""
    assert data is not None
    return EngineRepairFlow(str(data["entry_id"]))
