"""Rights: only an administrator may change rules, purge, or end a suspension."""

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser


async def async_require_admin(hass: HomeAssistant, context: Context | None) -> None:
    """Raise Unauthorized unless an administrator or an automation asks.

    Home Assistant hides views from users, but lets everybody of its group "Users" control
    every entity; what a cleaner must not change is checked where it is changed.
    """
    if context is None or context.user_id is None:
        return
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    if not user.is_admin:
        raise Unauthorized(context=context)
