"""A manager changes a dispenser that is there."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.hardware.firmware_entities import FIRMWARE_ENTITIES
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from tests.integration import fake_dispenser as fake
from tests.integration.conftest import CAMERA, DISPENSER_DATA

from .dispenser_form import (
    PLAIN,
    add_device,
    begin,
    device_of,
    reconfigure,
    submit,
    suggested,
    the,
    told,
)

pytestmark = pytest.mark.usefixtures("seen_entities")


async def test_a_dispenser_that_is_removed_takes_its_device_along(
    hass: HomeAssistant, open_site: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    await submit(hass, await begin(hass, open_site), PLAIN, {})
    exit_ = the(open_site, "Exit")
    assert hass.states.get("event.exit_visit")
    hass.config_entries.async_remove_subentry(open_site, exit_.subentry_id)
    await hass.async_block_till_done()
    assert not device_of(device_registry, open_site, exit_.subentry_id)
    assert not hass.states.get("event.exit_visit")
    assert hass.states.get("event.entrance_visit")


async def test_an_eye_line_is_drawn_moved_and_taken_away(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    shown = await submit(
        hass,
        await begin(hass, open_site),
        PLAIN | {"eye_line": 50},
        {"forget": "button.a"},
    )
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    for line in ({"eye_line": 60}, {}):
        shown = await reconfigure(hass, open_site, "Exit")
        assert suggested(shown)["eye_line"] == the(open_site, "Exit").data["eye_line"]
        shown = await submit(hass, shown, PLAIN | line)
        assert suggested(shown)["forget"] == "button.a"
        await submit(hass, shown, {"forget": "button.a"})
        assert the(open_site, "Exit").data == {
            "camera": CAMERA,
            "motor": "switch.plug",
            "forget": "button.a",
            **line,
        }


async def test_a_dispenser_is_changed_with_everything_filled_in(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Its own motor is not another dispenser's; the site follows at once."""
    shown = await reconfigure(hass, open_site)
    basics = {"name": "Entrance", "camera": CAMERA, "motor": fake.MOTOR}
    assert (shown["step_id"], suggested(shown)) == ("user", basics)
    shown = await submit(hass, shown, basics | {"name": " Front "})
    kept = {key: value for key, value in fake.ENTITIES.items() if key != "motor"}
    assert suggested(shown) == kept
    inputs = {key: value for key, value in suggested(shown).items() if key != "jam"}
    shown = await submit(hass, shown, inputs)
    assert shown["type"] is FlowResultType.ABORT
    assert shown["reason"] == "reconfigure_successful"
    front = the(open_site, "Front")
    assert front.data == {
        key: value for key, value in DISPENSER_DATA.items() if key != "jam"
    }
    dispenser = open_site.runtime_data.dispensers[front.subentry_id]
    assert dispenser.motor.entities.jam is None


async def test_what_a_manager_left_empty_stays_empty(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Though the firmware has it; what is gone is looked for again."""
    ours = add_device(hass, "Exit dispenser")
    basics = PLAIN | {"motor": ours["Motor"]}
    shown = await submit(hass, await begin(hass, open_site), basics)
    chosen = suggested(shown)
    del chosen["display"]
    await submit(hass, shown, chosen | {"jam": "binary_sensor.was_renamed"})
    shown = await submit(hass, await reconfigure(hass, open_site, "Exit"), basics)
    assert suggested(shown) == chosen


async def test_another_motor_brings_its_own_entities(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Those of the old one would measure the wrong paper."""
    ours = add_device(hass, "Exit dispenser")
    shown = await submit(
        hass,
        await reconfigure(hass, open_site),
        PLAIN | {"motor": ours["Motor"]},
    )
    assert suggested(shown) == {
        role: ours[name] for (_, name), role in FIRMWARE_ENTITIES.items()
    }


async def test_a_form_that_is_wrong_changes_nothing(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    before = open_site.runtime_data
    shown = await submit(
        hass, await reconfigure(hass, open_site), PLAIN | {"motor": "switch.gone"}
    )
    assert shown["errors"] == {"motor": "entity_not_found"}
    hass.config_entries.subentries.async_abort(shown["flow_id"])
    assert the(open_site, "Entrance").data == DISPENSER_DATA
    assert open_site.runtime_data is before


@pytest.mark.parametrize(
    ("role", "unit", "refused"),
    [
        ("portion_length", "kg", True),
        ("portion_length", "%", True),
        ("portion_length", "ft", False),
        ("portion_length", "s", False),
        ("paper_dispensed", "L", True),
        ("paper_dispensed", "yd", False),
        ("last_portion", "portions", True),
        ("last_portion", None, False),
        ("roll_remaining", "s", True),
        ("roll_remaining", "%", False),
        ("roll_remaining", "mm", False),
    ],
)
async def test_a_unit_that_cannot_be_converted_is_refused(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    role: str,
    unit: str | None,
    refused: bool,
) -> None:
    domain = "number" if role == "portion_length" else "sensor"
    entity_id = f"{domain}.figure"
    hass.states.async_set(
        entity_id, "60", {"unit_of_measurement": unit} if unit else {}
    )
    shown = await submit(hass, await begin(hass, open_site), PLAIN)
    shown = await submit(hass, shown, {role: entity_id})
    if refused:
        told(shown, {role: entity_id}, {role: "unit_unknown"})
        shown = await submit(hass, shown, {})
    assert shown["type"] is FlowResultType.CREATE_ENTRY


async def test_two_windows_cannot_give_two_dispensers_one_motor(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Both were open before either was finished; the second is asked once more."""
    first = await submit(hass, await begin(hass, open_site), PLAIN)
    second = await submit(
        hass, await begin(hass, open_site), {**PLAIN, "name": "Back door"}
    )
    assert (await submit(hass, first, {}))["type"] is FlowResultType.CREATE_ENTRY
    shown = await submit(hass, second, {})
    assert (shown["step_id"], shown["errors"]) == ("user", {"motor": "motor_in_use"})
    hass.states.async_set("switch.other_plug", "off")
    shown = await submit(
        hass, shown, {**PLAIN, "name": "Back door", "motor": "switch.other_plug"}
    )
    shown = await submit(hass, shown, {})
    assert shown["type"] is FlowResultType.CREATE_ENTRY
