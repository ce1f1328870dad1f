"""The repair issues of an engine that does not run."""

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.recognition.environment import Engine
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

ISSUE_ENGINE_MISSING = "engine_missing"
ISSUE_ENGINE_FAILED = "engine_failed"
ISSUE_ENGINE_NO_AVX = "engine_no_avx"
ISSUE_COHORT_UNUSABLE = "cohort_unusable"
ENGINE_ISSUES = (
    ISSUE_ENGINE_MISSING,
    ISSUE_ENGINE_FAILED,
    ISSUE_ENGINE_NO_AVX,
    ISSUE_COHORT_UNUSABLE,
)

REASON_MISSING = "missing"
# dlib's wheels use AVX instructions; a processor without them kills the worker with it.
REASON_ILLEGAL_INSTRUCTION = "sigill"
ENGINE_WITHOUT_AVX = Engine.NCNN
"""This engine chooses its instructions at run time and runs on every 64-bit processor."""


def issue_of(reason: str | None, engine: Engine) -> str:
    """Return the repair issue for the reason why a worker ended."""
    if reason == REASON_MISSING:
        return ISSUE_ENGINE_MISSING
    if reason == REASON_ILLEGAL_INSTRUCTION and engine is not ENGINE_WITHOUT_AVX:
        return ISSUE_ENGINE_NO_AVX
    return ISSUE_ENGINE_FAILED


@callback
def show_issue(
    hass: HomeAssistant, entry: ConfigEntry, issue: str | None, reason: str | None
) -> None:
    """Create this issue of a site's engine and delete its others."""
    for key in ENGINE_ISSUES:
        issue_id = f"{key}_{entry.entry_id}"
        if key != issue:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
            continue
        words = {"reason": reason or ""} if issue == ISSUE_ENGINE_FAILED else {}
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            data={
                "entry_id": entry.entry_id,
                # The engine that the repair installs for the site; None: the site's
                # own.
                "engine": ENGINE_WITHOUT_AVX if key == ISSUE_ENGINE_NO_AVX else None,
            },
            # This file is part of the integration, so only a new installation of it
            # helps.
            is_fixable=key != ISSUE_COHORT_UNUSABLE,
            severity=ir.IssueSeverity.ERROR,
            translation_key=key,
            translation_placeholders={"site": entry.title, **words},
        )
