"""A manager adds a dispenser to a site, and changes one."""

import math
from types import MappingProxyType
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.flows.dispenser_inputs import by_section
from custom_components.facequota.hardware.entities import BUTTONS
from custom_components.facequota.hardware.firmware_entities import FIRMWARE_ENTITIES
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import slugify
from tests.integration import fake_dispenser as fake
from tests.integration.conftest import CAMERA, DISPENSER_DATA

PLAIN_DATA: Final = {"camera": CAMERA, "motor": "switch.plug"}
PLAIN: Final = {"name": "Exit", **PLAIN_DATA}


@pytest.fixture(autouse=True)
def seen_entities(hass: HomeAssistant) -> None:
    """Show the camera and a plain switch."""
    hass.states.async_set(CAMERA, "idle")
    hass.states.async_set("switch.plug", "off")


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


async def test_what_a_device_brings_is_told_and_nothing_needs_to_be_opened(
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


async def test_a_plain_switch_is_a_matter_of_time(
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
        ({"camera": "camera.gone"}, {"camera": "entity_not_found"}),
        ({"motor": "switch.gone"}, {"motor": "entity_not_found"}),
        ({"motor": fake.MOTOR}, {"motor": "motor_in_use"}),
        ({"eye_line": math.nan}, {"eye_line": "not_a_number"}),
    ],
)
async def test_the_first_form_says_what_cannot_be(
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
async def test_the_second_form_says_what_cannot_be(
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


def told(
    shown: SubentryFlowResult, inputs: dict[str, Any], errors: dict[str, str]
) -> None:
    """Assert that a form says of these fields what is wrong with them."""
    assert shown["errors"] == {section_of(key): why for key, why in errors.items()}
    assert opened(shown) >= shown["errors"].keys()
    placeholders = shown["description_placeholders"]
    assert placeholders is not None
    assert placeholders["wrong"] == ", ".join(str(inputs[key]) for key in errors)


async def test_what_is_no_such_entity_or_number_is_not_taken(
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


def device_of(
    registry: dr.DeviceRegistry, entry: MockConfigEntry, subentry_id: str | None = None
) -> dr.DeviceEntry | None:
    """Return the device of a site, or of one of its dispensers."""
    name = entry.entry_id + (f"_{subentry_id}" if subentry_id else "")
    return registry.async_get_device_by_identifier((DOMAIN, name), entry.entry_id)


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


# Buttons that tell several events of one press

SCENE_BUTTON: Final = "event.scene_button"
WALL_BUTTON: Final = "event.wall_button"
PRESSES: Final = ["press", "double_press", "long_press"]
CHOSEN: Final = {"request_event_type": "long_press"}


@pytest.fixture
def event_buttons(hass: HomeAssistant) -> None:
    """Show two buttons of other makers, as they are while nobody has pressed them."""
    for entity_id, types in ((SCENE_BUTTON, PRESSES), (WALL_BUTTON, ["press"])):
        hass.states.async_set(entity_id, "unknown", {"event_types": types})


def choices(shown: SubentryFlowResult) -> dict[str, list[str]]:
    """Return the fields of a form of choices, with what can be chosen."""
    assert shown["data_schema"] is not None
    return {
        str(marker): field.config["options"]
        for marker, field in shown["data_schema"].schema.items()
    }


@pytest.mark.usefixtures("event_buttons")
async def test_the_manager_picks_which_event_of_a_button_counts(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Only where there are several."""
    shown = await submit(
        hass,
        await begin(hass, open_site),
        PLAIN,
        {
            "request": SCENE_BUTTON,
            "request_without_face": WALL_BUTTON,
            "forget": "button.a",
        },
    )
    assert shown["step_id"] == "event_types"
    assert choices(shown) == {"request_event_type": PRESSES}
    shown = await submit(hass, shown, {"request_event_type": "long_press"})
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert the(open_site, "Exit").data["request_event_type"] == "long_press"


@pytest.mark.usefixtures("event_buttons")
async def test_a_choice_can_stay_empty_and_belongs_to_its_button(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    shown = await submit(
        hass, await begin(hass, open_site), PLAIN, {"request": SCENE_BUTTON}, {}
    )
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert "request_event_type" not in the(open_site, "Exit").data
    for entity_id, suggestion in ((SCENE_BUTTON, {}), (SCENE_BUTTON, CHOSEN)):
        shown = await submit(
            hass,
            await reconfigure(hass, open_site, "Exit"),
            PLAIN,
            {"request": entity_id},
        )
        assert suggested(shown) == suggestion
        await submit(hass, shown, CHOSEN)
    # Away, it is known all the same what it may tell; another button knows nothing of it.
    hass.states.async_set("event.other", "unavailable", {"event_types": PRESSES})
    shown = await submit(
        hass,
        await reconfigure(hass, open_site, "Exit"),
        PLAIN,
        {"request": "event.other"},
    )
    assert (choices(shown), suggested(shown)) == ({"request_event_type": PRESSES}, {})
    await submit(hass, shown, {})
    # And one without a choice is not asked about.
    shown = await submit(
        hass,
        await reconfigure(hass, open_site, "Exit"),
        PLAIN,
        {"request": WALL_BUTTON},
    )
    assert shown["type"] is FlowResultType.ABORT


@pytest.mark.usefixtures("event_buttons")
async def test_a_motor_that_was_taken_while_events_were_chosen_is_refused(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    first = await submit(
        hass, await begin(hass, open_site), PLAIN, {"request": SCENE_BUTTON}
    )
    other = PLAIN | {"name": "Back door"}
    await submit(hass, await begin(hass, open_site), other, {})
    shown = await submit(hass, first, {})
    assert (shown["step_id"], shown["errors"]) == ("user", {"motor": "motor_in_use"})


# A dispenser that is there


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
