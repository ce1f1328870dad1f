"""The forms of a site: name and rules, what the law asks, the engine."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from custom_components.facequota.const import (
    CONF_CAMERA_POSITION,
    CONF_ENGINE,
    CONF_NOTICE_POSTED,
    CONF_WAY_WITHOUT_FACE,
    CONF_WHEELS_FOLDER,
    CameraPosition,
)
from custom_components.facequota.options import (
    OPERATOR_SCHEMA,
    SITE_KEYS,
    options_schema,
)
from custom_components.facequota.recognition.environment import Engine
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

NAME_SCHEMA = vol.Schema({vol.Required(CONF_NAME): TextSelector()})

SITE_SCHEMA = NAME_SCHEMA.extend(OPERATOR_SCHEMA.schema).extend(
    options_schema(SITE_KEYS).schema
)

LAW_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_CAMERA_POSITION): SelectSelector(
            SelectSelectorConfig(
                options=[position.value for position in CameraPosition],
                mode=SelectSelectorMode.LIST,
                translation_key=CONF_CAMERA_POSITION,
            )
        ),
        vol.Required(CONF_NOTICE_POSTED, default=False): BooleanSelector(),
        vol.Required(CONF_WAY_WITHOUT_FACE, default=False): BooleanSelector(),
    }
)

FOLDER_SCHEMA = vol.Schema({vol.Optional(CONF_WHEELS_FOLDER): TextSelector()})

ENGINE_SCHEMA = vol.Schema(
    {
        vol.Required(
            CONF_ENGINE, default=Engine.FACE_RECOGNITION.value
        ): SelectSelector(
            SelectSelectorConfig(
                options=[engine.value for engine in Engine],
                mode=SelectSelectorMode.LIST,
                translation_key=CONF_ENGINE,
            )
        ),
    }
).extend(FOLDER_SCHEMA.schema)


def law_errors(answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of the confirmations, by field."""
    errors: dict[str, str] = {}
    if answers[CONF_CAMERA_POSITION] != CameraPosition.ENTRANCE:
        errors[CONF_CAMERA_POSITION] = "camera_inside"
    if not answers[CONF_NOTICE_POSTED]:
        errors[CONF_NOTICE_POSTED] = "notice_needed"
    if not answers[CONF_WAY_WITHOUT_FACE]:
        errors[CONF_WAY_WITHOUT_FACE] = "way_without_face_needed"
    return errors
