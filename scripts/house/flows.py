"""Fills in Home Assistant's forms: config, options and subentry flows."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .client import Client, Json
from .home_assistant import HouseError

CONFIG: Final = "/api/config/config_entries/flow"
OPTIONS: Final = "/api/config/config_entries/options/flow"
SUBENTRIES: Final = "/api/config/config_entries/subentries/flow"


class Flow:
    """One flow under way, and what Home Assistant shows at the moment."""

    def __init__(self, client: Client, path: str, shown: Json) -> None:
        """Take over a flow that has just been started."""
        self._client = client
        self._path = path
        self.shown = shown

    @classmethod
    async def start(cls, client: Client, path: str, handler: object) -> Flow:
        """Start a flow: a domain for CONFIG, an entry id for OPTIONS, both parts for SUBENTRIES."""
        return cls(client, path, await client.post(path, {"handler": handler}))

    @property
    def step(self) -> str | None:
        """The form that is shown, or None when it is no form."""
        step: str | None = self.shown.get("step_id")
        return step if self.shown["type"] == "form" else None

    @property
    def errors(self) -> dict[str, str]:
        """What the form complains of, by field."""
        return self.shown.get("errors") or {}

    @property
    def suggested(self) -> Json:
        """What the form is filled with: suggested values, else defaults."""
        return _filled(self.shown.get("data_schema") or [])

    async def choose(self, option: str) -> Json:
        """Choose from the menu that is shown, and return what is shown then."""
        if option not in (self.shown.get("menu_options") or ()):
            raise HouseError(f"{option} cannot be chosen: {self.shown}")
        flow = f"{self._path}/{self.shown['flow_id']}"
        self.shown = await self._client.post(flow, {"next_step_id": option})
        return self.shown

    async def submit(self, step: str, values: Mapping[str, Any]) -> Json:
        """Send a form that must be the one shown, wait out a progress bar, return what is shown then."""
        if self.step != step:
            raise HouseError(f"expected the form {step}, but {self.shown} is shown")
        flow = f"{self._path}/{self.shown['flow_id']}"
        self.shown = await self._client.post(flow, values)
        while self.shown["type"] == "progress":
            await asyncio.sleep(0.2)
            self.shown = await self._client.get(flow)
        return self.shown

    async def finish(self, step: str, values: Mapping[str, Any]) -> Json:
        """Send the last form and return what it made. Raise HouseError when it is not the last."""
        shown = await self.submit(step, values)
        if shown["type"] != "create_entry":
            raise HouseError(f"{step} with {values} did not end the flow, but {shown}")
        result: Json = shown.get("result") or shown
        return result


def _filled(fields: Iterable[Json]) -> Json:
    """Return what fields are filled with; those of a section under its name."""
    filled = {}
    for field in fields:
        description = field.get("description") or {}
        value = (
            _filled(field["schema"]) or None
            if field.get("type") == "expandable"
            else description.get("suggested_value", field.get("default"))
        )
        if value is not None:
            filled[field["name"]] = value
    return filled
