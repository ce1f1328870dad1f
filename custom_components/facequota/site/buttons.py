"""The visitor's buttons at one dispenser: each press is one request."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

from custom_components.facequota.const import CONF_VISITOR_BUTTON, DOMAIN
from custom_components.facequota.hardware.entities import BUTTONS
from custom_components.facequota.hardware.inputs import (
    async_listen,
    async_listen_to_held_button,
    event_type_key,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError


class Buttons:
    """Serves presses; a failure is shown on the display and raises no exception."""

    def __init__(
        self,
        hass: HomeAssistant,
        subentry: ConfigSubentry,
        serve: Mapping[str, Callable[[], Awaitable[object]]],
        on_held: Callable[[str], None],
    ) -> None:
        """Take a function for each role of BUTTONS; on_held is called while one is held."""
        self._hass = hass
        self._subentry = subentry
        self._serve = serve
        self._on_held = on_held
        self._releases: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Listen from now on. Call it again when the entities have been renamed."""
        self.stop()
        data = self._subentry.data
        chosen = {role: data[role] for role in BUTTONS if data.get(role)}
        self._releases = [
            async_listen(
                self._hass,
                {
                    entity_id: partial(self._pressed, self._serve[role])
                    for role, entity_id in chosen.items()
                },
                {
                    entity_id: data[event_type_key(role)]
                    for role, entity_id in chosen.items()
                    if data.get(event_type_key(role))
                },
            )
        ]
        if button := data.get(CONF_VISITOR_BUTTON):
            self._releases.append(
                async_listen_to_held_button(self._hass, button, self._on_held)
            )

    @callback
    def stop(self) -> None:
        """Stop listening."""
        for release in self._releases:
            release()
        self._releases.clear()

    @callback
    def _pressed(self, serve: Callable[[], Awaitable[object]]) -> None:
        async def served() -> None:
            with suppress(HomeAssistantError):
                await serve()

        self._hass.async_create_task(served(), f"{DOMAIN} press")
