"""The detection of presentation attacks at a site: its files, and if it can run.

A manager copies the files into a folder of Home Assistant's configuration.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from custom_components.facequota.const import CONF_PRESENTATION_ATTACKS, DOMAIN
from custom_components.facequota.recognition.environment import Engine
from custom_components.facequota.recognition.presentation import (
    faulty_files,
    wanted_files,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

ISSUE_ATTACKS_UNSEEN = "attacks_unseen"


def attack_folder(hass: HomeAssistant) -> Path:
    """Return the folder into which a manager copies the files."""
    return Path(hass.config.path(DOMAIN))


async def can_detect(hass: HomeAssistant, engine: str) -> bool:
    """Return if the engine includes ncnn and the files are the expected ones."""
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


class AttackDetection:
    """Whether a site's worker looks for presentation attacks; an issue if it cannot."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, engine: str) -> None:
        """Begin switched off."""
        self._hass = hass
        self._entry = entry
        self._engine = engine
        self._issue_id = f"{ISSUE_ATTACKS_UNSEEN}_{entry.entry_id}"
        self.is_wanted = False
        """Whether the manager wants it; prepare() follows."""
        self.runs = False

    @property
    def folder(self) -> Path | None:
        """Return the folder from which a worker reads the files; None if it must not look for attacks."""
        return attack_folder(self._hass) if self.runs else None

    async def prepare(self) -> None:
        """Find out if the next worker can look for attacks; create an issue if it cannot.

        Everything else works without it.
        """
        self.runs = self.is_wanted and await can_detect(self._hass, self._engine)
        if self.runs or not self.is_wanted:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_ATTACKS_UNSEEN,
            translation_placeholders={
                "site": self._entry.title,
                **await attack_placeholders(self._hass),
            },
        )

    @callback
    def delete_issue(self) -> None:
        """Delete the issue: no worker runs."""
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
