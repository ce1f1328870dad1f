"""A release tried as its users would: installed, then replaced by a newer one."""

import json
from pathlib import Path
import re
import shutil
from tempfile import TemporaryDirectory
from typing import Any
import zipfile

from scripts.house.client import Client
from scripts.house.complaints import complaints
from scripts.house.home_assistant import HomeAssistant
from scripts.house.site_setup import RULES, add_site

from .archive import ReleaseError

NEWER = "999.0.0"


def _install(archive: Path, home: Path, version: str | None = None) -> None:
    """Unpack as HACS does: into the integration's folder, emptied before."""
    folder = home / "custom_components/facequota"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    if version is not None:
        manifest = folder / "manifest.json"
        text = re.sub(r'("version": )"[^"]+"', rf'\1"{version}"', manifest.read_text())
        manifest.write_text(text)


async def _seen(client: Client) -> dict[str, Any]:
    """Return what an update must keep: options, and entities with their ids."""
    entries = await client.call("config_entries/get", domain="facequota")
    entities = await client.call("config/entity_registry/list")
    return {
        "entries": [(one["entry_id"], one["title"], one["state"]) for one in entries],
        "entities": sorted(
            (one["unique_id"], one["entity_id"])
            for one in entities
            if one["platform"] == "facequota"
        ),
    }


async def try_out(archive: Path) -> str:
    """Install, set a site up, update, look again. Raise ReleaseError when something is lost."""
    with TemporaryDirectory() as scratch:
        home = Path(scratch)
        _install(archive, home)
        async with HomeAssistant(home) as running, Client(running.url) as client:
            await add_site(client, "Park gate", {**RULES, "operator": "City parks"})
            before = await _seen(client)
        stored = sorted(path.name for path in (home / ".storage").glob("facequota.*"))
        _install(archive, home, NEWER)
        async with HomeAssistant(home) as running, Client(running.url) as client:
            after = await _seen(client)
            resources = await client.call("lovelace/resources")
        said = complaints(running.log)
        still = sorted(path.name for path in (home / ".storage").glob("facequota.*"))
    if before != after or not before["entities"] or not set(stored) <= set(still):
        raise ReleaseError(
            f"the update lost something:\n{json.dumps([before, after], indent=1)}"
        )
    ours = [one["url"] for one in resources if "/facequota_static/" in one["url"]]
    if len(ours) != 1 or NEWER not in ours[0]:
        raise ReleaseError(f"the dashboard's module is not the newer one: {ours}")
    if said:
        raise ReleaseError(f"Home Assistant complains:\n{said}")
    return f"{len(before['entities'])} entities, {len(stored)} stores kept"
