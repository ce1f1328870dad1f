"""Rights: only an administrator may change rules, purge, or end a suspension."""

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser


async def async_require_admin(hass: HomeAssistant, context: Context | None) -> None:
    """Raise Unauthorized unless an administrator or an automation asks.

    Home Assistant hides views from users, but lets every member of its group "Users"
    control every entity. So the right to change something is checked where it is
    changed.
    """
    user = await _user(hass, context)
    if user is not None and not user.is_admin:
        raise Unauthorized(context=context)


async def async_require_control(
    hass: HomeAssistant, context: Context, entity_id: str
) -> None:
    """Raise Unauthorized unless an automation asks, or a user who may control an entity.

    Home Assistant checks this by itself only for actions that name an entity.
    """
    user = await _user(hass, context)
    if user is not None and not user.permissions.check_entity(
        entity_id, POLICY_CONTROL
    ):
        raise Unauthorized(context=context, entity_id=entity_id)


async def _user(hass: HomeAssistant, context: Context | None) -> User | None:
    """Return the user who asks, None for an automation; raise UnknownUser for a user who was removed."""
    if context is None or context.user_id is None:
        return None
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    return user
