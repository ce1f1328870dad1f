"""Hostile fields of the actions and the forms."""

import math
from random import Random
from types import SimpleNamespace
from typing import Final, cast

import voluptuous as vol

from custom_components.facequota.flows.dispenser_errors import (
    basic_errors,
    input_errors,
)
from custom_components.facequota.flows.dispenser_forms import BASICS_SCHEMA
from custom_components.facequota.flows.dispenser_inputs import (
    INPUTS_SCHEMA,
    by_section,
    flat,
)
from custom_components.facequota.flows.site_forms import (
    ENGINE_SCHEMA,
    FOLDER_SCHEMA,
    LAW_SCHEMA,
    NAME_SCHEMA,
)
from custom_components.facequota.hardware.entities import BUTTONS
from custom_components.facequota.options import (
    LIMITS,
    OPTION_KEYS,
    SiteOptions,
    options_schema,
    rule_errors,
)
from custom_components.facequota.services import (
    DISPENSE_SCHEMA,
    PURGE_SCHEMA,
    SITE_SCHEMA,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv

from .draws import any_value


def action_dispense(draw: Random) -> bool:
    """The fields of the action dispense."""
    fields = {
        k: any_value(draw) for k in ("cm", "lane", "request_id") if draw.random() < 0.6
    }
    try:
        data = vol.Schema(DISPENSE_SCHEMA)(fields)
    except vol.Invalid:
        return False
    assert "cm" not in data or 0 < data["cm"] <= LIMITS["portion_cm"][1]
    return True


def action_purge(draw: Random) -> bool:
    """The fields of the action purge."""
    fields = {"config_entry_id": any_value(draw), "older_than": any_value(draw)}
    try:
        data = PURGE_SCHEMA(fields)
    except vol.Invalid:
        return False
    seconds = data["older_than"].total_seconds()
    assert seconds >= 0 and math.isfinite(seconds)
    return True


def action_export_log(draw: Random) -> bool:
    """The fields of the action export_log."""
    fields = {"config_entry_id": any_value(draw)}
    if draw.random() < 0.2:
        fields[draw.choice(("older_than", "cm", ""))] = any_value(draw)
    try:
        data = SITE_SCHEMA(fields)
    except vol.Invalid:
        return False
    assert list(data) == ["config_entry_id"] and isinstance(
        data["config_entry_id"], str
    )
    return True


_FORGET: Final = cv.make_entity_service_schema({})


def action_forget(draw: Random) -> bool:
    """The fields of the action forget: a target and nothing else."""
    # Texts only: numbers in a target are Home Assistant's to refuse, and escape it.
    targets = ("event.entrance_visit", ["event.exit_visit"], "all", "", "\0", "event.")
    fields = {"entity_id": draw.choice(targets)}
    fields |= {
        k: any_value(draw) for k in ("cm", "template", "") if draw.random() < 0.2
    }
    try:
        data = _FORGET(fields)
    except vol.Invalid:
        return False
    assert not {"cm", "template"} & set(data)
    return True


def flow_reconfigure(draw: Random) -> bool:
    """The forms of a site that are no numbers: name, law, engine, folder."""
    form, sound = draw.choice(
        (
            (NAME_SCHEMA, {"name": "East gate"}),
            (
                LAW_SCHEMA,
                {
                    "camera_position": "entrance",
                    "notice_posted": True,
                    "way_without_face": True,
                },
            ),
            (ENGINE_SCHEMA, {"engine": "ncnn", "wheels_folder": "/media"}),
            (FOLDER_SCHEMA, {"wheels_folder": "/media"}),
        )
    )
    answers = {
        k: any_value(draw) if draw.random() < 0.3 else v for k, v in sound.items()
    }
    try:
        data = form(answers)
    except vol.Invalid:
        return False
    assert isinstance(data.get("name", ""), str)
    assert data.get("engine", "ncnn") in ("face_recognition", "ncnn")
    assert all(
        isinstance(data.get(key, True), bool)
        for key in ("notice_posted", "way_without_face")
    )
    return True


# What a flow asks Home Assistant: every entity is there, and no other dispenser.
_HASS: Final = cast(
    HomeAssistant,
    SimpleNamespace(
        states=SimpleNamespace(get=lambda _: State("sensor.any", "1")),
        config_entries=SimpleNamespace(async_entries=lambda _: []),
    ),
)


def flow_dispenser(draw: Random) -> bool:
    """The two forms of a dispenser: what passes can be worked with."""
    basics = {
        "name": "Entrance",
        "camera": "camera.entrance",
        "motor": "switch.motor",
        "eye_line": draw.uniform(1, 99),
    }
    inputs = {
        "cm_per_second": draw.uniform(1, 200),
        **{
            key: draw.choice(("binary_sensor.a", "switch.motor", "button.b"))
            for key in BUTTONS
        },
    }
    for form in (basics, inputs):
        for key in form:
            if draw.random() < 0.1:
                form[key] = any_value(draw)
    kept = {key: value for key, value in inputs.items() if draw.random() < 0.5}
    try:
        first, second = BASICS_SCHEMA(basics), flat(INPUTS_SCHEMA(by_section(kept)))
    except vol.Invalid:
        return False
    if basic_errors(_HASS, first, None) or input_errors(_HASS, first["motor"], second):
        return False
    assert first["name"].strip() and 1 <= first.get("eye_line", 1) <= 99
    assert 1 <= second.get("cm_per_second", 1) <= 200
    pressed = [second[key] for key in BUTTONS if key in second]
    assert len({first["motor"], *pressed}) == len(pressed) + 1
    return True


_OPTIONS: Final = options_schema(OPTION_KEYS)


def flow_options(draw: Random) -> bool:
    """The numbers of a site's flows: what passes makes rules that hold."""
    numbers = {
        key: any_value(draw) if draw.random() < 0.2 else draw.uniform(*LIMITS[key])
        for key in OPTION_KEYS
    }
    try:
        values = _OPTIONS(numbers)
    except vol.Invalid:
        return False
    if rule_errors(values):
        return False
    options = SiteOptions.from_entry(values)
    assert options.portion_cm <= options.rule.allowance_cm
    assert 0 < options.fpir_limit <= 0.05
    return True
