"""Repair issues and their flows, as the frontend uses them."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp.test_utils import TestClient
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .texts import EN, flat, placeholders

FIX: Final = "/api/repairs/issues/fix"


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the issues there are, by key, each with all that its words need."""
    found = {}
    for (domain, _), issue in ir.async_get(hass).issues.items():
        if domain != DOMAIN or not issue.active:
            continue
        assert issue.translation_key is not None
        texts = EN["issues"][issue.translation_key]
        assert issue.is_fixable is ("fix_flow" in texts)
        named = set().union(*(placeholders(text) for _, text in flat(texts)))
        assert named <= set(issue.translation_placeholders or {})
        found[issue.translation_key] = issue
    return found


class Fix:
    """One repair flow over Home Assistant's API, as the frontend uses it."""

    def __init__(self, hass: HomeAssistant, connect: ClientSessionGenerator) -> None:
        """Begin with nothing shown."""
        self._hass = hass
        self._connect = connect
        self._client: TestClient[Any, Any]
        self.shown: dict[str, Any] = {}

    async def open(
        self, issue: ir.IssueEntry, status: HTTPStatus = HTTPStatus.OK
    ) -> dict[str, Any]:
        """Open the dialogue of an issue."""
        self._client = await self._connect()
        path = {"handler": DOMAIN, "issue_id": issue.issue_id}
        return await self._post(FIX, path, status)

    async def press(self) -> dict[str, Any]:
        """Press the button and wait out the progress."""
        path = f"{FIX}/{self.shown['flow_id']}"
        await self._post(path, {})
        if self.shown["type"] == "progress":
            assert self.shown["progress_action"] == "install"
            await self._hass.async_block_till_done()
            # The frontend hears that something changed, and looks.
            self.shown = await (await self._client.get(path)).json()
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return self.shown

    async def _post(
        self,
        path: str,
        data: dict[str, Any],
        status: HTTPStatus = HTTPStatus.OK,
    ) -> dict[str, Any]:
        answer = await self._client.post(path, json=data)
        assert answer.status == status, await answer.text()
        self.shown = await answer.json()
        return self.shown
