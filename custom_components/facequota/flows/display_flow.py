"""Adding a visitor's display: a page for a tablet with a secret address.

Removing it revokes the address.
"""

from typing import Any

import voluptuous as vol

from custom_components.facequota.const import SUBENTRY_DISPENSER
from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.site.display_access import (
    CONF_BUTTONS,
    CONF_DISPENSER,
    CONF_LANGUAGES,
    CONF_NEAREST,
    CONF_SPOKEN,
    CONF_TOKEN,
    DISPLAY_URL,
    REQUEST_KINDS,
    new_token,
)
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.selector import (
    BooleanSelector,
    QrCodeSelector,
    QrCodeSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

CONF_NEW_ADDRESS = "new_address"
CONF_QR = "qr"

COMMON_FIELDS = {
    vol.Optional(CONF_LANGUAGES, default=list): SelectSelector(
        SelectSelectorConfig(
            # Each language by its own name, so that its readers can choose it.
            options=[
                SelectOptionDict(value=tag.lower(), label=one.name)
                for tag, one in LANGUAGES.items()
            ],
            multiple=True,
        )
    ),
    vol.Optional(CONF_BUTTONS, default=list): SelectSelector(
        SelectSelectorConfig(
            options=list(REQUEST_KINDS), multiple=True, translation_key="wish"
        )
    ),
    vol.Required(CONF_SPOKEN, default=False): BooleanSelector(),
}


def _nearest(dispensers: list[SelectOptionDict]) -> dict[vol.Marker, SelectSelector]:
    """Return the field for the nearest other dispensers, if there are others."""
    if len(dispensers) < 2:
        return {}
    config = SelectSelectorConfig(
        options=dispensers, multiple=True, mode=SelectSelectorMode.DROPDOWN
    )
    return {vol.Optional(CONF_NEAREST, default=list): SelectSelector(config)}


class DisplayFlow(ConfigSubentryFlow):
    """Adds a visitor's display, changes one, or gives it another address."""

    def __init__(self) -> None:
        """Begin with nothing decided."""
        self._data: dict[str, Any] = {}

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the dispenser, the languages and the buttons."""
        choices = self._dispensers()
        if not choices:
            return self.async_abort(reason="no_dispenser")
        if user_input is not None:
            self._data = {**user_input, CONF_TOKEN: new_token()}
            return await self.async_step_address()
        return self.async_show_form(
            step_id="user",
            data_schema=vol.Schema(
                {
                    vol.Required(
                        CONF_DISPENSER, default=choices[0]["value"]
                    ): SelectSelector(SelectSelectorConfig(options=choices)),
                    **COMMON_FIELDS,
                    **_nearest(choices),
                }
            ),
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is to change; a new address makes the old one useless."""
        known = self._get_reconfigure_subentry().data
        if user_input is not None:
            token = (
                new_token() if user_input.pop(CONF_NEW_ADDRESS) else known[CONF_TOKEN]
            )
            kept = {CONF_DISPENSER: known[CONF_DISPENSER], CONF_TOKEN: token}
            self._data = {**kept, **user_input}
            return await self.async_step_address()
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(
                    {
                        **COMMON_FIELDS,
                        **_nearest(self._dispensers()),
                        vol.Required(
                            CONF_NEW_ADDRESS, default=False
                        ): BooleanSelector(),
                    }
                ),
                known,
            ),
        )

    def _dispensers(self) -> list[SelectOptionDict]:
        """Return the site's dispensers to choose from."""
        return [
            SelectOptionDict(value=key, label=subentry.title)
            for key, subentry in self._get_entry().subentries.items()
            if subentry.subentry_type == SUBENTRY_DISPENSER
        ]

    async def async_step_address(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the address, as a code for the tablet's camera and to copy."""
        if user_input is None:
            path = DISPLAY_URL.format(token=self._data[CONF_TOKEN])
            try:
                address = f"{get_url(self.hass, prefer_external=False)}{path}"
            except NoURLAvailableError:
                address = path
            qr = QrCodeSelector(QrCodeSelectorConfig(data=address, scale=5))
            return self.async_show_form(
                step_id="address",
                data_schema=vol.Schema({vol.Optional(CONF_QR): qr}),
                description_placeholders={"address": address},
                last_step=True,
            )
        dispenser = self._get_entry().subentries.get(self._data[CONF_DISPENSER])
        if dispenser is None:
            return self.async_abort(reason="no_dispenser")
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                data=self._data,
                reason="reconfigure_successful",
            )
        return self.async_create_entry(title=dispenser.title, data=self._data)
