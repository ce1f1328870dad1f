"""The locked environments hold what Home Assistant's manifests ask for."""

import json
from pathlib import Path
import tomllib
from typing import Final

import pytest

import homeassistant
from homeassistant import bootstrap

from .sources import ROOT

COMPONENTS: Final = Path(homeassistant.__file__).parent / "components"
# What the demo's configuration names, beside what every Home Assistant loads.
NAMED: Final = {"frontend", "recorder", "history", "logbook", "esphome", "local_file"}


def _requirements() -> dict[str, str]:
    """Return the pins of everything that a house loads, by package."""
    found: dict[str, str] = {}
    waiting = NAMED | bootstrap.CORE_INTEGRATIONS | bootstrap.DEFAULT_INTEGRATIONS
    seen: set[str] = set()
    while waiting:
        domain = waiting.pop()
        seen.add(domain)
        manifest = json.loads((COMPONENTS / domain / "manifest.json").read_text())
        for requirement in manifest.get("requirements", []):
            name, _, version = requirement.partition("==")
            found[name] = version
        waiting |= set(manifest.get("dependencies", [])) - seen
    return found


@pytest.mark.parametrize("package", sorted(_requirements()))
def test_a_package_that_home_assistant_would_install_is_locked(package: str) -> None:
    locked = {
        (one["name"], one["version"])
        for one in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
        if "version" in one
    }
    name = package.lower().replace("_", "-").replace(".", "-")
    assert (name, _requirements()[package]) in locked
