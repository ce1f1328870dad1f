"""The papers over HTTP, for administrators."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.site.site import FaceQuotaConfigEntry
from homeassistant.components.http.decorators import require_admin
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.helpers.json import json_bytes

from .facts import async_site_facts
from .plain import plain_text
from .render import Paper, async_render, async_render_report, async_render_stickers
from .report import Period, async_report

PAPERS_URL: Final = f"/api/{DOMAIN}/papers/{{entry_id}}/{{language}}/{{name}}"

STICKERS: Final = "stickers"
REPORTS: Final = {f"report-{period}": period for period in Period}

# A paper is text with its own style: no script, and no content from elsewhere.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PaperView(HomeAssistantView):
    """notice.html, notice.txt and so on; log.json and report-week.csv for machines.

    stickers.html?second=zh-Hans has a second language on each.
    """

    url = PAPERS_URL
    name = f"api:{DOMAIN}:papers"

    @require_admin
    async def get(
        self, request: web.Request, entry_id: str, language: str, name: str
    ) -> web.Response:
        """Return a paper with the facts of this moment."""
        hass = request.app[KEY_HASS]
        entry: FaceQuotaConfigEntry | None
        entry = hass.config_entries.async_get_entry(entry_id)
        stem, _, kind = name.partition(".")
        if entry is not None and entry.domain == DOMAIN and stem in REPORTS:
            return await _report(hass, entry, stem, language, kind)
        if (
            entry is None
            or entry.domain != DOMAIN
            or stem not in (*Paper, STICKERS)
            or language not in LANGUAGES
            or kind not in ("html", "txt", "json")
            or (kind == "json" and stem != Paper.LOG)
            or (kind != "html" and stem == STICKERS)
            or (second := request.query.get("second", language)) not in LANGUAGES
        ):
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if entry.state is not ConfigEntryState.LOADED:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        facts = async_site_facts(hass, entry.runtime_data)
        if kind == "json":
            return _response(json_bytes(facts.as_dict()), "application/json", name)
        if stem == STICKERS:
            both = list(dict.fromkeys((language, second)))
            page = await async_render_stickers(hass, both, facts)
            return _response(page.encode(), "text/html")
        page = await async_render(hass, Paper(stem), language, facts)
        if kind == "txt":
            return _response(plain_text(page).encode(), "text/plain", name)
        return _response(page.encode(), "text/html")


async def _report(
    hass: HomeAssistant,
    entry: FaceQuotaConfigEntry,
    stem: str,
    language: str,
    kind: str,
) -> web.Response:
    """Return a report to look at, or its hours for a spreadsheet."""
    if language not in LANGUAGES or kind not in ("html", "csv"):
        return web.Response(status=HTTPStatus.NOT_FOUND)
    if entry.state is not ConfigEntryState.LOADED:
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
    report = await async_report(hass, entry.runtime_data, REPORTS[stem])
    if kind == "csv":
        return _response(report.as_csv().encode(), "text/csv", f"{stem}.csv")
    page = await async_render_report(hass, language, report)
    return _response(page.encode(), "text/html")


def _response(
    body: bytes, content_type: str, download: str | None = None
) -> web.Response:
    """Return a paper to show, or to save under a name."""
    headers = dict(HEADERS)
    if download:
        headers["Content-Disposition"] = f'attachment; filename="facequota-{download}"'
    return web.Response(
        body=body, content_type=content_type, charset="utf-8", headers=headers
    )
