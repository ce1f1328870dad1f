"""Every form, error and choice of a flow has its words in English, and no other."""

from typing import Final

import pytest
import voluptuous as vol

from custom_components.facequota.const import Lane
from custom_components.facequota.flows import (
    dispenser_forms,
    dispenser_inputs,
    display_flow,
    options_flow,
    shared_quota_flow,
    site_forms,
)
from custom_components.facequota.hardware.entities import BUTTONS
from custom_components.facequota.hardware.inputs import event_type_key
from custom_components.facequota.shared_quota.trouble import Trouble as ServerTrouble
from custom_components.facequota.site.upkeep_options import UPKEEP_SCHEMA
from homeassistant.helpers.selector import SelectSelector

from .sources import MODULES, calls, class_tree, form_errors, literals
from .texts import EN, INSTALL_ERRORS, described, english, fields, sections

# The form of a dispenser whose four buttons tell several events each.
BUTTON_EVENTS_SCHEMA: Final = vol.Schema({event_type_key(one): str for one in BUTTONS})


@pytest.mark.parametrize(
    ("path", "forms", "without_fields", "errors"),
    [
        (
            "config",
            {
                "user": site_forms.SITE_SCHEMA,
                "reconfigure": site_forms.NAME_SCHEMA,
                "law": site_forms.LAW_SCHEMA,
                "engine": site_forms.ENGINE_SCHEMA,
                "install_failed": site_forms.FOLDER_SCHEMA,
            },
            {"install"},
            form_errors("config_flow.py")
            | form_errors("flows/names.py")
            | form_errors("flows/site_forms.py")
            | form_errors("options.py")
            | form_errors("flows/installation.py")
            | INSTALL_ERRORS,
        ),
        (
            "options",
            {"init": options_flow.RULES_SCHEMA},
            set(),
            form_errors("options.py")
            | form_errors("visit/attack_detection.py")
            | form_errors("site/upkeep_options.py"),
        ),
        (
            "config_subentries.dispenser",
            {
                "user": dispenser_forms.BASICS_SCHEMA,
                "camera": dispenser_forms.TRIAL_SCHEMA,
                "inputs": dispenser_inputs.INPUTS_SCHEMA,
                "event_types": BUTTON_EVENTS_SCHEMA,
            },
            {"install", "install_failed"},
            form_errors("flows/names.py")
            | form_errors("flows/dispenser_errors.py")
            | INSTALL_ERRORS,
        ),
        (
            "config_subentries.shared_quota",
            {
                "user": shared_quota_flow.SERVER_SCHEMA,
                "reconfigure": shared_quota_flow.SERVER_SCHEMA,
                "join": shared_quota_flow.CODE_SCHEMA,
            },
            {"pairing", "first"},
            form_errors("flows/shared_quota_flow.py") | set(ServerTrouble),
        ),
        ("issues.engine_missing.fix_flow", {}, {"confirm", "install"}, INSTALL_ERRORS),
        ("issues.engine_failed.fix_flow", {}, {"confirm", "install"}, INSTALL_ERRORS),
    ],
)
def test_a_flow_has_all_it_says(
    path: str,
    forms: dict[str, vol.Schema],
    without_fields: set[str],
    errors: set[str],
) -> None:
    """Steps, their fields with explanations, and errors: all of them and no other."""
    flow = english(path)
    assert set(flow["step"]) == {*forms, *without_fields}
    for step, schema in forms.items():
        texts = flow["step"][step]
        assert set(texts.get("sections", {})) == set(sections(schema)), step
        for part, said in (
            (schema, texts),
            *((one, texts["sections"][key]) for key, one in sections(schema).items()),
        ):
            assert set(said.get("data", {})) == fields(part), step
            assert set(said.get("data_description", {})) == fields(part), step
    for step in (*forms, *without_fields):
        assert "title" in flow["step"][step], step
    assert set(flow["error"]) == errors


@pytest.mark.parametrize(
    ("path", "module", "name"),
    [
        ("config", "config_flow.py", "FaceQuotaConfigFlow"),
        ("options", "flows/options_flow.py", "FaceQuotaOptionsFlow"),
        ("config_subentries.dispenser", "flows/dispenser_flow.py", "DispenserFlow"),
        ("issues.engine_missing.fix_flow", "repairs.py", "InstallFlow"),
        ("issues.engine_failed.fix_flow", "repairs.py", "InstallFlow"),
        ("issues.stream_reader_missing.fix_flow", "repairs.py", "InstallFlow"),
    ],
)
def test_a_flow_says_what_its_class_shows(path: str, module: str, name: str) -> None:
    """Steps, abort reasons and progress that the code names, and no other."""
    tree = class_tree(module, name)
    flow = english(path)
    # A flow that installs shows the step of installation.py.
    steps = MODULES["flows/installation.py"] if any(calls(tree, "step")) else tree
    shown = literals(tree, "step_id", "async_show_form")
    assert set(flow["step"]) == shown | literals(
        steps, "step_id", "async_show_progress"
    )
    aborts = literals(tree, "reason", "async_abort", "async_update_and_abort")
    if any(calls(tree, "_async_abort_entries_match")):
        aborts.add("already_configured")
    assert set(flow.get("abort", {})) == aborts
    progress = literals(steps, "progress_action", "async_show_progress")
    assert set(flow.get("progress", {})) == progress


def test_every_choice_has_a_name() -> None:
    """The options of select fields, in forms and in actions."""
    forms = (
        site_forms.LAW_SCHEMA,
        site_forms.ENGINE_SCHEMA,
        dispenser_forms.BASICS_SCHEMA,
        UPKEEP_SCHEMA,
        vol.Schema(display_flow.COMMON_FIELDS),
    )
    selectors = [
        selector.config
        for schema in forms
        for selector in schema.schema.values()
        if isinstance(selector, SelectSelector)
        # A language is called by its own name, in every language.
        if not isinstance(selector.config["options"][0], dict)
    ]
    selectors += [
        field["selector"]["select"]
        for action in described("services").values()
        for field in action.get("fields", {}).values()
        if "select" in field["selector"]
    ]
    assert {one["translation_key"] for one in selectors} == set(EN["selector"])
    for one in selectors:
        named = EN["selector"][one["translation_key"]]["options"]
        assert set(one["options"]) <= set(named)
    assert set(EN["selector"]["lane"]["options"]) == set(Lane)
