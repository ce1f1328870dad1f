"""One session on the server, until it breaks: calls with a time limit, and the wait for news."""

import asyncio
from collections.abc import Callable
from typing import Any

from .clock import ServerClock
from .functions import Functions
from .server import ANSWER_S, Server
from .trouble import Trouble, Unfit


class Link:
    """Calls functions of one quota, and learns the server's clock from every answer."""

    def __init__(
        self,
        server: Server,
        quota: str,
        server_clock: ServerClock,
        now: Callable[[], float],
    ) -> None:
        """Use an open server."""
        self._server = server
        self._client = server.client
        self._functions: Functions = server.functions(quota)
        self._server_clock = server_clock
        self._now = now
        self.life = ""
        """The life of the server that was entered; each call about changes is for it."""
        # Why this session failed, for the tasks that wait for its end.
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def give_up(self, error: Exception) -> None:
        """End this session with an error."""
        if not self.broken.done():
            self.broken.set_exception(error)

    @property
    def run(self) -> str:
        """Return an id of the server process; a promoted replica has another one."""
        return self._server.run

    async def call(self, name: str, *args: str | bytes | float) -> list[Any]:
        """Call a function, within ANSWER_S.

        Raises Unfit when the server's clock was set: its stored times are wrong.
        """
        asked = self._now()
        async with asyncio.timeout(ANSWER_S):
            answer = await self._functions.call(name, *args)
        if self._server_clock.learn(asked, self._now(), float(answer[1])):
            raise Unfit(Trouble.CLOCKS)
        return answer

    async def take(self, name: str) -> bytes | None:
        """Return the value of a key that is meant for this instance alone."""
        async with asyncio.timeout(ANSWER_S):
            value: bytes | None = await self._client.get(self._functions.key(name))
        return value

    async def news(self, position: int, wait_s: float) -> None:
        """Return as soon as there is a change after this one, or after wait_s."""
        async with asyncio.timeout(wait_s + ANSWER_S):
            client: Any = self._client
            await client.execute_command(
                "XREAD",
                *("COUNT", 1, "BLOCK", max(1, int(wait_s * 1000))),
                *("STREAMS", self._functions.key("log"), f"{position}-0"),
            )
