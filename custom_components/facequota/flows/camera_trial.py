"""The test of a camera, as text and picture for a form."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from custom_components.facequota.cameras.camera import Camera
from custom_components.facequota.cameras.source import format_of
from custom_components.facequota.const import DOMAIN
from custom_components.facequota.languages import async_words
from custom_components.facequota.visit.camera_trial import Trial, try_camera
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

# The largest picture that a form can contain; larger pictures are not shown.
MAX_SHOWN_BYTES: Final = 1024 * 1024
_NOTHING: Final = "–"


async def trial_placeholders(
    hass: HomeAssistant, site: ConfigEntry, dispenser: Mapping[str, Any]
) -> dict[str, str]:
    """Test a camera and return the result as placeholders of a form.

    A member of staff stands before it on purpose, and nothing is remembered: the
    picture goes to the form only.
    """
    camera = Camera.from_settings(hass, site, dispenser)
    is_loaded = site.state is ConfigEntryState.LOADED
    try:
        trial = await try_camera(
            camera, site.runtime_data.recogniser if is_loaded else None
        )
    finally:
        await camera.stop()
    return words(
        trial,
        await async_words(hass, hass.config.language, "common"),
    )


async def async_trial_text(
    hass: HomeAssistant, site: ConfigEntry, dispenser: Mapping[str, Any]
) -> tuple[str, str]:
    """Test a camera and return a title and the result, without the picture."""
    found = await trial_placeholders(hass, site, dispenser)
    texts = await async_words(hass, hass.config.language, "config_subentries")
    step = f"component.{DOMAIN}.config_subentries.dispenser.step.camera"
    message = texts[f"{step}.description"].format(**{**found, "picture": ""})
    return texts[f"{step}.title"], message.strip()


def words(trial: Trial, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the text of a test in a language."""

    def text(key: str) -> str:
        return texts.get(f"component.{DOMAIN}.common.trial_{key}", key)

    return {
        "kind": text(f"kind_{trial.kind}") if trial.kind else _NOTHING,
        "first": _number(trial.first_ms),
        "next": _number(trial.next_ms),
        "differ": text("yes" if trial.next_ms is not None else "no"),
        "faces": _number(trial.faces),
        "height": _number(trial.face_height_px),
        "sharpness": _number(None if trial.quality is None else 100 * trial.quality),
        "advice": "\n".join(f"- {text(f'advice_{one}')}" for one in trial.advice()),
        "picture": _shown(trial.picture),
    }


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.0f}"


def _shown(picture: bytes | None) -> str:
    """Return a picture as Markdown that contains its data."""
    if picture is None or len(picture) > MAX_SHOWN_BYTES:
        return ""
    kind = format_of(picture).lower()
    if kind not in ("jpeg", "png"):
        return ""
    return f"![](data:image/{kind};base64,{b64encode(picture).decode()})"
