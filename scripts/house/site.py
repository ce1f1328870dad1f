"""A FaceQuota site with its dispensers, set up as a manager does it in the UI."""

import asyncio
from collections.abc import Mapping, Sequence
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, Self

from .cameras.kinds import Camera, Kind, add_camera
from .cameras.scene import Scene
from .client import CallError, Client, Json
from .flows import CONFIG, SUBENTRIES, Flow
from .home_assistant import HouseError

RULES: Final[Mapping[str, Any]] = {
    "portion_cm": 60,
    "allowance_cm": 60,
    "window_min": 9,
    "refused_at_most_one_in": 1000,
}
ENGINE: Final = "face_recognition"
READY_SECONDS: Final = 60


class Machine(Protocol):
    """A dispenser's firmware that listens on a port of 127.0.0.1."""

    @property
    def name(self) -> str:
        """What the dispenser is called."""

    @property
    def port(self) -> int:
        """The port of its native API."""

    @property
    def kind(self) -> Kind:
        """How its camera's pictures come into Home Assistant."""

    @property
    def camera(self) -> Camera:
        """The camera that looks at whoever stands before it."""


@dataclass(slots=True, kw_only=True)
class Dispenser:
    """One dispenser: its camera, its firmware's entities and FaceQuota's."""

    name: str
    camera: str
    eye: Camera
    pictures: Path
    device_id: str = ""
    firmware: dict[str, str] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)

    @property
    def scene(self) -> Scene:
        """What its camera sees."""
        return self.eye.scene

    @property
    def visit(self) -> str:
        """The event entity that tells how each visit ended."""
        return self.entities["event.visit"]

    @property
    def motor(self) -> str:
        """The switch that runs one portion."""
        return self.firmware["Motor"]


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
            await _add_dispenser(client, entry_id, one, opened)
        return await cls.find(client, dispensers)

    @classmethod
    async def find(cls, client: Client, dispensers: Sequence[Dispenser]) -> Self:
        """Return the only site of a house, once it is ready, with these dispensers."""
        entries = await client.get("/api/config/config_entries/entry?domain=facequota")
        entry_id: str = entries[0]["entry_id"]
        await until_ready(client, entry_id, dispensers)
        subentries = await client.call(
            "config_entries/subentries/list", entry_id=entry_id
        )
        registry = await client.entities()
        ids = {one["title"]: one["subentry_id"] for one in subentries}
        for one in dispensers:
            _find_entities(registry, ids[one.name], one)
        entities = {
            _key(entity): entity["entity_id"]
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
        """Let Home Assistant set the site up anew, and wait until it is ready."""
        path = f"/api/config/config_entries/entry/{self.entry_id}/reload"
        await self.client.post(path)
        await until_ready(self.client, self.entry_id, self.dispensers)

    async def press(self, dispenser: Dispenser, name: str = "Sim request") -> None:
        """Press one of the buttons of a dispenser's firmware, as the visitor would."""
        await self.client.service(
            "button.press", target={"entity_id": dispenser.firmware[name]}
        )

    async def dispense(self, dispenser: Dispenser, **data: Any) -> Json:
        """Ask for a portion by FaceQuota's action and return what became of it."""
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


async def add_dispenser_parts(
    client: Client, folder: Path, machine: Machine
) -> Dispenser:
    """Add a dispenser's firmware and its camera to Home Assistant."""
    device = await Flow.start(client, CONFIG, "esphome")
    entry = await device.finish("user", {"host": "127.0.0.1", "port": machine.port})
    pictures = folder / machine.name
    pictures.mkdir(parents=True, exist_ok=True)
    firmware = await _entities_of(client, entry["entry_id"], "Motor")
    if machine.kind is Kind.ESPHOME:
        camera = firmware["Camera"]
    else:
        added = await add_camera(
            client, f"{machine.name} camera", machine.kind, machine.camera
        )
        (camera,) = (await _entities_of(client, added)).values()
    await client.wait_for(firmware["Motor"], lambda state: state["state"] == "off")
    return Dispenser(
        name=machine.name,
        camera=camera,
        eye=machine.camera,
        pictures=pictures,
        firmware=firmware,
    )


async def _entities_of(
    client: Client, entry_id: str, awaited: str | None = None
) -> dict[str, str]:
    """Return the entities of an entry by name, once the awaited one (or any) is there."""
    async with asyncio.timeout(20):
        while True:
            found = {
                one["original_name"]: one["entity_id"]
                for one in await client.entities()
                if one["config_entry_id"] == entry_id
            }
            if found and (awaited is None or awaited in found):
                return found
            await asyncio.sleep(0.1)


async def add_site(
    client: Client, name: str, rules: Mapping[str, Any], engine: str = ENGINE
) -> str:
    """Walk through the site's flow, with the engine's installation; return the entry's id."""
    flow = await Flow.start(client, CONFIG, "facequota")
    await flow.submit("user", {"name": name, **rules})
    await flow.submit(
        "law",
        {
            "camera_position": "entrance",
            "notice_posted": True,
            "way_without_face": True,
        },
    )
    entry = await flow.finish("engine", {"engine": engine})
    if entry["state"] != "loaded":
        raise HouseError(f"the site is {entry['state']}: {entry['reason']}")
    entry_id: str = entry["entry_id"]
    return entry_id


async def _add_dispenser(
    client: Client, entry_id: str, dispenser: Dispenser, opened: str | None
) -> None:
    """Walk through a dispenser's flow, taking what it fills in from the firmware.

    `opened` is when its camera is opened, the form's own choice without it.
    """
    opening = {
        "camera_opened": opened,
        "presence": dispenser.firmware["Visitor present"],
    }
    flow = await Flow.start(client, SUBENTRIES, [entry_id, "dispenser"])
    await flow.submit(
        "user",
        {
            "name": dispenser.name,
            "camera": dispenser.camera,
            "motor": dispenser.motor,
            **(opening if opened else {}),
        },
    )
    await flow.finish("inputs", flow.suggested)


async def until_ready(
    client: Client, entry_id: str, dispensers: Sequence[Dispenser]
) -> None:
    """Wait until all the dispensers have entities and the recognition's child looks at pictures.

    A new dispenser builds the site anew, in the background.
    """
    path = f"/api/diagnostics/config_entry/{entry_id}"
    told: Any = None
    for _ in range(READY_SECONDS * 5):
        with contextlib.suppress(CallError):
            told = (await client.get(path))["data"]
            if (
                told["state"] == "loaded"
                and len(told["dispensers"]) == len(dispensers)
                and told["worker"]["state"] == "ready"
            ):
                return
        await asyncio.sleep(0.2)
    raise HouseError(f"the site is not ready after {READY_SECONDS} s: {told}")


def _find_entities(
    registry: Sequence[Json], subentry_id: str, dispenser: Dispenser
) -> None:
    """Note which entities FaceQuota made for a dispenser."""
    for entity in registry:
        if entity["config_subentry_id"] == subentry_id:
            dispenser.entities[_key(entity)] = entity["entity_id"]
            dispenser.device_id = entity["device_id"]


def _key(entity: Json) -> str:
    """Return an entity's platform and translation key, such as `event.visit`."""
    domain = entity["entity_id"].partition(".")[0]
    return f"{domain}.{entity['translation_key']}"
