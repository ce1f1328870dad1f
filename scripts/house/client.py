"""Home Assistant's REST and WebSocket API, as its own frontend uses them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
import contextlib
from typing import Any, Final, Self
from uuid import uuid4

import aiohttp

from .home_assistant import CallError, HouseError
from .log_in import access_token

USER: Final = "demo"
PASSWORD: Final = "demo"
ANSWER_SECONDS: Final = 60

type Json = dict[str, Any]


class Client:
    """One person's session with one Home Assistant."""

    def __init__(
        self, url: str, *, username: str = USER, password: str = PASSWORD
    ) -> None:
        """Remember the address and the user; `connect` opens the session."""
        self.url = url
        self._username = username
        self._password = password
        self.token = ""
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._next_id = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._subscriptions: dict[int, asyncio.Queue[Json]] = {}

    async def __aenter__(self) -> Self:
        """Connect."""
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    async def connect(self) -> None:
        """Make the first user or log in as it, and open the WebSocket."""
        self._session = aiohttp.ClientSession()
        try:
            await self._open(
                await access_token(self._send, self.url, self._username, self._password)
            )
            # An access token lives for half an hour, a demo for longer.
            self.token = await self.call(
                "auth/long_lived_access_token", client_name=str(uuid4()), lifespan=1
            )
            async with asyncio.timeout(ANSWER_SECONDS):
                while (await self.call("get_config"))["state"] != "RUNNING":
                    await asyncio.sleep(0.1)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End the session. Idempotent."""
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._session:
            await self._session.close()
        self._session = self._socket = self._reader = None

    # -- WebSocket -------------------------------------------------------------

    async def call(self, command: str, **fields: Any) -> Any:
        """Send one WebSocket command and return its result. Raise CallError."""
        _, result = await self._command(command, fields, None)
        return result

    @contextlib.asynccontextmanager
    async def events(self, event_type: str) -> AsyncIterator[asyncio.Queue[Json]]:
        """Collect the events of one type in a queue for as long as it is open."""
        async with self.stream("subscribe_events", event_type=event_type) as queue:
            yield queue

    @contextlib.asynccontextmanager
    async def stream(
        self, command: str, **fields: Any
    ) -> AsyncIterator[asyncio.Queue[Json]]:
        """Collect what a command sends after its result."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        number, _ = await self._command(command, fields, queue)
        try:
            yield queue
        finally:
            self._subscriptions.pop(number, None)
            with contextlib.suppress(HouseError):
                await self.call("unsubscribe_events", subscription=number)

    async def service(
        self,
        name: str,
        data: Mapping[str, Any] | None = None,
        *,
        target: Mapping[str, Any] | None = None,
        response: bool = False,
    ) -> Any:
        """Call an action such as `switch.turn_on`; return its response, if asked."""
        domain, service = name.split(".")
        result = await self.call(
            "call_service",
            domain=domain,
            service=service,
            service_data=dict(data or {}),
            return_response=response,
            **({"target": dict(target)} if target else {}),
        )
        return result["response"] if response else None

    # -- states ----------------------------------------------------------------

    async def state(self, entity_id: str) -> Json:
        """Return the state of an entity with its attributes and times."""
        state: Json = await self.get(f"/api/states/{entity_id}")
        return state

    async def wait_for(
        self, entity_id: str, wanted: Callable[[Json], bool], seconds: float = 10
    ) -> Json:
        """Return the first state that fulfils the condition. Raise HouseError after a while."""
        last: Json | None = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        last = await self.state(entity_id)
                    except CallError:
                        last = None
                    if last and wanted(last):
                        return last
                    await asyncio.sleep(0.05)
        raise HouseError(f"{entity_id} did not become what was expected, but {last}")

    async def entities(self) -> list[Json]:
        """Return the entity registry."""
        entities: list[Json] = await self.call("config/entity_registry/list")
        return entities

    async def add_user(self, name: str, password: str) -> None:
        """Add a user of Home Assistant's group "Users", who is no administrator."""
        made = await self.call(
            "config/auth/create", name=name, group_ids=["system-users"]
        )
        await self.call(
            "config/auth_provider/homeassistant/create",
            user_id=made["user"]["id"],
            username=name.lower(),
            password=password,
        )

    # -- REST ------------------------------------------------------------------

    async def get(self, path: str) -> Any:
        """GET a path and return the JSON of the answer. Raise CallError."""
        return await self._send("GET", path)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """POST to a path and return the JSON of the answer. Raise CallError."""
        return await self._send("POST", path, json=dict(body or {}))

    async def delete(self, path: str) -> Any:
        """DELETE a path. Raise CallError."""
        return await self._send("DELETE", path)

    async def _send(self, method: str, path: str, **how: Any) -> Any:
        """Send one request; every status but 2xx is a CallError."""
        assert self._session is not None
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._session.request(
            method, self.url + path, headers=headers, **how
        ) as answer:
            if answer.status >= 300:
                raise CallError(str(answer.status), f"{path}: {await answer.text()}")
            return await answer.json()

    async def _open(self, token: str) -> None:
        """Open the WebSocket and start to read it."""
        assert self._session is not None
        self._socket = await self._session.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        )
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": token})
        answer = await self._socket.receive_json()
        if answer["type"] != "auth_ok":
            raise HouseError(f"Home Assistant refused the log-in: {answer}")
        self._reader = asyncio.create_task(self._read())

    async def _command(
        self, command: str, fields: Mapping[str, Any], queue: asyncio.Queue[Json] | None
    ) -> tuple[int, Any]:
        """Send one command; return its number and result."""
        if self._socket is None:
            raise HouseError("not connected to Home Assistant")
        self._next_id += 1
        number = self._next_id
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        if queue is not None:
            self._subscriptions[number] = queue
        await self._socket.send_json({"id": number, "type": command, **fields})
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return number, await answer
        finally:
            del self._answers[number]

    async def _read(self) -> None:
        """Hand every message to the call or subscription that waits for it."""
        assert self._socket is not None
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            content = message.json()
            for part in content if isinstance(content, list) else [content]:
                self._hand_out(part)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(HouseError("Home Assistant closed the session"))

    def _hand_out(self, message: Json) -> None:
        """Give one message to its subscription or its waiting call."""
        if message["type"] == "event":
            if queue := self._subscriptions.get(message["id"]):
                queue.put_nowait(message["event"])
            return
        answer = self._answers.get(message["id"])
        if answer is None or answer.done():
            return
        if message.get("success", True):
            answer.set_result(message.get("result"))
        else:
            error = message["error"]
            answer.set_exception(CallError(error["code"], error["message"]))
