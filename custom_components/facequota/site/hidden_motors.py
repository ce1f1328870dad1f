"""A dispenser's motor is nobody's light switch.

Home Assistant leaves hidden entities out when a whole area, floor or device is turned on,
and does not offer them to voice assistants. Our firmware's motor has a category, which
does the same; any other switch is hidden while it is a dispenser's motor.
"""

from custom_components.facequota.const import CONF_MOTOR, SUBENTRY_DISPENSER
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er


@callback
def async_hide_motors(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Hide the motors of a site, unless somebody has hidden them already."""
    registry = er.async_get(hass)
    for motor in _motors(registry, entry):
        if motor.hidden_by is None and motor.entity_category is None:
            registry.async_update_entity(
                motor.entity_id, hidden_by=er.RegistryEntryHider.INTEGRATION
            )


@callback
def async_show_motors(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Show the motors of a site that is removed, as they were before."""
    registry = er.async_get(hass)
    for motor in _motors(registry, entry):
        if motor.hidden_by is er.RegistryEntryHider.INTEGRATION:
            registry.async_update_entity(motor.entity_id, hidden_by=None)


def _motors(registry: er.EntityRegistry, entry: ConfigEntry) -> list[er.RegistryEntry]:
    """Return the motors that Home Assistant has registered."""
    found = [
        registry.async_get(subentry.data[CONF_MOTOR])
        for subentry in entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_DISPENSER
    ]
    return [motor for motor in found if motor is not None]
