"""Hides the motors of dispensers from areas, labels and voice assistants.

Home Assistant leaves hidden entities out when a whole area, floor, device or label is
turned on. Our firmware's motor has a category, which does the same except for labels.
So every switch is hidden while it is a dispenser's motor. Voice assistants keep an
entity that was exposed to them, hidden or not: the motor is removed there.
"""

from custom_components.facequota.const import CONF_MOTOR, DOMAIN, SUBENTRY_DISPENSER
from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import KNOWN_ASSISTANTS
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.event import async_track_entity_registry_updated_event

ISSUE_MOTOR_IN_REACH = "motor_in_reach"


@callback
def async_hide_motors(hass: HomeAssistant, entry: ConfigEntry) -> CALLBACK_TYPE:
    """Hide the motors of a site, and create an issue when a person shows one of them again.

    Return how to stop; a switch that is no motor any more is shown then.
    """
    registry = er.async_get(hass)
    guarded = _motors(entry)
    hidden = [registry.async_get(motor) for motor in guarded.values()]
    for motor in guarded.values():
        async_hide_motor(hass, motor)
    release: CALLBACK_TYPE | None = None

    @callback
    def look(_: object = None) -> None:
        nonlocal release
        if release is not None:
            release()
        motors = _motors(entry)
        release = async_track_entity_registry_updated_event(
            hass, set(motors.values()), look
        )
        for subentry_id, motor in motors.items():
            _tell(hass, entry, subentry_id, motor)

    @callback
    def stop() -> None:
        if release is not None:
            release()
        for subentry_id in guarded:
            ir.async_delete_issue(hass, DOMAIN, _issue_id(subentry_id))
        ours = {
            motor
            for other in hass.config_entries.async_entries(DOMAIN)
            for motor in _motors(other).values()
        }
        for known in hidden:
            now = None if known is None else registry.entities.get_entry(known.id)
            if now is not None and now.entity_id not in ours:
                _show(registry, now)

    look()
    return stop


@callback
def async_show_motors(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Show the motors of a site that is removed, as they were before."""
    registry = er.async_get(hass)
    for motor in _motors(entry).values():
        if (known := registry.async_get(motor)) is not None:
            _show(registry, known)


@callback
def async_hide_motor(hass: HomeAssistant, motor: str) -> None:
    """Put a motor out of reach of areas and voice assistants, unless it is already."""
    registry = er.async_get(hass)
    known = registry.async_get(motor)
    if known is not None and known.hidden_by is None:
        registry.async_update_entity(motor, hidden_by=er.RegistryEntryHider.INTEGRATION)
    exposed = hass.data.get(DATA_EXPOSED_ENTITIES)
    for assistant in _listening(hass, motor):
        if exposed is not None:
            exposed.async_set_assistant_option(assistant, motor, "should_expose", False)


def _listening(hass: HomeAssistant, motor: str) -> list[str]:
    """Return the voice assistants that may turn a motor on."""
    exposed = hass.data.get(DATA_EXPOSED_ENTITIES)
    if exposed is None:
        return []
    return [one for one in KNOWN_ASSISTANTS if exposed.async_should_expose(one, motor)]


@callback
def _tell(
    hass: HomeAssistant, entry: ConfigEntry, subentry_id: str, motor: str
) -> None:
    """Keep an issue for a motor that is in reach of areas or voice assistants."""
    known = er.async_get(hass).async_get(motor)
    is_shown = known is not None and known.hidden_by is None
    if not is_shown and not _listening(hass, motor):
        ir.async_delete_issue(hass, DOMAIN, _issue_id(subentry_id))
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(subentry_id),
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_MOTOR_IN_REACH,
        data={"motor": motor},
        translation_placeholders={
            "site": entry.title,
            "dispenser": entry.subentries[subentry_id].title,
            "entity": motor,
        },
    )


def _show(registry: er.EntityRegistry, motor: er.RegistryEntry) -> None:
    if motor.hidden_by is er.RegistryEntryHider.INTEGRATION:
        registry.async_update_entity(motor.entity_id, hidden_by=None)


def _motors(entry: ConfigEntry) -> dict[str, str]:
    """Return the motor of each dispenser, by its subentry."""
    return {
        key: subentry.data[CONF_MOTOR]
        for key, subentry in entry.subentries.items()
        if subentry.subentry_type == SUBENTRY_DISPENSER
    }


def _issue_id(subentry_id: str) -> str:
    return f"{ISSUE_MOTOR_IN_REACH}_{subentry_id}"
