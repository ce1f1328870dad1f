"""The notice over HTTP on the local network, for visitors' phones, if the manager allows it.

Its text is in <language>/notice.html.
"""

from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from custom_components.facequota.const import CONF_NOTICE_ON_NETWORK, DOMAIN
from custom_components.facequota.languages import ENGLISH, LANGUAGES, served
from custom_components.facequota.site.rate_limit import RateLimit
from custom_components.facequota.site.site import FaceQuotaConfigEntry
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.helpers.network import is_cloud_connection
from homeassistant.util.network import is_local

from .facts import NOTICE_URL, async_site_facts
from .render import Paper, async_render

# Enough for a crowd in front of a notice, and too little to keep a small machine busy.
MAX_READS: Final = 30
READS_WITHIN_S: Final = 10.0


class NoticeView(HomeAssistantView):
    """Serves the notice, and nothing else, without an account."""

    url = NOTICE_URL
    extra_urls = [f"{NOTICE_URL}/{{language}}"]
    name = f"{DOMAIN}:notice"
    requires_auth = False

    def __init__(self) -> None:
        """Begin without readers."""
        self._reads = RateLimit(MAX_READS, READS_WITHIN_S)

    async def get(
        self, request: web.Request, entry_id: str, language: str | None = None
    ) -> web.Response:
        """Return the notice in the requested language, else in the reader's own."""
        hass = request.app[KEY_HASS]
        entry: FaceQuotaConfigEntry | None
        entry = hass.config_entries.async_get_entry(entry_id)
        if (
            entry is None
            or entry.domain != DOMAIN
            or not entry.options.get(CONF_NOTICE_ON_NETWORK)
            or not _from_the_house(hass, request)
            or (language is not None and language not in LANGUAGES)
        ):
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if entry.state is not ConfigEntryState.LOADED:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        if not self._reads.allows(hass.loop.time()):
            return web.Response(status=HTTPStatus.TOO_MANY_REQUESTS)
        page = await async_render(
            hass,
            Paper.NOTICE,
            language or _preferred(request),
            async_site_facts(hass, entry.runtime_data),
            read_at=NOTICE_URL.format(entry_id=entry_id),
        )
        return web.Response(text=page, content_type="text/html", headers=_headers(page))


def _from_the_house(hass: HomeAssistant, request: web.Request) -> bool:
    """Return if the request comes from the local network, and not through a cloud."""
    if is_cloud_connection(hass) or request.remote is None:
        return False
    try:
        return is_local(ip_address(request.remote))
    except ValueError:
        return False


def _preferred(request: web.Request) -> str:
    """Return the first language of the reader's browser that the notice is written in."""
    for part in request.headers.get("Accept-Language", "").split(","):
        tag = part.partition(";")[0].strip().lower()
        if (one := served(tag)).split("-")[0] == tag.split("-")[0]:
            return one
    return ENGLISH


def _headers(page: str) -> dict[str, str]:
    """Return headers that allow no script, and no style but the page's own."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
