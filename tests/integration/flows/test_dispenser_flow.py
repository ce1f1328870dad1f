"""A manager adds a dispenser to a site."""

import math
from types import MappingProxyType
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.hardware.entities import BUTTONS
from custom_components.facequota.hardware.firmware_entities import FIRMWARE_ENTITIES
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.integration import fake_dispenser as fake
from tests.integration.conftest import CAMERA

from .dispenser_form import (
    PLAIN,
    PLAIN_DATA,
    add_device,
    begin,
    device_of,
    opened,
    reconfigure,
    section_of,
    sections,
    submit,
    suggested,
    the,
    told,
)

pytestmark = pytest.mark.usefixtures("seen_entities")


async def test_a_device_with_our_firmware_fills_in_everything_it_has(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    ours = add_device(hass, "Exit dispenser")
    add_device(hass, "Another dispenser")
    shown = await submit(
        hass, await begin(hass, open_site), PLAIN | {"motor": ours["Motor"]}
    )
    assert shown["step_id"] == "inputs"
    filled = suggested(shown)
    assert filled == {role: ours[name] for (_, name), role in FIRMWARE_ENTITIES.items()}
    shown = await submit(hass, shown, filled)
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    data = dict(the(open_site, "Exit").data)
    # Beside the entity ids stand those that no renaming changes.
    assert data.pop("registry_ids").keys() == {"motor", *filled}
    assert data == {"camera": CAMERA, "motor": ours["Motor"], **filled}


async def test_the_entities_of_a_device_are_named_and_no_section_needs_to_be_opened(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    ours = add_device(hass, "Exit dispenser")
    er.async_get(hass).async_update_entity(ours["Jam"], name="Stuck")
    shown = await submit(
        hass, await begin(hass, open_site), PLAIN | {"motor": ours["Motor"]}
    )
    assert opened(shown) == set()
    placeholders = shown["description_placeholders"]
    assert placeholders is not None
    device, names = placeholders["found"].split(": ")
    assert device == "**Exit dispenser**"
    brought = {name for _, name in FIRMWARE_ENTITIES} - {"Jam"} | {"Stuck"}
    assert set(names.split(" · ")) == brought


async def test_a_plain_switch_is_asked_what_it_needs(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Buttons, speed and roll; what only our firmware has is not there at all."""
    shown = await submit(hass, await begin(hass, open_site), PLAIN)
    asked = {
        str(marker)
        for name in opened(shown)
        for marker in sections(shown)[name].schema.schema
    }
    assert asked == {*BUTTONS, "cm_per_second", "roll_length"}
    assert sections(shown).keys() == {"buttons", "motor", "paper", "state"}
    placeholders = shown["description_placeholders"]
    assert placeholders is not None
    assert placeholders["found"] == ""


async def test_what_was_chosen_for_a_plain_switch_stays_on_its_form(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Also what only our firmware brings by itself: somebody built the same."""
    chosen = {
        "status": "sensor.of_their_own",
        "jam": "binary_sensor.of_their_own",
        "display": "text.of_their_own",
        "roll_length": 40,
    }
    hass.config_entries.async_add_subentry(
        open_site,
        ConfigSubentry(
            data=MappingProxyType({**chosen, **PLAIN_DATA}),
            subentry_type="dispenser",
            title="Exit",
            unique_id=None,
        ),
    )
    for entity_id in list(chosen.values())[:3]:
        hass.states.async_set(str(entity_id), "off")
    await hass.async_block_till_done()
    shown = await submit(hass, await reconfigure(hass, open_site, "Exit"), PLAIN)
    assert suggested(shown) == chosen
    await submit(hass, shown, chosen)
    assert the(open_site, "Exit").data == {**chosen, **PLAIN_DATA}


@pytest.mark.parametrize(
    "other",
    [{"manufacturer": "Somebody"}, {"model": "air-freshener"}],
    ids=["manufacturer", "model"],
)
async def test_another_device_fills_in_nothing(
    hass: HomeAssistant, open_site: MockConfigEntry, other: dict[str, str]
) -> None:
    theirs = add_device(hass, "Exit dispenser", **other)
    shown = await submit(
        hass, await begin(hass, open_site), PLAIN | {"motor": theirs["Motor"]}
    )
    assert suggested(shown) == {}


async def test_an_entity_that_was_disabled_is_not_filled_in(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    ours = add_device(hass, "Exit dispenser")
    er.async_get(hass).async_update_entity(
        ours["Jam"], disabled_by=er.RegistryEntryDisabler.USER
    )
    shown = await submit(
        hass, await begin(hass, open_site), PLAIN | {"motor": ours["Motor"]}
    )
    assert "jam" not in suggested(shown)
    assert "request" in suggested(shown)


async def test_a_plain_switch_runs_for_the_time_of_a_portion(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    shown = await submit(hass, await begin(hass, open_site), PLAIN)
    assert suggested(shown) == {}
    shown = await submit(hass, shown, {"cm_per_second": 12.5})
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    exit_ = the(open_site, "Exit")
    assert exit_.data == {
        "camera": CAMERA,
        "motor": "switch.plug",
        "cm_per_second": 12.5,
    }
    motor = open_site.runtime_data.dispensers[exit_.subentry_id].motor.entities
    assert (motor.cm_per_second, motor.portion_length) == (12.5, None)


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"name": " "}, {"name": "name_empty"}),
        ({"name": "長" * 60}, {"name": "name_too_long"}),
        ({"camera": "camera.gone"}, {"camera": "entity_not_found"}),
        ({"motor": "switch.gone"}, {"motor": "entity_not_found"}),
        ({"motor": fake.MOTOR}, {"motor": "motor_in_use"}),
        ({"eye_line": math.nan}, {"eye_line": "not_a_number"}),
    ],
)
async def test_the_first_form_names_each_invalid_field(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    change: dict[str, Any],
    errors: dict[str, str],
) -> None:
    shown = await submit(hass, await begin(hass, open_site), PLAIN | change)
    assert (shown["step_id"], shown["errors"]) == ("user", errors)
    assert suggested(shown).keys() == (PLAIN | change).keys()
    shown = await submit(hass, shown, PLAIN)
    assert shown["step_id"] == "inputs"


async def test_a_motor_belongs_to_one_dispenser_of_all_sites(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Two at one motor would give one visitor's paper to another."""
    other = MockConfigEntry(domain=DOMAIN, title="Lake", data={"name": "Lake"})
    other.add_to_hass(hass)
    shown = await submit(hass, await begin(hass, other), PLAIN | {"motor": fake.MOTOR})
    assert shown["errors"] == {"motor": "motor_in_use"}


@pytest.mark.parametrize(
    ("inputs", "errors"),
    [
        ({"cm_per_second": math.nan}, {"cm_per_second": "not_a_number"}),
        ({"request": "switch.plug"}, {"request": "entity_used_twice"}),
        (
            {"request": "button.a", "request_without_face": "button.a"},
            {"request_without_face": "entity_used_twice"},
        ),
        (
            {"request_without_face": "button.a", "forget": "button.a"},
            {"forget": "entity_used_twice"},
        ),
    ],
)
async def test_the_second_form_names_each_invalid_field(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    inputs: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Above the section, which is open and names what is meant."""
    shown = await submit(hass, await begin(hass, open_site), PLAIN, inputs)
    assert shown["step_id"] == "inputs"
    told(shown, inputs, errors)
    assert set(suggested(shown)) == set(inputs)
    shown = await submit(hass, shown, {"request": "button.a"})
    assert shown["type"] is FlowResultType.CREATE_ENTRY


async def test_an_invalid_entity_or_number_is_refused(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    shown = await begin(hass, open_site)
    for wrong_one in ({"camera": "switch.plug"}, {"eye_line": 0}, {"eye_line": 100}):
        with pytest.raises(InvalidData):
            await submit(hass, shown, PLAIN | wrong_one)
    shown = await submit(hass, shown, PLAIN)
    wrong: list[dict[str, Any]] = [
        *({"cm_per_second": speed} for speed in (-1, 0, 201, math.inf)),
        {"jam": "switch.plug"},
        {"request": "light.lamp"},
    ]
    for inputs in wrong:
        with pytest.raises(
            InvalidData, match=f"{section_of(*inputs)}.{next(iter(inputs))}"
        ):
            await submit(hass, shown, inputs)


async def test_two_dispensers_are_two_devices_reached_through_the_site_s(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    await submit(hass, await begin(hass, open_site), PLAIN, {})
    site = device_of(device_registry, open_site)
    assert site is not None
    for subentry_id, title in (
        (the(open_site, "Entrance").subentry_id, "Entrance"),
        (the(open_site, "Exit").subentry_id, "Exit"),
    ):
        device = device_of(device_registry, open_site, subentry_id)
        assert device is not None
        assert (device.name, device.via_device_id) == (title, site.id)
        own = er.async_entries_for_device(entity_registry, device.id)
        assert {one.config_subentry_id for one in own} == {subentry_id}
        assert f"event.{title.lower()}_visit" in {one.entity_id for one in own}
    assert len(open_site.runtime_data.dispensers) == 2
