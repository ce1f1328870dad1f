"""A FaceQuota site with its dispensers, set up as a manager does it in the UI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from .client import Client, Json
from .dispenser import Dispenser, Machine
from .site_setup import (
    ENGINE,
    RULES,
    add_dispenser,
    add_dispenser_parts,
    add_site,
    entity_key,
    find_entities,
    until_ready,
)


@dataclass(slots=True, kw_only=True)
class Site:
    """One configured site in a running Home Assistant."""

    client: Client
    entry_id: str
    dispensers: list[Dispenser]
    entities: dict[str, str]

    @classmethod
    async def set_up(
        cls,
        client: Client,
        folder: Path,
        machines: Sequence[Machine],
        *,
        name: str = "Park gate",
        rules: Mapping[str, Any] = RULES,
        engine: str = ENGINE,
        opened: str | None = None,
    ) -> Self:
        """Add the devices, the cameras, the site and its dispensers by their flows.

        `folder` gets one folder of pictures for each camera.
        """
        dispensers = [
            await add_dispenser_parts(client, folder, machine) for machine in machines
        ]
        entry_id = await add_site(client, name, rules, engine)
        for one in dispensers:
            await add_dispenser(client, entry_id, one, opened)
        return await cls.find(client, dispensers)

    @classmethod
    async def find(
        cls,
        client: Client,
        dispensers: Sequence[Dispenser],
        entry_id: str | None = None,
    ) -> Self:
        """Return a site (the only one of a house), once it is ready, with these dispensers."""
        if entry_id is None:
            path = "/api/config/config_entries/entry?domain=facequota"
            entry_id = str((await client.get(path))[0]["entry_id"])
        await until_ready(client, entry_id, dispensers)
        subentries = await client.call(
            "config_entries/subentries/list", entry_id=entry_id
        )
        registry = await client.entities()
        ids = {one["title"]: one["subentry_id"] for one in subentries}
        for one in dispensers:
            find_entities(registry, ids[one.name], one)
        entities = {
            entity_key(entity): entity["entity_id"]
            for entity in registry
            if entity["config_entry_id"] == entry_id
            and entity["config_subentry_id"] is None
        }
        return cls(
            client=client,
            entry_id=entry_id,
            dispensers=list(dispensers),
            entities=entities,
        )

    async def reload(self) -> None:
        """Let Home Assistant set the site up again, and wait until it is ready."""
        path = f"/api/config/config_entries/entry/{self.entry_id}/reload"
        await self.client.post(path)
        await until_ready(self.client, self.entry_id, self.dispensers)

    async def press(self, dispenser: Dispenser, name: str = "Sim request") -> None:
        """Press one of the buttons of a dispenser's firmware, as the visitor would."""
        await self.client.service(
            "button.press", target={"entity_id": dispenser.firmware[name]}
        )

    async def dispense(self, dispenser: Dispenser, **data: Any) -> Json:
        """Request a portion by FaceQuota's action and return the result."""
        answer = await self.client.service(
            "facequota.dispense",
            data,
            target={"entity_id": dispenser.visit},
            response=True,
        )
        outcome: Json = answer[dispenser.visit]
        return outcome

    async def purge(self, **data: Any) -> Json:
        """Purge by FaceQuota's action and return the receipt."""
        receipt: Json = await self.client.service(
            "facequota.purge", {"config_entry_id": self.entry_id, **data}, response=True
        )
        return receipt

    async def set_number(self, key: str, value: float) -> None:
        """Set one of the site's numbers, such as `window`."""
        entity_id = self.entities[f"number.{key}"]
        await self.client.service(
            "number.set_value", {"value": value}, target={"entity_id": entity_id}
        )

    async def recognise(self, wanted: bool) -> None:
        """Turn the site's face recognition on, or suspend it."""
        await self.client.service(
            "switch.turn_on" if wanted else "switch.turn_off",
            target={"entity_id": self.entities["switch.face_recognition"]},
        )
