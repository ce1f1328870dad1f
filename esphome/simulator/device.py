"""A dispenser as Home Assistant's library sees it: entities by name, states as they come, actions with their answers."""

import asyncio
from collections.abc import Callable
import time
from typing import Any, Final

from aioesphomeapi import (
    ButtonInfo,
    EntityInfo,
    EntityState,
    Event,
    EventInfo,
    NumberInfo,
    SwitchInfo,
    TextInfo,
    UserService,
)
from aioesphomeapi.client import APIClient

# Longest wait for anything a test expects: a portion takes three seconds, the second clock eight.
PATIENCE_S: Final = 20.0
# The pause that the firmware makes between two portions, and a turn of its loop.
COOLDOWN_S: Final = 1.05

type Value = str | float | bool | None


class Device:
    """One connection to a dispenser."""

    def __init__(self, port: int) -> None:
        """Prepare a connection to 127.0.0.1:port."""
        self.port = port
        self.entities: dict[str, EntityInfo] = {}
        self.states: dict[str, Value] = {}
        # Each entity's state when it was first told.
        self.first: dict[str, Value] = {}
        self.history: list[tuple[float, str, Value]] = []
        self.client: APIClient = APIClient("127.0.0.1", port, None)
        self._names: dict[int, str] = {}
        self._services: dict[str, UserService] = {}
        self._changed = asyncio.Event()

    async def connect(self, *, listen: bool = True) -> None:
        """Connect, and wait until the first states are there.

        Without `listen` it only gives commands, like somebody who reads the log: to the
        device that is not Home Assistant.
        """
        await self.client.connect(login=True)
        entities, services = await self.client.list_entities_services()
        self.entities = {entity.name: entity for entity in entities}
        self._names = {entity.key: entity.name for entity in entities}
        self._services = {service.name: service for service in services}
        if not listen:
            return
        self.client.subscribe_states(self._on_state)
        expected = {
            entity.name
            for entity in entities
            if not isinstance(entity, ButtonInfo | EventInfo)
        }
        await self.until(lambda: expected <= self.states.keys())
        self.history.clear()

    async def disconnect(self) -> None:
        """Leave, whatever state the device is in."""
        await self.client.disconnect(force=True)

    def _on_state(self, state: EntityState) -> None:
        value: Value = (
            state.event_type if isinstance(state, Event) else getattr(state, "state")  # noqa: B009
        )
        if getattr(state, "missing_state", False):
            value = None
        name = self._names[state.key]
        self.first.setdefault(name, value)
        self.states[name] = value
        self.history.append((time.monotonic(), name, value))
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the states are so; fail with the last of them otherwise."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"still waiting; last: {self.history[-8:]}") from None

    async def until_state(self, name: str, value: Value) -> None:
        """Wait until the entity shows the value."""
        await self.until(lambda: self.states.get(name) == value)

    async def until_told(self, name: str, value: Value) -> None:
        """Wait until the entity told this value once since the last `forget`."""
        await self.until(lambda: (name, value) in self.told())

    async def until_event(self, kind: str) -> None:
        """Wait until the dispenser told how a portion ended, or why none began."""
        await self.until_told("Dispense", kind)

    def told(self) -> list[tuple[str, Value]]:
        """Return what came since the last `forget`, in order, without the simulator's own entities."""
        return [
            (name, value)
            for _, name, value in self.history
            if not name.startswith("Sim ")
        ]

    def forget(self) -> None:
        """Begin a new history."""
        self.history.clear()

    def when(self, name: str, value: Value) -> float:
        """Return the moment (monotonic seconds) at which the entity first showed the value."""
        return next(t for t, n, v in self.history if (n, v) == (name, value))

    def number(self, name: str) -> float:
        """Return the state of an entity that shows a number."""
        value = self.states[name]
        assert isinstance(value, float)
        return value

    def _key(self, kind: type[EntityInfo], name: str) -> int:
        entity = self.entities[name]
        assert isinstance(entity, kind), f"{name} is a {type(entity).__name__}"
        return entity.key

    def switch(self, name: str, on: bool) -> None:
        """Turn a switch on or off; its state comes later, if it does."""
        self.client.switch_command(self._key(SwitchInfo, name), on)

    def press(self, name: str) -> None:
        """Press a button."""
        self.client.button_command(self._key(ButtonInfo, name))

    def set_number(self, name: str, value: float) -> None:
        """Set a number."""
        self.client.number_command(self._key(NumberInfo, name), value)

    def set_text(self, name: str, value: str) -> None:
        """Set a text."""
        self.client.text_command(self._key(TextInfo, name), value)

    async def act(self, action: str, **data: Any) -> str:
        """Call an action; return "ok" or the reason that the device gave."""
        answer = await self.client.execute_service(
            self._services[action], data, return_response=False
        )
        assert answer is not None
        return "ok" if answer.success else str(answer.error_message)

    async def dispense(
        self, cm: float = 60.0, request_id: str = "visit", expires: int | None = None
    ) -> str:
        """Ask for one portion by the action; by default it is good for five seconds."""
        return await self.act(
            "dispense",
            length_cm=cm,
            request_id=request_id,
            expires=int(time.time()) + 5 if expires is None else expires,
        )

    async def until_rested(self) -> None:
        """Wait until the pause after a portion is over."""
        await self.until_state("Motor", False)
        await asyncio.sleep(COOLDOWN_S)

    async def portion(self) -> float:
        """Run one portion by the switch; return its length once it is over (cm)."""
        self.forget()
        self.switch("Motor", True)
        await self.until_told("Motor", False)
        return self.number("Last portion")
