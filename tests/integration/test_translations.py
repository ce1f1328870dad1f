"""Every text that a person can read is in the translations: here in English.

The other languages are compared with English in tests/invariants/test_languages.py.
Which steps, errors and exceptions there are is read from the sources; which fields,
entities, states and actions, from the running integration.
"""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any, Final

import hass_frontend
import pytest

from custom_components.facequota.cameras.camera import NoPicture
from custom_components.facequota.cameras.source import Kind
from custom_components.facequota.condition import CONDITIONS
from custom_components.facequota.const import DOMAIN, Lane, Outcome
from custom_components.facequota.hardware.display import SHORT_FORMS, Sentence
from custom_components.facequota.hardware.entities import ENTITY_ROLES, Trouble
from custom_components.facequota.hardware.faults import Fault
from custom_components.facequota.hardware.firmware_entities import FIRMWARE_ENTITIES
from custom_components.facequota.hardware.motor import Defect
from custom_components.facequota.languages import columns
from custom_components.facequota.recognition.engine import Guidance
from custom_components.facequota.recognition.supervisor import WorkerError
from custom_components.facequota.site.issues import DEFECTS, NEEDS_A_PERSON, fault_issue
from custom_components.facequota.site.lanes import Lanes
from custom_components.facequota.site.problem import BUTTON_STUCK
from custom_components.facequota.trigger import TRIGGERS
from custom_components.facequota.visit.camera_trial import Advice
from custom_components.facequota.visit.engine_issues import ENGINE_ISSUES
from custom_components.facequota.visit.probe import Doubt
from custom_components.facequota.visit.purge_receipt import Cause, Receipt
from custom_components.facequota.visit.records import receipt_record, visit_record
from custom_components.facequota.visit.visit import (
    REASON_RECOGNITION,
    REASON_SITES_BUSY,
    VisitResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .sources import (
    MODULES,
    SHOWN_ERRORS,
    argument,
    assigned,
    calls,
    constants,
    form_errors,
    literals,
    strings,
    told_reasons,
    untranslated,
)
from .texts import (
    EN,
    ICONS,
    TEXTS,
    check_fields,
    described,
    descriptions,
    flat,
    placeholders,
)

# The firmware cuts what it shows after so many bytes of UTF-8.
DISPLAY_BYTES: Final = 120
WORKER_REASONS: Final = set().union(
    *(
        told_reasons(WorkerError, f"recognition/{file}.py")
        for file in ("child", "supervisor", "pool")
    )
)


def test_python_holds_no_sentence_for_people() -> None:
    firmware = {name for _, name in FIRMWARE_ENTITIES}
    assert not [where for where, text in untranslated() if text not in firmware]


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
    visit = VisitResult(outcome=Outcome.GRANTED, lane=Lane.FACE)
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
