"""Keeps an instance in sync with the server, and reconnects by itself."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import count
import logging
import secrets
from typing import Final

from custom_components.facequota.quota.protocol import Rule

from .copy import Copy
from .epochs import Epochs
from .functions import EpochEnded, Fallen
from .link import Link
from .server import Server
from .sync import LATELY_S, Sync
from .trouble import FAILURES, Trouble, Unfit, trouble_of

_LOGGER = logging.getLogger(__name__)

TICK_S: Final = 1.0
# A server is checked when it is connected; its settings may be changed later.
CHECK_EVERY_TICKS: Final = 30
LEAVE_S: Final = 1.0
_FIRST_RETRY_S: Final = 0.2
_LAST_RETRY_S: Final = 5.0
_CHANGES: Final = 200
_TRIES: Final = 5

type Sending = Callable[[Link], Awaitable[object]]


class Connection:
    """Keeps one instance connected and in sync, for as long as it runs."""

    def __init__(
        self,
        *,
        server: Server,
        quota: str,
        epochs: Epochs,
        copy: Copy,
        now: Callable[[], float],
        on_change: Callable[[], None],
        on_rule: Callable[[Rule], None],
    ) -> None:
        """Connect to nothing yet."""
        self._server = server
        self._quota = quota
        self._epochs = epochs
        self._copy = copy
        self._now = now
        self._on_change = on_change
        self.sync = Sync(
            epochs=epochs, copy=copy, now=now, on_change=on_change, on_rule=on_rule
        )
        self.link: Link | None = None
        self.trouble: Trouble | None = Trouble.NO_ANSWER
        self.since = now()
        self.ready = asyncio.Event()
        # Messages that wait for the server, in order.
        self._outbox: deque[Sending] = deque()
        # Messages that were sent lately, and when: a replica that takes over may lack
        # them.
        self._sent: deque[tuple[float, Sending]] = deque()
        self._has_messages = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Return how many messages wait for the server."""
        return len(self._outbox)

    def send(self, sending: Sending) -> None:
        """Send the server a message, now or as soon as it is back."""
        self._outbox.append(sending)
        self._has_messages.set()

    async def in_sync(self) -> Link:
        """Return the link as soon as this instance is in sync with the server."""
        while (link := self.link) is None or not self.ready.is_set():
            await self.ready.wait()
        return link

    def lose(self, error: Exception) -> None:
        """Count as disconnected from this moment, until this instance is in sync again.

        Called when something was decided here alone: the others do not know it, so this
        instance does not count as in sync. While it comes into sync, Sync itself sends
        the decision.
        """
        if self.link is not None and self.ready.is_set():
            self.link.give_up(error)
            self._away(error)

    async def run(self) -> None:
        """Connect, follow, and begin again when that ends, until cancelled."""
        delay = _FIRST_RETRY_S
        try:
            while True:
                try:
                    await self._connect_and_follow()
                except Exception as error:  # noqa: BLE001
                    if self.ready.is_set():
                        delay = _FIRST_RETRY_S
                    self._away(error)
                await asyncio.sleep(delay)
                delay = min(2 * delay, _LAST_RETRY_S)
        finally:
            self.link = None
            self.ready.clear()
            await self._server.close()

    async def leave(self, *, for_good: bool) -> None:
        """Send what is waiting, and report that this instance leaves."""
        if self.link is None:
            return
        async with asyncio.timeout(LEAVE_S):
            while self._outbox:
                await asyncio.sleep(0.01)
        await self.link.call("leave", self._epochs.instance)
        if for_good:
            await self.link.call("finish", "", secrets.token_hex(8))

    async def _connect_and_follow(self) -> None:
        await self._server.open()
        await self._server.check()
        link = Link(self._server, self._quota, self._copy.clock, self._now)
        if self.sync.is_another(link):
            lately = self._now() - LATELY_S
            self._outbox.extendleft(
                sending for at, sending in reversed(self._sent) if at > lately
            )
            self._has_messages.set()
        self.link = link
        async with asyncio.TaskGroup() as group:
            # Also while it comes into sync, which may take long: a silent instance
            # counts as gone.
            group.create_task(self._heartbeat(link))
            await self._enter(link)
            group.create_task(self._read(link))
            group.create_task(self._send_outbox(link))
            group.create_task(_until_broken(link))

    def _away(self, error: BaseException) -> None:
        """Go on without the server, and report that once."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        trouble = trouble_of(error)
        if not isinstance(error, FAILURES):
            _LOGGER.error("The shared quota failed", exc_info=error)
        elif trouble is not self.trouble:
            _LOGGER.warning("The shared quota is away: %s", trouble)
        if self.trouble is None:
            self.since = self._now()
        self.link = None
        self.ready.clear()
        if trouble is Trouble.CLOCKS:
            # The server forgot its visitors too early, or would forget them too late.
            self.sync.server_lost_some = True
        self.trouble = trouble
        self._on_change()

    async def _heartbeat(self, link: Link) -> None:
        for number in count(1):
            await asyncio.sleep(TICK_S)
            if number % CHECK_EVERY_TICKS == 0:
                await self._server.check()
            tick = await self._epochs.tick(link, self._copy.key)
            self.sync.follow_rule(tick.rule)
            self._on_change()

    async def _read(self, link: Link) -> None:
        """Follow the log of changes."""
        while True:
            # Also called now and then without news: the log may have been cut short.
            await link.news(self._copy.position, TICK_S)
            try:
                answer = await link.call(
                    "changes", link.life, self._copy.position, _CHANGES
                )
                told = [one for one in answer[2] if one[0] > self._copy.position]
                kinds = self._copy.apply(told)
            except Fallen:
                await self._enter(link)
                continue
            await self._epochs.hand_who_asked(link, self._copy.key, told)
            if b"p" in kinds or b"b" in kinds:
                await self._enter(link)
            elif b"r" in kinds:
                tick = await self._epochs.tick(link, self._copy.key)
                self.sync.follow_rule(tick.rule)
            if kinds:
                self._on_change()

    async def _send_outbox(self, link: Link) -> None:
        while True:
            await self._has_messages.wait()
            while self._outbox:
                await self._outbox[0](link)
                self._sent.append((self._now(), self._outbox.popleft()))
                while self._sent[0][0] < self._now() - LATELY_S:
                    self._sent.popleft()
            self._has_messages.clear()

    async def _enter(self, link: Link) -> None:
        """Come into sync with the server; no visitor waits for it."""
        self.ready.clear()
        for _ in range(_TRIES):
            try:
                await self.sync.enter(link)
            except EpochEnded, Fallen:
                continue
            if self.link is None:
                break  # The link was lost meanwhile.
            self.trouble = None
            self.since = self._now()
            self.ready.set()
            self._on_change()
            return
        raise Unfit(Trouble.REFUSED)


async def _until_broken(link: Link) -> None:
    await link.broken
