"""The translations, and what the integration needs of them."""

from collections.abc import Iterator, Mapping
from importlib import import_module
import json
import re
from typing import Any, Final

import voluptuous as vol

from custom_components.facequota import PLATFORMS
from custom_components.facequota.const import DOMAIN
from custom_components.facequota.recognition.environment import InstallError
from homeassistant.data_entry_flow import section
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util.yaml import load_yaml_dict

from .sources import ROOT, told_reasons

TEXTS: Final = {
    file.stem: json.loads(file.read_text())
    for file in sorted((ROOT / "translations").glob("*.json"))
}
EN: Final = TEXTS["en"]
ICONS: Final = json.loads((ROOT / "icons.json").read_text())
INSTALL_ERRORS: Final = told_reasons(InstallError, "recognition/environment.py")


def flat(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every sentence with its path."""
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def english(path: str) -> Any:
    """Return the part of the English texts at a path."""
    part: Any = EN
    for key in path.split("."):
        part = part[key]
    return part


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return set(re.findall(r"{(\w+)}", text))


def fields(schema: vol.Schema) -> set[str]:
    """Return the names of a form's fields, without its sections."""
    return {str(marker) for marker in schema.schema} - set(sections(schema))


def sections(schema: vol.Schema) -> dict[str, vol.Schema]:
    """Return the sections of a form by their names."""
    return {
        str(marker): value.schema
        for marker, value in schema.schema.items()
        if isinstance(value, section)
    }


def descriptions() -> Iterator[tuple[str, EntityDescription]]:
    """Yield the description of every entity there can be, with its platform.

    Home Assistant makes other classes of its descriptions: they are told by a field.
    """
    for platform in PLATFORMS:
        module = import_module(f"custom_components.{DOMAIN}.{platform}")
        for value in vars(module).values():
            for one in value if isinstance(value, tuple) else (value,):
                if hasattr(one, "translation_key") and not isinstance(one, type):
                    yield platform, one


def described(kind: str) -> dict[str, Any]:
    """Return services.yaml, triggers.yaml or conditions.yaml."""
    found = load_yaml_dict(str(ROOT / f"{kind}.yaml"))
    return {str(key): value or {} for key, value in found.items() if key[0] != "."}


def check_fields(texts: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Check name and description of something and of its fields."""
    assert texts["name"] and texts["description"]
    assert set(texts.get("fields", {})) == set(known.get("fields", {}))
    for field in texts.get("fields", {}).values():
        assert field["name"] and field["description"]
