"""One request at a time, and each request id once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from custom_components.facequota.const import DOMAIN
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .visit import Request, VisitResult

# A request that is repeated after this many others gives a new portion. The ids are
# kept in memory only and have no meaning elsewhere.
REMEMBERED_REQUESTS: Final = 64


class RequestQueue:
    """Serves one request, lets one wait, and remembers the answers by request id."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        serve: Callable[[Request], Awaitable[VisitResult]],
    ) -> None:
        """Remember the function that serves a request."""
        self._hass = hass
        self._entry = entry
        self._serve = serve
        self._one_at_a_time = asyncio.Lock()
        self._asked: OrderedDict[str, tuple[Request, asyncio.Task[VisitResult]]]
        self._asked = OrderedDict()
        self._tasks: set[asyncio.Task[VisitResult]] = set()
        self._other: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Return if a visitor is being served."""
        return bool(self._tasks)

    async def request(self, request: Request) -> VisitResult:
        """Serve a request and return how it ended.

        The same request_id again gets the first one's answer and no second portion.
        Raises ServiceValidationError when an id comes again with another request, or
        when one visitor is being served and another one waits already;
        HomeAssistantError when the site is stopped.
        """
        return await self._answer(self._answered(request) or self._begin(request))

    async def other(self, serve: Callable[[], Awaitable[None]]) -> None:
        """Serve a request that is not for paper, after the requests before it.

        Raises what the request raises; ServiceValidationError while another such request
        waits or is being served, and HomeAssistantError when the site is stopped.
        """
        if self._closed:
            raise _called_off()
        if self._other is not None and not self._other.done():
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="busy"
            )
        self._other = self._entry.async_create_background_task(
            self._hass, self._in_turn(serve), name=f"{DOMAIN} request"
        )
        await self._answer(self._other)

    async def stop(self) -> None:
        """Cancel the running and the waiting request, and accept no more."""
        self._closed = True
        tasks = (*self._tasks, *([self._other] if self._other else ()))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer[T](self, task: asyncio.Task[T]) -> T:
        """Return the result of a task."""
        try:
            # The caller may be cancelled; the portion that was begun goes on.
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                raise
            raise _called_off() from None

    def _answered(self, request: Request) -> asyncio.Task[VisitResult] | None:
        """Return the visit that this request began already."""
        if request.request_id is None or request.request_id not in self._asked:
            return None
        first, task = self._asked[request.request_id]
        if first != request:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="request_id_used",
                translation_placeholders={"request_id": request.request_id},
            )
        return task

    def _begin(self, request: Request) -> asyncio.Task[VisitResult]:
        """Begin a visit, or let it wait for the visit before."""
        if self._closed:
            raise _called_off()
        if len(self._tasks) > 1:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="busy"
            )
        task = self._entry.async_create_background_task(
            self._hass,
            self._in_turn(partial(self._serve, request)),
            name=f"{DOMAIN} visit",
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if request.request_id is not None:
            self._asked[request.request_id] = (request, task)
            if len(self._asked) > REMEMBERED_REQUESTS:
                self._asked.popitem(last=False)
        return task

    async def _in_turn[T](self, serve: Callable[[], Awaitable[T]]) -> T:
        async with self._one_at_a_time:
            return await serve()


def _called_off() -> HomeAssistantError:
    """Return the error for a visit that is cancelled because the site stops."""
    return HomeAssistantError(translation_domain=DOMAIN, translation_key="called_off")
