"""The archive of the integration: its committed files at the root, and nothing else."""

import json
from pathlib import Path
import re
import subprocess
import tomllib
from typing import Final
import zipfile

ROOT: Final = Path(__file__).resolve().parents[2]
PRODUCT: Final = "custom_components/facequota"
# HACS unpacks it into the integration's folder.
REQUIRED: Final = {"manifest.json", "__init__.py", "translations/en.json"}
# The same bytes for the same commit, whenever it is built.
STAMP: Final = (2026, 1, 1, 0, 0, 0)
# Home Assistant's marketplace refuses larger ones, packed or unpacked.
MAX_BYTES: Final = 100 * 1024 * 1024


class ReleaseError(Exception):
    """Why this must not go out."""


def versions() -> dict[str, str]:
    """Return the version that each part says it has."""
    manifest = json.loads((ROOT / PRODUCT / "manifest.json").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    package = (ROOT / "esphome/packages/dispenser.yaml").read_text()
    firmware = re.search(r'^\s+version: "([^"]+)"', package, re.MULTILINE)
    if firmware is None:
        raise ReleaseError("esphome/packages/dispenser.yaml names no version")
    return {
        "manifest.json": manifest["version"],
        "pyproject.toml": project["project"]["version"],
        "firmware": firmware[1],
    }


def one_version(tag: str | None) -> str:
    """Return the version of all parts. Raise ReleaseError where they or the tag differ."""
    found = versions()
    if tag is not None:
        found["tag"] = tag.removeprefix("v")
    if len(set(found.values())) != 1:
        raise ReleaseError(f"versions differ: {found}")
    return found["manifest.json"]


def notes(version: str) -> str:
    """Return the change log's section for a version. Raise ReleaseError without one."""
    log = (ROOT / "CHANGELOG.md").read_text()
    section = re.search(
        rf"^## {re.escape(version)}\b[^\n]*\n(.*?)(?=^## |\Z)",
        log,
        re.DOTALL | re.MULTILINE,
    )
    if section is None or not section[1].strip():
        raise ReleaseError(f"CHANGELOG.md says nothing of {version}")
    return section[1].strip() + "\n"


def build(target: Path) -> None:
    """Write the archive of the committed files of the integration."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", PRODUCT],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(filter(None, listed)):
            entry = zipfile.ZipInfo(name.removeprefix(f"{PRODUCT}/"), STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (ROOT / name).read_bytes())


def check(target: Path) -> None:
    """Raise ReleaseError for an archive that HACS or Home Assistant would not take."""
    with zipfile.ZipFile(target) as archive:
        names = set(archive.namelist())
        unpacked = sum(one.file_size for one in archive.infolist())
    if missing := REQUIRED - names:
        raise ReleaseError(f"not in the archive: {sorted(missing)}")
    strange = {
        name
        for name in names
        if name.startswith(("/", "custom_components/"))
        or ".." in name
        or "__pycache__" in name
    }
    if strange:
        raise ReleaseError(f"does not belong in the archive: {sorted(strange)}")
    if max(unpacked, target.stat().st_size) > MAX_BYTES:
        raise ReleaseError(f"{unpacked} bytes unpacked: too many")
    hacs = json.loads((ROOT / "hacs.json").read_text())
    if not hacs.get("zip_release") or hacs.get("filename") != target.name:
        raise ReleaseError(
            f"hacs.json does not name {target.name} as the release's archive"
        )
