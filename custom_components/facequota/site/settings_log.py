"""The manager's settings, and their changes, for the log: rules and suspensions."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from custom_components.facequota.const import (
    CONF_CAMERA_OPENED,
    CONF_PRESENTATION_ATTACKS,
    CONF_SUSPENDED,
    CONF_SUSPENDED_DISPENSERS,
)
from custom_components.facequota.options import DEFAULT_OPTIONS, OPTION_KEYS

# The settings of the site itself, beside those of its dispensers by their id.
SITE: Final = "site"
FACE_RECOGNITION: Final = "face_recognition"

type Settings = dict[str, dict[str, Any]]


def settings(options: Mapping[str, Any], opened: Mapping[str, str]) -> Settings:
    """Return an entry's rules, and where cameras may be read.

    `opened` tells when each dispenser's camera is opened, by the dispenser's id.
    """
    values = {**DEFAULT_OPTIONS, **options}
    suspended = values.get(CONF_SUSPENDED_DISPENSERS, ())
    return {
        SITE: {
            **{key: values[key] for key in OPTION_KEYS},
            CONF_PRESENTATION_ATTACKS: values.get(CONF_PRESENTATION_ATTACKS, False),
            FACE_RECOGNITION: not values.get(CONF_SUSPENDED, False),
        },
        **{
            one: {FACE_RECOGNITION: one not in suspended, CONF_CAMERA_OPENED: when}
            for one, when in opened.items()
        },
    }


def changes(
    before: Settings, now: Settings, names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield each changed setting: its name, its dispenser, the old and the new value.

    A setting that did not exist before is not a change (a new dispenser, a new
    setting).
    """
    for where, rules in now.items():
        for key, value in rules.items():
            old = before.get(where, {}).get(key, value)
            if old != value:
                yield {
                    "setting": key,
                    "dispenser": names.get(where),
                    "old": old,
                    "new": value,
                }
