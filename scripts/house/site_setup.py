"""A site and its dispensers, set up by Home Assistant's forms."""

import asyncio
from collections.abc import Mapping, Sequence
import contextlib
from pathlib import Path
from typing import Any, Final

from .cameras.kinds import Kind, add_camera
from .client import Client, Json
from .dispenser import Dispenser, Machine
from .flows import CONFIG, SUBENTRIES, Flow
from .home_assistant import CallError, HouseError

RULES: Final[Mapping[str, Any]] = {
    "portion_cm": 60,
    "allowance_cm": 60,
    "window_min": 9,
    "refused_at_most_one_in": 1000,
}
ENGINE: Final = "face_recognition"
READY_SECONDS: Final = 60


async def add_dispenser_parts(
    client: Client, folder: Path, machine: Machine
) -> Dispenser:
    """Add a dispenser's firmware and its camera to Home Assistant."""
    device = await Flow.start(client, CONFIG, "esphome")
    entry = await device.finish("user", {"host": "127.0.0.1", "port": machine.port})
    pictures = folder / machine.name
    pictures.mkdir(parents=True, exist_ok=True)
    firmware = await entities_of(client, entry["entry_id"], "Motor")
    if machine.kind is Kind.ESPHOME:
        camera = firmware["Camera"]
    else:
        added = await add_camera(
            client, f"{machine.name} camera", machine.kind, machine.camera
        )
        (camera,) = (await entities_of(client, added)).values()
    await client.wait_for(firmware["Motor"], lambda state: state["state"] == "off")
    return Dispenser(
        name=machine.name,
        camera=camera,
        eye=machine.camera,
        pictures=pictures,
        firmware=firmware,
    )


async def entities_of(
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
    """Go through the site's flow, with the engine's installation; return the entry's id."""
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


async def add_dispenser(
    client: Client,
    entry_id: str,
    dispenser: Dispenser,
    opened: str | None,
    inputs: Mapping[str, Any] | None = None,
) -> None:
    """Go through a dispenser's flow, accepting what it fills in from the firmware.

    `opened` is when its camera is opened, the form's own choice without it; `inputs` are
    for a motor without our firmware.
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
    await flow.finish("inputs", flow.suggested if inputs is None else inputs)


async def until_ready(
    client: Client, entry_id: str, dispensers: Sequence[Dispenser]
) -> None:
    """Wait until all the dispensers have entities and the recognition's child looks at pictures.

    A new dispenser builds the site again, in the background.
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


def find_entities(
    registry: Sequence[Json], subentry_id: str, dispenser: Dispenser
) -> None:
    """Note which entities FaceQuota made for a dispenser."""
    for entity in registry:
        if entity["config_subentry_id"] == subentry_id:
            dispenser.entities[entity_key(entity)] = entity["entity_id"]
            dispenser.device_id = entity["device_id"]


def entity_key(entity: Json) -> str:
    """Return an entity's platform and translation key, such as `event.visit`."""
    domain = entity["entity_id"].partition(".")[0]
    return f"{domain}.{entity['translation_key']}"
