"""How each entity of a site and of a dispenser is shown."""

from dataclasses import dataclass
from typing import Final

from homeassistant.const import EntityCategory as Category


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How one entity is shown."""

    name: str
    category: Category | None = None
    device_class: str | None = None
    state_class: str | None = None
    unit: str | None = None


CONFIG: Final = Category.CONFIG


DIAGNOSTIC: Final = Category.DIAGNOSTIC


TOTAL: Final = "total_increasing"


OF_THE_SITE: Final = {
    "binary_sensor.cleaning_due": Shown(name="Cleaning due"),
    "button.cleaned": Shown(name="Cleaned"),
    "sensor.cleaned_at": Shown(name="Cleaned at", device_class="timestamp"),
    "sensor.visitors_today": Shown(
        name="Visitors today", state_class=TOTAL, unit="visitors"
    ),
    "sensor.visits_since_cleaning": Shown(
        name="Visits since cleaning", state_class="measurement", unit="visits"
    ),
    "todo.tasks": Shown(name="Tasks"),
    "button.purge": Shown(name="Purge"),
    "event.purge": Shown(name="Purge"),
    "number.allowance": Shown(
        name="Allowance", category=CONFIG, device_class="distance", unit="cm"
    ),
    "number.portion": Shown(
        name="Portion", category=CONFIG, device_class="distance", unit="cm"
    ),
    "number.window": Shown(
        name="Window", category=CONFIG, device_class="duration", unit="min"
    ),
    "sensor.faces_remembered": Shown(
        name="Faces remembered", state_class="measurement", unit="faces"
    ),
    "sensor.longest_time_left": Shown(
        name="All faces forgotten", device_class="timestamp"
    ),
    "sensor.most_faces_remembered": Shown(
        name="Most faces remembered", category=DIAGNOSTIC, unit="faces"
    ),
    "sensor.oldest_face": Shown(
        name="Oldest face since", category=DIAGNOSTIC, device_class="timestamp"
    ),
    "sensor.visits_unrecognised": Shown(
        name="Visits without recognition",
        category=DIAGNOSTIC,
        state_class=TOTAL,
        unit="visits",
    ),
    "sensor.wrongly_refused": Shown(
        name="New visitors per wrong refusal",
        category=DIAGNOSTIC,
        state_class="measurement",
        unit="visitors",
    ),
    "sensor.way_without_face": Shown(
        name="Way without a face", category=DIAGNOSTIC, device_class="enum"
    ),
    "switch.face_recognition": Shown(name="Face recognition", category=CONFIG),
}


OF_A_DISPENSER: Final = {
    "binary_sensor.paper_low": Shown(name="Paper low", device_class="problem"),
    "binary_sensor.problem": Shown(name="Problem", device_class="problem"),
    "binary_sensor.unusual_use": Shown(name="Unusual use", device_class="problem"),
    "button.dispense": Shown(name="Dispense"),
    "button.refilled": Shown(name="Refilled"),
    "button.try_camera": Shown(name="Try the camera", category=DIAGNOSTIC),
    "sensor.paper_left": Shown(
        name="Paper left", device_class="distance", state_class="measurement", unit="m"
    ),
    "sensor.empty_at": Shown(name="Empty at", device_class="timestamp"),
    "sensor.refilled_at": Shown(name="Refilled at", device_class="timestamp"),
    "sensor.time_to_refill": Shown(
        name="Time to refill", device_class="duration", unit="min"
    ),
    "sensor.time_between_refills": Shown(
        name="Time between refills", device_class="duration", unit="h"
    ),
    "event.not_asked_for": Shown(name="Portion not asked for", category=DIAGNOSTIC),
    "event.visit": Shown(name="Visit"),
    "sensor.last_recognition_time": Shown(
        name="Last recognition time",
        category=DIAGNOSTIC,
        device_class="duration",
        state_class="measurement",
        unit="ms",
    ),
    "sensor.paper_dispensed": Shown(
        name="Paper dispensed", device_class="distance", state_class=TOTAL, unit="m"
    ),
    "sensor.portions_granted": Shown(
        name="Portions granted", state_class=TOTAL, unit="portions"
    ),
    "sensor.portions_not_asked_for": Shown(
        name="Portions not asked for by FaceQuota",
        category=DIAGNOSTIC,
        state_class=TOTAL,
        unit="portions",
    ),
    "sensor.portions_refused": Shown(
        name="Portions refused", state_class=TOTAL, unit="portions"
    ),
    "sensor.portions_urgent": Shown(
        name="Urgent portions", state_class=TOTAL, unit="portions"
    ),
    "sensor.portions_without_face": Shown(
        name="Portions without a face", state_class=TOTAL, unit="portions"
    ),
    "sensor.state": Shown(name="State", device_class="enum"),
    "switch.face_recognition": Shown(name="Face recognition", category=CONFIG),
}
