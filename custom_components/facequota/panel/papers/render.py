"""A paper as a page or as plain text: the templates of a language filled with facts."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

import jinja2
from markupsafe import Markup
import segno

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.hardware.firmware import HELD_FOR_OPEN_S, HELD_S
from custom_components.facequota.languages import LANGUAGES, MACHINE_MADE, async_words
from custom_components.facequota.local_format import LocalFormat
from custom_components.facequota.panel.pictograms import PICTOGRAMS
from homeassistant.core import HomeAssistant

from .facts import SiteFacts
from .report import Report
from .stickers import stickers


class Paper(StrEnum):
    """All papers."""

    NOTICE = "notice"
    ASSESSMENT = "assessment"
    LOG = "log"


# Names are text and never markup.
_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {
    "pictograms": PICTOGRAMS,
    "held_for_open_s": HELD_FOR_OPEN_S,
    "held_s": HELD_S,
}
# Error correction of level M: about a seventh of the code may be damaged.
_TEMPLATES.filters["qr_code"] = lambda text: Markup(
    segno.make_qr(text, error="m").svg_inline(
        svgclass="code", lineclass=None, omitsize=True
    )
)

# Where translations/ has the words for values of the code, so that a paper and the rest
# of the user interface use the same words.
_ENTITY: Final = f"component.{DOMAIN}.entity"
_SIGN: Final = f"component.{DOMAIN}.common.sign_"
_WORDS: Final = {
    "camera_position": f"component.{DOMAIN}.selector.camera_position.options",
    "cause": f"{_ENTITY}.event.purge.state_attributes.cause.state",
    "equality": f"{_ENTITY}.sensor.way_without_face.state",
    "lane": f"{_ENTITY}.event.visit.state_attributes.lane.state",
    "setting": f"component.{DOMAIN}.options.step.init.data",
    "camera_opened": f"component.{DOMAIN}.selector.camera_opened.options",
}
_MACHINE_MADE: Final = f"component.{DOMAIN}.common.paper_made_by_machine"


async def async_render(
    hass: HomeAssistant,
    paper: Paper,
    language: str,
    facts: SiteFacts,
    *,
    read_at: str | None = None,
) -> str:
    """Return a paper as one HTML page, without scripts and without content from elsewhere.

    read_at is the notice's path where visitors read it: to print it, it is None.
    """
    return await _async_page(hass, paper, language, facts, read_at)


async def async_render_report(
    hass: HomeAssistant, language: str, report: Report
) -> str:
    """Return a report as one HTML page, like any other paper."""
    return await _async_page(hass, "report", language, report)


async def async_render_stickers(
    hass: HomeAssistant, languages: Sequence[str], facts: SiteFacts
) -> str:
    """Return stickers for a site's buttons as one page, each in these languages."""
    words = {
        language: await async_words(hass, language, "common") for language in languages
    }
    # Templates are read from the disk; those that they include are read when they are
    # rendered.
    return await hass.async_add_executor_job(
        partial(
            _render_stickers,
            languages=languages,
            stickers=stickers(facts.dispensers),
            say=lambda language, key: words[language][f"{_SIGN}{key}"],
        )
    )


def _render_stickers(**values: object) -> str:
    return _TEMPLATES.get_template("stickers.html").render(values)


async def _async_page(
    hass: HomeAssistant,
    name: str,
    language: str,
    facts: SiteFacts | Report,
    read_at: str | None = None,
) -> str:
    words: dict[str, str] = {}
    for category in ("common", "entity", "options", "selector"):
        words |= await async_words(hass, language, category)
    # Templates are read from the disk.
    local = LocalFormat.of(hass, language)
    return await hass.async_add_executor_job(
        _render, name, language, facts, words, local, read_at
    )


def _render(
    name: str,
    language: str,
    facts: SiteFacts | Report,
    words: Mapping[str, str],
    local: LocalFormat,
    read_at: str | None,
) -> str:
    environment = _TEMPLATES.overlay()
    environment.filters = {
        **_TEMPLATES.filters,
        "day": local.day,
        "minutes": local.minutes,
        "moment": local.moment,
        "number": local.number,
        "paper": local.length,
        **{
            kind: lambda key, prefix=prefix: words.get(f"{prefix}.{key}", key)
            for kind, prefix in _WORDS.items()
        },
    }
    template = environment.get_template(f"{language}/{name}.html")
    made_by_machine = words[_MACHINE_MADE] if language in MACHINE_MADE else None
    return template.render(
        facts=facts,
        local=local,
        language=language,
        made_by_machine=made_by_machine,
        languages={tag: one.name for tag, one in LANGUAGES.items()},
        read_at=read_at,
    )
