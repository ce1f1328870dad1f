"""Sharing a site's quota with other Home Assistants, and changing how."""

from collections.abc import Mapping
import logging
import secrets
import ssl
from typing import Any, Final

import voluptuous as vol

from custom_components.facequota.const import (
    CONF_CA,
    CONF_PAIRING_CODE,
    CONF_SERVERS,
    CONF_TLS,
)
from custom_components.facequota.shared_quota.pairing import (
    WrongCode,
    new_code,
    pairing,
)
from custom_components.facequota.shared_quota.server import Server
from custom_components.facequota.shared_quota.trouble import (
    FAILURES,
    Trouble,
    trouble_of,
)
from custom_components.facequota.site.sharing import server_settings, shared_quota_of
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    QrCodeSelector,
    QrCodeSelectorConfig,
    QrErrorCorrectionLevel,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

_LOGGER = logging.getLogger(__name__)

_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
SERVER_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_SERVERS): TextSelector(),
        vol.Required(CONF_TLS, default=True): BooleanSelector(),
        vol.Optional(CONF_CA): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Optional(CONF_USERNAME): TextSelector(),
        vol.Optional(CONF_PASSWORD): _SECRET,
    }
)
CODE_SCHEMA: Final = vol.Schema({vol.Required(CONF_PAIRING_CODE): TextSelector()})


class SharedQuotaFlow(ConfigSubentryFlow):
    """Asks for the server first, then for the code that makes two sites members of one quota."""

    def __init__(self) -> None:
        """Start with nothing answered."""
        self._data: dict[str, Any] = {}

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the server, and try it."""
        if shared_quota_of(self._get_entry()) is not None:
            return self.async_abort(reason="already_shared")
        return await self._server_step("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another server, or for other settings of this one."""
        if not self._data:
            self._data = dict(self._get_reconfigure_subentry().data)
        return await self._server_step("reconfigure", user_input)

    async def _server_step(
        self, step: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            if not (errors := await server_errors(self.hass, user_input)):
                code = self._data.get(CONF_PAIRING_CODE)
                self._data = dict(user_input)
                if self.source == SOURCE_RECONFIGURE:
                    return self.async_update_and_abort(
                        self._get_entry(),
                        self._get_reconfigure_subentry(),
                        title=self._data[CONF_SERVERS],
                        data={**self._data, CONF_PAIRING_CODE: code},
                    )
                return await self.async_step_pairing()
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                SERVER_SCHEMA, self._data if user_input is None else user_input
            ),
            errors=errors,
        )

    async def async_step_pairing(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whether this is the quota's first site."""
        return self.async_show_menu(step_id="pairing", menu_options=["first", "join"])

    async def async_step_first(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show a new code, once."""
        if user_input is not None:
            return self._created()
        code = self._data[CONF_PAIRING_CODE] = new_code()
        return self.async_show_form(
            step_id="first",
            data_schema=vol.Schema(
                {
                    vol.Optional("qr_code"): QrCodeSelector(
                        QrCodeSelectorConfig(
                            data=code,
                            scale=5,
                            error_correction_level=QrErrorCorrectionLevel.MEDIUM,
                        )
                    )
                }
            ),
            description_placeholders={"code": code},
        )

    async def async_step_join(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the code that the first site showed, and begin a new epoch there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._data |= user_input
            if not (errors := await _announced(self.hass, self._data)):
                return self._created()
        return self.async_show_form(
            step_id="join",
            # The 24 signs need not be typed again because the server was away.
            data_schema=self.add_suggested_values_to_schema(CODE_SCHEMA, user_input),
            errors=errors,
        )

    def _created(self) -> SubentryFlowResult:
        return self.async_create_entry(
            title=self._data[CONF_SERVERS], data=self._data, unique_id="shared_quota"
        )


async def server_errors(
    hass: HomeAssistant, answers: Mapping[str, Any]
) -> dict[str, str]:
    """Connect to a server and return what is wrong with it, by field."""
    try:
        settings = await server_settings(hass, answers)
    except ssl.SSLError:
        return {CONF_CA: "wrong_certificate"}
    except ValueError:
        return {CONF_SERVERS: "wrong_address"}
    server = Server(settings)
    try:
        await server.open()
        await server.check()
    except FAILURES as error:
        return _failed(error)
    finally:
        await server.close()
    return {}


async def _announced(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, str]:
    """Join a quota: its members get a new key, and everybody is forgotten."""
    try:
        secret = await hass.async_add_executor_job(pairing, data[CONF_PAIRING_CODE])
    except WrongCode:
        return {CONF_PAIRING_CODE: "wrong_code"}
    server = Server(await server_settings(hass, data))
    try:
        await server.open()
        functions = server.functions(secret.quota)
        if not await server.client.exists(functions.key("meta")):
            return {CONF_PAIRING_CODE: "nobody_there"}
        await functions.call("finish", "", secrets.token_hex(8))
    except FAILURES as error:
        return _failed(error)
    finally:
        await server.close()
    return {}


def _failed(error: BaseException) -> dict[str, str]:
    """Return the error of the form; one without a text of its own refers to the log."""
    trouble = trouble_of(error)
    if trouble is Trouble.REFUSED:
        _LOGGER.warning("The server for a shared quota refuses: %s", error)
    return {"base": trouble.value}
