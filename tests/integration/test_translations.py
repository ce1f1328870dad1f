"""Whatever a person can read is in the translations: here in English.

What the other languages say is compared with that in tests/invariants/test_languages.py.
Which steps, errors and exceptions there are is read from the sources; which fields,
entities, states and actions, from the running integration.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
import json
from pathlib import Path
import re
from typing import Any, Final

import hass_frontend
import pytest
import voluptuous as vol

from custom_components.facequota import PLATFORMS
from custom_components.facequota.cameras.camera import NoPicture
from custom_components.facequota.cameras.picture import Kind
from custom_components.facequota.condition import CONDITIONS
from custom_components.facequota.const import DOMAIN, Lane, Outcome
from custom_components.facequota.flows import (
    dispenser_forms,
    dispenser_inputs,
    display_flow,
    options_flow,
    shared_quota_flow,
    site_forms,
)
from custom_components.facequota.hardware.display import SHORT_FORMS, Sentence
from custom_components.facequota.hardware.entities import BUTTONS, ENTITY_ROLES, Trouble
from custom_components.facequota.hardware.faults import Fault
from custom_components.facequota.hardware.firmware_entities import FIRMWARE_ENTITIES
from custom_components.facequota.hardware.inputs import event_type_key
from custom_components.facequota.hardware.motor import Defect
from custom_components.facequota.languages import columns
from custom_components.facequota.recognition.engine import Guidance
from custom_components.facequota.recognition.environment import InstallError
from custom_components.facequota.recognition.supervisor import WorkerError
from custom_components.facequota.shared_quota.server import Trouble as ServerTrouble
from custom_components.facequota.site.issues import DEFECTS, NEEDS_A_PERSON, fault_issue
from custom_components.facequota.site.lanes import Lanes
from custom_components.facequota.site.problem import BUTTON_STUCK
from custom_components.facequota.site.upkeep_options import UPKEEP_SCHEMA
from custom_components.facequota.trigger import TRIGGERS
from custom_components.facequota.visit.capture import Doubt
from custom_components.facequota.visit.engine_issues import ENGINE_ISSUES
from custom_components.facequota.visit.purge_receipt import Cause, Receipt
from custom_components.facequota.visit.records import receipt_record, visit_record
from custom_components.facequota.visit.trial import Advice
from custom_components.facequota.visit.visit import (
    REASON_RECOGNITION,
    REASON_SITES_BUSY,
    Visit,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.selector import SelectSelector
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict

from .sources import (
    MODULES,
    ROOT,
    SHOWN_ERRORS,
    argument,
    assigned,
    calls,
    class_tree,
    constants,
    form_errors,
    literals,
    strings,
    told_reasons,
    untranslated,
)

TEXTS: Final = {
    file.stem: json.loads(file.read_text())
    for file in sorted((ROOT / "translations").glob("*.json"))
}
EN: Final = TEXTS["en"]
ICONS: Final = json.loads((ROOT / "icons.json").read_text())
# The firmware cuts what it shows after so many bytes of UTF-8.
DISPLAY_BYTES: Final = 120

INSTALL_ERRORS: Final = told_reasons(InstallError, "recognition/environment.py")
WORKER_REASONS: Final = set().union(
    *(
        told_reasons(WorkerError, f"recognition/{file}.py")
        for file in ("child", "supervisor", "pool")
    )
)
# The form of a dispenser whose four buttons tell several events each.
BUTTON_EVENTS_SCHEMA: Final = vol.Schema({event_type_key(one): str for one in BUTTONS})


def flat(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every sentence with its path."""
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def english(path: str) -> Any:
    """Return the part of the English texts at a path."""
    part: Any = EN
    for key in path.split("."):
        part = part[key]
    return part


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return set(re.findall(r"{(\w+)}", text))


def fields(schema: vol.Schema) -> set[str]:
    """Return the names of a form's fields, without its sections."""
    return {str(marker) for marker in schema.schema} - set(sections(schema))


def sections(schema: vol.Schema) -> dict[str, vol.Schema]:
    """Return the sections of a form by their names."""
    return {
        str(marker): value.schema
        for marker, value in schema.schema.items()
        if isinstance(value, section)
    }


def descriptions() -> Iterator[tuple[str, EntityDescription]]:
    """Yield the description of every entity there can be, with its platform.

    Home Assistant makes other classes of its descriptions: they are told by a field.
    """
    for platform in PLATFORMS:
        module = import_module(f"custom_components.{DOMAIN}.{platform}")
        for value in vars(module).values():
            for one in value if isinstance(value, tuple) else (value,):
                if hasattr(one, "translation_key") and not isinstance(one, type):
                    yield platform, one


def described(kind: str) -> dict[str, Any]:
    """Return services.yaml, triggers.yaml or conditions.yaml."""
    found = load_yaml_dict(str(ROOT / f"{kind}.yaml"))
    return {str(key): value or {} for key, value in found.items() if key[0] != "."}


def test_python_holds_no_sentence_for_people() -> None:
    firmware = {name for _, name in FIRMWARE_ENTITIES}
    assert not [where for where, text in untranslated() if text not in firmware]


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
            form_errors("flows/dispenser_errors.py") | INSTALL_ERRORS,
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
    # Whoever installs shows the step of installation.py.
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


def test_every_exception_has_a_message() -> None:
    raised: dict[str, set[str]] = {}
    for tree in MODULES.values():
        for call in calls(tree, *SHOWN_ERRORS):
            domain = argument(call, "translation_domain")
            key = argument(call, "translation_key")
            assert not call.args, "a message in Python is English for everybody"
            assert domain is not None and key is not None
            given = argument(call, "translation_placeholders")
            names: set[str] = set() if given is None else set(strings(given))
            # Where no key is named, the errors of a form are raised as they are.
            keys = set(strings(key)) or form_errors("options.py")
            raised |= dict.fromkeys(keys, names)
    assert set(raised) == set(EN["exceptions"])
    for message, names in raised.items():
        wanted = placeholders(EN["exceptions"][message]["message"])
        assert wanted <= names, message


def test_every_issue_has_its_words() -> None:
    named = {
        text
        for tree in MODULES.values()
        for text in literals(tree, "translation_key", "async_create_issue")
    }
    named |= {
        *ENGINE_ISSUES,
        *map(fault_issue, NEEDS_A_PERSON),
        *DEFECTS,
        BUTTON_STUCK,
    }
    assert named | constants("ISSUE_") == set(EN["issues"])
    for issue in EN["issues"].values():
        assert issue["title"]
        assert ("description" in issue) != ("fix_flow" in issue)


def test_every_entity_has_a_name_and_an_icon() -> None:
    found: dict[str, set[str]] = {}
    for platform, description in descriptions():
        key = description.translation_key
        assert key, description
        found.setdefault(platform, set()).add(key)
        texts, icons = EN["entity"][platform][key], ICONS["entity"][platform][key]
        assert texts["name"]
        assert icons["default"]
        for state in getattr(description, "options", None) or ():
            assert texts["state"][state], (key, state)
        if (types := getattr(description, "event_types", None)) is not None:
            named = texts["state_attributes"]["event_type"]["state"]
            assert set(named) == {str(one) for one in types}
        if getattr(description, "state_class", None) and not description.device_class:
            assert texts["unit_of_measurement"]
    assert found == {key: set(value) for key, value in EN["entity"].items()}
    assert found == {key: set(value) for key, value in ICONS["entity"].items()}


def test_every_attribute_has_a_name_and_its_words() -> None:
    visit = Visit(outcome=Outcome.GRANTED, lane=Lane.FACE)
    receipt = Receipt(
        time=dt_util.utcnow(),
        cause=Cause.PERSON,
        faces=0,
        reservations=0,
        older_than_s=None,
    )
    events = EN["entity"]["event"]
    for texts, record in (
        (events["visit"], visit_record(visit)),
        (events["purge"], receipt_record(receipt)),
    ):
        assert set(texts["state_attributes"]) == {"event_type", *record}
    lanes = EN["entity"]["sensor"]["way_without_face"]["state_attributes"]
    assert set(lanes) == set(Lanes().compared)

    def words(texts: Mapping[str, Any], attribute: str) -> set[str]:
        return set(texts["state_attributes"][attribute]["state"])

    assert words(events["visit"], "lane") == set(Lane)
    assert words(events["purge"], "cause") == set(Cause)
    worker = {f"worker_{reason}" for reason in WORKER_REASONS}
    ours = {REASON_RECOGNITION, REASON_SITES_BUSY}
    unrecognised = {*Guidance, *Doubt, *NoPicture} | ours | worker
    assert words(events["visit"], "reason") == {*Fault} | unrecognised
    counted = EN["entity"]["sensor"]["visits_unrecognised"]["state_attributes"]
    assert set(counted) == unrecognised
    lost = {f"{role}_unavailable" for role in ENTITY_ROLES}
    lost -= {"camera_unavailable", "motor_unavailable", "portion_length_unavailable"}
    assert words(EN["entity"]["binary_sensor"]["problem"], "reason") == {
        *(*NEEDS_A_PERSON, Fault.MOTOR_UNAVAILABLE, Fault.MOTOR_RESTS, *Defect),
        *(*lost, "camera", BUTTON_STUCK, Trouble.UNIT_UNKNOWN),
        *assigned(MODULES["visit/recogniser.py"], "self.problem"),
        *ENGINE_ISSUES,
    }


async def test_every_action_has_its_words(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    registered = hass.services.async_services_for_domain(DOMAIN)
    actions = described("services")
    assert set(registered) == set(actions) == set(EN["services"])
    assert set(actions) == set(ICONS["services"])
    for name, action in actions.items():
        check_fields(EN["services"][name], action)


@pytest.mark.parametrize(
    ("kind", "known"), [("triggers", TRIGGERS), ("conditions", CONDITIONS)]
)
def test_every_trigger_and_condition_has_its_words(
    kind: str, known: Mapping[str, object]
) -> None:
    found = described(kind)
    assert set(found) == set(known) == set(EN[kind]) == set(ICONS[kind])
    for name, one in found.items():
        check_fields(EN[kind][name], one)


def check_fields(texts: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Check name and description of something and of its fields."""
    assert texts["name"] and texts["description"]
    assert set(texts.get("fields", {})) == set(known.get("fields", {}))
    for field in texts.get("fields", {}).values():
        assert field["name"] and field["description"]


def test_every_sentence_for_visitors_fits_their_display() -> None:
    for language, texts in TEXTS.items():
        shown = {
            key.removeprefix("display_"): text
            for key, text in texts["common"].items()
            if key.startswith("display_")
        }
        forms: dict[str, list[str]] = {}
        for key, text in shown.items():
            sentence = key.removesuffix("_32").removesuffix("_16")
            forms.setdefault(sentence, []).append(text.format(time="23:59:59"))
            allowed = {"time"} if sentence == Sentence.NEXT_PORTION else set()
            assert placeholders(text) == allowed, key
        assert set(forms) == {*Sentence, *Guidance}
        for key, written in forms.items():
            assert len(written[0].encode()) <= DISPLAY_BYTES, (language, key)
            wide = [*map(columns, written)]
            assert wide == sorted(wide, reverse=True), (language, key)
            assert wide[-1] <= min(SHORT_FORMS), (language, key)
            for size in SHORT_FORMS:
                short = shown.get(f"{key}_{size}", "").format(time="23:59:59")
                assert columns(short) <= size, (language, key, size)


def test_every_icon_exists() -> None:
    """In the set that Home Assistant's frontend ships, in many small files."""
    folder = Path(hass_frontend.where()) / "static" / "mdi"
    known = {
        name
        for part in folder.glob("*.json")
        if not part.name.startswith("icon")
        for name in json.loads(part.read_text())
    }
    assert {icon.removeprefix("mdi:") for _, icon in flat(ICONS)} <= known


def test_a_camera_s_test_has_a_word_for_everything() -> None:
    told = {key for key in EN["common"] if key.startswith("trial_")}
    assert told == (
        {"trial_yes", "trial_no"}
        | {f"trial_kind_{kind}" for kind in Kind}
        | {f"trial_advice_{advice}" for advice in (*Advice, *Guidance)}
    )
