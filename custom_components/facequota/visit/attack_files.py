"""The files that presentation attacks are detected with; a manager copies them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from custom_components.facequota.const import CONF_PRESENTATION_ATTACKS, DOMAIN
from custom_components.facequota.recognition.environment import Engine
from custom_components.facequota.recognition.presentation import (
    faulty_files,
    wanted_files,
)
from homeassistant.core import HomeAssistant


def attack_folder(hass: HomeAssistant) -> Path:
    """Return the folder into which a manager copies the files."""
    return Path(hass.config.path(DOMAIN))


async def can_detect(hass: HomeAssistant, engine: str) -> bool:
    """Return if the engine brings ncnn and the files are the ones that were checked."""
    folder = attack_folder(hass)
    return engine == Engine.NCNN and not await hass.async_add_executor_job(
        faulty_files, folder
    )


async def attack_errors(
    hass: HomeAssistant, engine: str, answers: Mapping[str, Any]
) -> dict[str, str]:
    """Return the errors of a form that asks for the detection, by field."""
    if not answers[CONF_PRESENTATION_ATTACKS] or await can_detect(hass, engine):
        return {}
    if engine != Engine.NCNN:
        return {CONF_PRESENTATION_ATTACKS: "other_engine_needed"}
    return {CONF_PRESENTATION_ATTACKS: "files_missing"}


async def attack_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return the placeholders of texts about the files."""
    files = ", ".join(await hass.async_add_executor_job(wanted_files))
    return {"folder": str(attack_folder(hass)), "files": files}
