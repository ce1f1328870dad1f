"""The visits of a proof: what people do, and what Home Assistant tells of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any, Final

from scripts.house.client import Client
from scripts.house.dispenser import Dispenser
from scripts.house.home_assistant import CallError
from scripts.house.people import leave, stand
from scripts.house.site import Site

STEP_UP_S: Final = 1.3
# By which the person can be told from the others, in the file's name and the report.
NOBODY: Final = "nobody"


def take_pictures(portraits: Path, folder: Path) -> dict[str, Path]:
    """Write the pictures that the cameras show: name → path."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {NOBODY: leave(folder / f"{NOBODY}.jpg")}
    for person in sorted(portraits.iterdir()):
        for photograph in sorted(person.iterdir()):
            name = f"{person.name}{photograph.stem}"
            pictures[name] = stand(photograph, folder / f"{name}.jpg")
    first = min((portraits / "A").iterdir())
    pictures["A1_later"] = stand(first, folder / "A1_later.jpg", later=True)
    return pictures


@dataclass(slots=True, kw_only=True)
class WatchedSite:
    """A site whose visitors are known to us, and everything that it told."""

    site: Site
    pictures: Mapping[str, Path]
    told: list[str] = field(default_factory=list)
    visits: int = 0

    @property
    def client(self) -> Client:
        """Return who talks to Home Assistant."""
        return self.site.client

    async def visit(
        self, dispenser: Dispenser, who: str, **data: object
    ) -> dict[str, Any]:
        """Let somebody ask for paper and return what became of it."""
        dispenser.scene.show(self.pictures[who])
        await asyncio.sleep(STEP_UP_S)
        answer = await self.site.dispense(dispenser, **data)
        self.visits += 1
        self.told.append(json.dumps(answer))
        return answer

    async def press(self, dispenser: Dispenser, who: str) -> None:
        """Let somebody press the dispenser's own button."""
        dispenser.scene.show(self.pictures[who])
        await asyncio.sleep(STEP_UP_S)
        before = await self.client.state(dispenser.visit)
        await self.client.service(
            "button.press", target={"entity_id": dispenser.firmware["Sim request"]}
        )
        await self.client.wait_for(
            dispenser.visit, lambda now: now["state"] != before["state"], 30
        )
        self.visits += 1

    async def first_visits(self) -> list[str]:
        """Let A and B come, come back, and nobody stand there; return the outcomes."""
        entrance, exit_ = self.site.dispensers
        outcomes: list[str] = [
            (await self.visit(dispenser, who, **data))["outcome"]
            for dispenser, who, data in (
                (entrance, "A1", {}),
                (entrance, "A1_later", {}),
                (exit_, "B1", {}),
                (exit_, "A1", {}),
                (entrance, NOBODY, {}),
                (exit_, NOBODY, {"lane": "open"}),
            )
        ]
        await self.press(entrance, "A1_later")
        return outcomes

    async def gather(self) -> str:
        """Return what any user or helper can be told: states, diagnostics, history."""
        entry = self.site.entry_id
        paths = [
            "/api/states",
            "/api/services",
            f"/api/diagnostics/config_entry/{entry}",
        ]
        paths += [
            f"/api/diagnostics/config_entry/{entry}/device/{one.device_id}"
            for one in self.site.dispensers
        ]
        visits = ",".join(one.visit for one in self.site.dispensers)
        paths += [
            f"/api/history/period?filter_entity_id={visits}",
            "/api/logbook",
        ]
        commands = (
            "repairs/list_issues",
            "system_log/list",
            "config/entity_registry/list",
            "config/device_registry/list",
            "trace/contexts",
        )
        told = list(self.told)
        for path in paths:
            # What a version of Home Assistant does not have tells nothing.
            try:
                told.append(json.dumps(await self.client.get(path)))
            except CallError, ValueError:
                continue
        for command in commands:
            try:
                told.append(json.dumps(await self.client.call(command)))
            except CallError:
                continue
        traces = await self.client.call("trace/list", domain="automation")
        for one in traces:
            trace = await self.client.call(
                "trace/get",
                domain="automation",
                item_id=one["item_id"],
                run_id=one["run_id"],
            )
            told.append(json.dumps(trace))
        told.append(json.dumps(await self.export()))
        told.append(json.dumps(await self.system_health()))
        return "\n".join(told)

    async def system_health(self) -> list[dict[str, Any]]:
        """Return the system information page, which comes in parts."""
        parts: list[dict[str, Any]] = []
        async with self.client.stream("system_health/info") as queue:
            async with asyncio.timeout(30):
                while not parts or parts[-1]["type"] != "finish":
                    parts.append(await queue.get())
        return parts

    async def pictures_alive(self) -> dict[str, int]:
        """Return how many pictures are in use in Home Assistant's process, by who refers to them."""
        answer = await self.client.service("pictures_alive.count", response=True)
        alive: dict[str, int] = answer["pictures"]
        return alive

    async def export(self) -> object:
        """Return the log that a manager can export."""
        return await self.client.service(
            "facequota.export_log",
            {"config_entry_id": self.site.entry_id},
            response=True,
        )

    async def automate(self) -> None:
        """Add an automation on visits, so that there are traces with all they tell."""
        automation = {
            "alias": "Tell of a visit",
            "triggers": [
                {
                    "trigger": "state",
                    "entity_id": [one.visit for one in self.site.dispensers],
                }
            ],
            "actions": [
                {
                    "action": "persistent_notification.create",
                    "data": {"message": "{{ trigger.to_state.attributes }}"},
                }
            ],
        }
        await self.client.post("/api/config/automation/config/visit", automation)

    async def back_up(self) -> None:
        """Let Home Assistant make a backup of everything, and wait for its end."""
        before = await self.client.call("backup/info")
        await self.client.call(
            "backup/generate", agent_ids=["backup.local"], name="Proof"
        )
        async with asyncio.timeout(120):
            while True:
                info = await self.client.call("backup/info")
                if len(info["backups"]) > len(before["backups"]) and (
                    info["state"] == "idle"
                ):
                    return
                await asyncio.sleep(0.3)
