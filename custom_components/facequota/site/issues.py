"""Repair issues raised by failed visits and cleared by the next good one.

A camera or a motor may be unavailable for a moment without an issue; one that failed in a
visit is an issue. So are the faults that a device reports by itself.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

from custom_components.facequota.cameras.camera import NoPicture
from custom_components.facequota.const import DOMAIN
from custom_components.facequota.hardware.faults import LATCHED, Fault
from custom_components.facequota.hardware.motor import Defect
from custom_components.facequota.recognition.engine import Guidance
from custom_components.facequota.visit.probe import Doubt
from custom_components.facequota.visit.visit import VisitResult
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .dispenser import Dispenser
from .problem import BUTTON_STUCK, stuck_buttons
from .site import FaceQuotaConfigEntry

ISSUE_CAMERA_SILENT: Final = "camera_silent"
ISSUE_CAMERA_FROZEN: Final = "camera_frozen"
ISSUE_CAMERA_LATE: Final = "camera_late"
ISSUE_CAMERA_UNREADABLE: Final = "camera_unreadable"
ISSUE_READER_MISSING: Final = "stream_reader_missing"
ISSUE_FACE_HANGS: Final = "face_hangs"
ISSUE_MOTOR_UNAVAILABLE: Final = "motor_unavailable"
ISSUE_RECOGNITION_SHOULD_REST: Final = "recognition_should_rest"
ISSUE_PEOPLE_LOOK_ALIKE: Final = "people_look_alike"

# Faults that stay until a person has looked at the dispenser.
NEEDS_A_PERSON: Final = (*sorted(LATCHED), Fault.COVER_OPEN, Fault.JAM, Fault.PAPER_OUT)
DEFECTS: Final = (Defect.CLOCKS_DIFFER, Defect.NAME_SHARED)
# The reasons of a visit that are faults of its camera.
CAMERA_ISSUES: Final[dict[str, str]] = {
    NoPicture.CAMERA: ISSUE_CAMERA_SILENT,
    NoPicture.FROZEN_PICTURE: ISSUE_CAMERA_FROZEN,
    NoPicture.OLD_PICTURE: ISSUE_CAMERA_LATE,
    Guidance.UNREADABLE_PICTURE: ISSUE_CAMERA_UNREADABLE,
    Doubt.HANGING_FACE: ISSUE_FACE_HANGS,
}


@callback
def async_watch_visits(
    hass: HomeAssistant, entry: FaceQuotaConfigEntry
) -> CALLBACK_TYPE:
    """Keep issues about the failures of visits; return how to stop."""
    dispensers = tuple(entry.runtime_data.dispensers.values())
    releases = [
        dispenser.visits.add(partial(_visited, hass, dispenser))
        for dispenser in dispensers
    ]
    releases += [
        dispenser.visits.add(partial(_judge_limit, hass, entry))
        for dispenser in dispensers
    ]

    releases += [
        dispenser.changes.add(partial(_look, hass, dispenser))
        for dispenser in dispensers
    ]
    for dispenser in dispensers:
        _look(hass, dispenser)

    @callback
    def stop() -> None:
        for release in releases:
            release()
        for dispenser in dispensers:
            for key in (
                *CAMERA_ISSUES.values(),
                ISSUE_READER_MISSING,
                ISSUE_MOTOR_UNAVAILABLE,
            ):
                _clear_issue(hass, dispenser, key)
            _tell_standing(hass, dispenser, {})
        # The counted comparisons are gone with the site's memory.
        for key in (ISSUE_RECOGNITION_SHOULD_REST, ISSUE_PEOPLE_LOOK_ALIKE):
            ir.async_delete_issue(hass, DOMAIN, f"{key}_{entry.entry_id}")

    return stop


@callback
def _visited(hass: HomeAssistant, dispenser: Dispenser, visit: VisitResult) -> None:
    """Create or clear the issues of camera and motor by the end of a visit."""
    camera = dispenser.camera
    found = CAMERA_ISSUES.get(visit.reason or "")
    if found and camera.lacks_reader:
        found = ISSUE_READER_MISSING
    if found or visit.recognition_ms is not None or dispenser.suspended:
        # There is another issue, a live picture, or no picture is needed any more.
        for key in {*CAMERA_ISSUES.values(), ISSUE_READER_MISSING} - {found}:
            _clear_issue(hass, dispenser, key)
    if found:
        more = {"format": camera.format} if found == ISSUE_CAMERA_UNREADABLE else {}
        if found == ISSUE_FACE_HANGS and (place := camera.places.hanging):
            left, top, right, bottom = place
            more = {
                "x": f"{50 * (left + right):.0f}",
                "y": f"{50 * (top + bottom):.0f}",
            }
        _found(hass, dispenser, found, camera.entity_id, **more)
    if visit.reason is Fault.MOTOR_UNAVAILABLE:
        motor = dispenser.motor.entities.switch
        _found(hass, dispenser, ISSUE_MOTOR_UNAVAILABLE, motor)
    elif visit.motor_on_ms is not None:
        _clear_issue(hass, dispenser, ISSUE_MOTOR_UNAVAILABLE)


def fault_issue(fault: Fault) -> str:
    """Return the translation key of the issue about a fault."""
    return f"fault_{fault}"


@callback
def _look(hass: HomeAssistant, dispenser: Dispenser) -> None:
    """Create or clear issues by the present state of the hardware."""
    motor, standing = dispenser.motor, {}
    if (fault := motor.fault) in NEEDS_A_PERSON:
        standing[fault_issue(fault)] = motor.entities.switch
    if (defect := motor.defect) in DEFECTS:
        standing[defect] = motor.entities.switch
    if stuck := stuck_buttons(hass, dispenser.subentry.data):
        standing[BUTTON_STUCK] = ", ".join(sorted(stuck))
    _tell_standing(hass, dispenser, standing)


@callback
def _tell_standing(
    hass: HomeAssistant, dispenser: Dispenser, standing: Mapping[str, str]
) -> None:
    """Create the issues of present faults, with their entity, and delete the others."""
    for key in (*map(fault_issue, NEEDS_A_PERSON), *DEFECTS, BUTTON_STUCK):
        if key in standing:
            _found(hass, dispenser, key, standing[key])
        else:
            _clear_issue(hass, dispenser, key)


@callback
def _judge_limit(
    hass: HomeAssistant, entry: FaceQuotaConfigEntry, _visit: VisitResult
) -> None:
    """Create or clear the issues about people who look more alike than measured."""
    estimate = entry.runtime_data.visitors.fpir_estimate
    for key, is_so in (
        (ISSUE_RECOGNITION_SHOULD_REST, not estimate.useful),
        (ISSUE_PEOPLE_LOOK_ALIKE, estimate.is_denser and estimate.useful),
    ):
        issue_id = f"{key}_{entry.entry_id}"
        if not is_so:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
            continue
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"site": entry.title},
        )


def _issue_id(dispenser: Dispenser, key: str) -> str:
    return f"{key}_{dispenser.subentry.subentry_id}"


@callback
def _found(
    hass: HomeAssistant,
    dispenser: Dispenser,
    key: str,
    entity_id: str,
    **more: str,
) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(dispenser, key),
        # Issues that a repair flow can fix with a click (repairs.py).
        is_fixable=key == ISSUE_READER_MISSING,
        data={"entry_id": dispenser.site_parts.entry.entry_id, "is_reader": True}
        if key == ISSUE_READER_MISSING
        else None,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders={
            "site": dispenser.site_parts.entry.title,
            "dispenser": dispenser.subentry.title,
            "entity": entity_id,
            **more,
        },
    )


@callback
def _clear_issue(hass: HomeAssistant, dispenser: Dispenser, key: str) -> None:
    ir.async_delete_issue(hass, DOMAIN, _issue_id(dispenser, key))
