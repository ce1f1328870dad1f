"""The visitor's display over HTTP: a page, a stream of what it shows, and presses."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from importlib import resources
from secrets import token_hex
from typing import Any, Final

from aiohttp import web
import jinja2

from custom_components.facequota.const import DOMAIN, Lane
from custom_components.facequota.languages import async_words, served
from custom_components.facequota.panel.static import static_url
from custom_components.facequota.site.dispenser import Dispenser
from custom_components.facequota.site.display_access import (
    CONF_BUTTONS,
    CONF_NEAREST,
    DISPLAY_URL,
    FORGET,
    Opened,
    allows_wrong_address,
    opened,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.helpers.json import json_dumps
from homeassistant.util import dt as dt_util

from .page_settings import digest, page_settings
from .screen import Screen

# The state is sent again: a proxy closes a connection that is silent for longer.
KEEPALIVE_S: Final = 20
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# A tablet tries again after some seconds when its page is not there.
LOOK_AGAIN: Final = {"Refresh": "15"}
# The names that a tablet may give itself.
MAX_TABLET: Final = 40


def _template(name: str) -> jinja2.Template:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    template: jinja2.Template = jinja2.Template(text, autoescape=True)
    return template


PAGE: Final = _template("page.html")
_NOT_HERE: Final = _template("not_here.html")


class DisplayPageView(HomeAssistantView):
    """The page itself."""

    # Some browsers of kiosks add a slash.
    url = DISPLAY_URL.replace("}", ":[^/]+/?}")
    name = f"{DOMAIN}:display"
    requires_auth = False

    async def get(self, request: web.Request, token: str) -> web.Response:
        """Return the page, or 404 for an address that is not valid or was revoked."""
        hass = request.app[KEY_HASS]
        if (found := opened(hass, token.removesuffix("/"))) is None:
            return await _not_here(hass) if allows_wrong_address(hass) else _too_many()
        settings = await page_settings(hass, found)
        page = PAGE.render(
            static=static_url(hass),
            # So that no "</script>" in the data can end the block.
            settings=json_dumps(settings).replace("<", "\\u003c"),
            made=digest(hass, settings),
            language=settings["languages"][0]["language"],
            name=settings["name"],
        )
        return web.Response(text=page, content_type="text/html", headers=HEADERS)


class DisplayEventsView(HomeAssistantView):
    """What the display shows, whenever that changes (server-sent events)."""

    url = f"{DISPLAY_URL}/events"
    name = f"{DOMAIN}:display:events"
    requires_auth = False

    async def get(self, request: web.Request, token: str) -> web.StreamResponse:
        """Send the present state and every change after it."""
        hass = request.app[KEY_HASS]
        if (found := opened(hass, token)) is None:
            return _wrong(hass)
        # A page without a name counts as another tablet each time.
        tablet = request.query.get("tablet", "")[:MAX_TABLET] or token_hex(8)
        task = asyncio.current_task()
        assert task is not None
        with found.use.stream(tablet, task) as allowed:
            if not allowed:
                return web.Response(status=HTTPStatus.TOO_MANY_REQUESTS)
            return await _stream(hass, request, token, found)


async def _stream(
    hass: HomeAssistant, request: web.Request, token: str, found: Opened
) -> web.StreamResponse:
    """Send the state of a display until the display is removed or the browser disconnects."""
    response = web.StreamResponse(
        headers={**HEADERS, "Content-Type": "text/event-stream"}
    )
    await response.prepare(request)
    made_of = _made_of(found)
    # A page that was made of other settings, or of another version, loads itself again.
    made = digest(hass, await page_settings(hass, found))
    nearest = found.data.get(CONF_NEAREST, ())
    screen, changed = Screen(hass, found.dispenser, nearest), asyncio.Event()
    screen.changes.add(changed.set)
    screen.start()
    try:
        # The stream ends at a reload, at a removal, and when the manager changed something.
        while (now := opened(hass, token)) and _made_of(now) == made_of:
            changed.clear()
            state = json_dumps({**screen.as_dict(), "now": _now()})
            await response.write(f"id: {made}\ndata: {state}\n\n".encode())
            with suppress(TimeoutError):
                async with asyncio.timeout(KEEPALIVE_S):
                    await changed.wait()
    except ConnectionResetError:
        pass
    finally:
        screen.stop()
    return response


class DisplayPressView(HomeAssistantView):
    """A press on one of the display's buttons: the same as on the dispenser's own button."""

    url = f"{DISPLAY_URL}/press/{{kind}}"
    name = f"{DOMAIN}:display:press"
    requires_auth = False

    async def post(self, request: web.Request, token: str, kind: str) -> web.Response:
        """Serve a request in the background; the display shows how it ends."""
        hass = request.app[KEY_HASS]
        if (found := opened(hass, token)) is None:
            return _wrong(hass)
        if kind not in found.data.get(CONF_BUTTONS, ()):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        if not found.use.presses.allows(hass.loop.time()):
            return web.Response(status=HTTPStatus.TOO_MANY_REQUESTS)
        hass.async_create_task(_serve(found.dispenser, kind), f"{DOMAIN} press")
        return web.Response(status=HTTPStatus.NO_CONTENT)


def _made_of(found: Opened) -> tuple[Any, ...]:
    """Return the parts that a stream and its page depend on."""
    return found.dispenser, found.dispenser.subentry.title, found.data


async def _serve(dispenser: Dispenser, kind: str) -> None:
    # A failure is shown on the display.
    with suppress(HomeAssistantError):
        if kind == FORGET:
            await dispenser.forget()
        elif not dispenser.busy:
            await dispenser.request(Lane(kind))


def _wrong(hass: HomeAssistant) -> web.Response:
    """Return the answer to a request with a wrong address, from a script that no person reads."""
    if allows_wrong_address(hass):
        return web.Response(status=HTTPStatus.NOT_FOUND)
    return _too_many()


def _too_many() -> web.Response:
    """Return the answer after too many wrong addresses; a tablet still tries again."""
    return web.Response(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        # For an empty answer the browser would show a page of its own, which stays.
        text="<br>",
        content_type="text/html",
        headers={**HEADERS, **LOOK_AGAIN},
    )


async def _not_here(hass: HomeAssistant) -> web.Response:
    """Say that there is no display here; a tablet that started before Home Assistant tries again by itself."""
    language = served(hass.config.language)
    words = await async_words(hass, language, "common")
    page = _NOT_HERE.render(
        language=language, says=words[f"component.{DOMAIN}.common.visitor_not_here"]
    )
    return web.Response(
        status=HTTPStatus.NOT_FOUND,
        text=page,
        content_type="text/html",
        headers={**HEADERS, **LOOK_AGAIN},
    )


def _now() -> float:
    """Return the present time: the tablet's own clock may be wrong."""
    return dt_util.utcnow().timestamp()
