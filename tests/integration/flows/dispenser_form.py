"""The forms of a dispenser, filled in as a manager does."""

from typing import Any, Final

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.flows.dispenser_inputs import by_section
from custom_components.facequota.hardware.firmware_entities import FIRMWARE_ENTITIES
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import slugify
from tests.integration.conftest import CAMERA

PLAIN_DATA: Final = {"camera": CAMERA, "motor": "switch.plug"}
PLAIN: Final = {"name": "Exit", **PLAIN_DATA}


def add_device(
    hass: HomeAssistant,
    name: str,
    *,
    manufacturer: str = "facequota",
    model: str = "paper-dispenser",
) -> dict[str, str]:
    """Register a device as Home Assistant's esphome integration does it; show its states.

    Return its entity ids by the names that the firmware gives them.
    """
    entry = MockConfigEntry(domain="esphome", title=name)
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        connections={(dr.CONNECTION_NETWORK_MAC, f"02:fa:ce:90:7a:{len(name):02x}")},
        manufacturer=manufacturer,
        model=model,
        name=name,
    )
    found = {}
    for domain, original in (
        *FIRMWARE_ENTITIES,
        ("switch", "Motor"),
        # Others that a dispenser has and nobody asked for.
        ("number", "Calibration"),
        ("binary_sensor", "Visitor present"),
        ("button", "Reset fault"),
    ):
        entity = er.async_get(hass).async_get_or_create(
            domain,
            "esphome",
            f"{name}-{domain}-{slugify(original)}",
            suggested_object_id=f"{name} {original}",
            original_name=original,
            device_id=device.id,
            config_entry=entry,
        )
        hass.states.async_set(entity.entity_id, "off")
        found[original] = entity.entity_id
    return found


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    """Open the flow of a new dispenser."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "dispenser"), context={"source": SOURCE_USER}
    )


async def submit(
    hass: HomeAssistant, shown: SubentryFlowResult, *forms: dict[str, Any]
) -> SubentryFlowResult:
    """Send one form after the other and return what is shown then.

    The form of buttons and sensors is sent in its sections.
    """
    for form in forms:
        shown = await hass.config_entries.subentries.async_configure(
            shown["flow_id"],
            by_section(form) if shown["step_id"] == "inputs" else form,
        )
    await hass.async_block_till_done()
    return shown


def suggested(shown: SubentryFlowResult) -> dict[str, Any]:
    """Return what a form is filled with, without its sections."""
    assert shown["data_schema"] is not None
    parts = [shown["data_schema"], *(one.schema for one in sections(shown).values())]
    return {
        str(marker): (marker.description or {}).get("suggested_value")
        for part in parts
        for marker in part.schema
        if (marker.description or {}).get("suggested_value") is not None
    }


def sections(shown: SubentryFlowResult) -> dict[str, section]:
    """Return the sections of a form by their names."""
    assert shown["data_schema"] is not None
    return {
        str(marker): field
        for marker, field in shown["data_schema"].schema.items()
        if isinstance(field, section)
    }


def opened(shown: SubentryFlowResult) -> set[str]:
    """Return the sections that are open when a form is shown."""
    return {
        name for name, one in sections(shown).items() if not one.options["collapsed"]
    }


def section_of(field: str) -> str:
    """Return the section that a field of the second form is in."""
    (name,) = by_section({field: ""})
    return name


def the(entry: ConfigEntry, title: str) -> ConfigSubentry:
    """Return a dispenser by its name."""
    return next(one for one in entry.subentries.values() if one.title == title)


def told(
    shown: SubentryFlowResult, inputs: dict[str, Any], errors: dict[str, str]
) -> None:
    """Assert that a form says of these fields what is wrong with them."""
    assert shown["errors"] == {section_of(key): why for key, why in errors.items()}
    assert opened(shown) >= shown["errors"].keys()
    placeholders = shown["description_placeholders"]
    assert placeholders is not None
    assert placeholders["wrong"] == ", ".join(str(inputs[key]) for key in errors)


def device_of(
    registry: dr.DeviceRegistry, entry: MockConfigEntry, subentry_id: str | None = None
) -> dr.DeviceEntry | None:
    """Return the device of a site, or of one of its dispensers."""
    name = entry.entry_id + (f"_{subentry_id}" if subentry_id else "")
    return registry.async_get_device_by_identifier((DOMAIN, name), entry.entry_id)


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry, title: str = "Entrance"
) -> SubentryFlowResult:
    """Open the form that changes a dispenser."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "dispenser"),
        context={
            "source": SOURCE_RECONFIGURE,
            "subentry_id": the(entry, title).subentry_id,
        },
    )
