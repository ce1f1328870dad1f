"""What the workflow reports about an image: whether it fits, and its parts."""

import json
from pathlib import Path
import subprocess
import sys

import pytest

from .command import ROOT


@pytest.mark.parametrize(
    ("board", "size", "fits"),
    [
        ("esp32-c3", 857_000, True),
        ("esp32-c3", 1_650_000, True),
        ("esp32-c3", 1_652_000, False),
        ("esp8266", 451_000, True),
        ("esp8266", 470_000, False),
    ],
)
def test_an_image_leaves_room_for_the_next_one(
    tmp_path: Path, board: str, size: int, fits: bool
) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images/dispenser.ota.bin").write_bytes(bytes(size))
    assert _fits(board, tmp_path) is fits


def test_a_build_without_an_image_is_no_success(tmp_path: Path) -> None:
    assert _fits("esp32", tmp_path) is False


def _fits(board: str, folder: Path) -> bool:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/image_size", board, folder],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_the_parts_of_an_image_are_named_with_their_versions() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/firmware_sbom", "esp32-c6"],
        stdout=subprocess.PIPE,
        text=True,
        timeout=180,
        check=True,
    )
    document = json.loads(done.stdout)
    parts = {part["name"]: part for part in document["components"]}
    assert {"esphome", "esp-idf", "esphome/libsodium", "improv/Improv"} <= parts.keys()
    assert all(part["version"][-1].isdigit() for part in parts.values())
    assert all(part["purl"].endswith(f"@{part['version']}") for part in parts.values())
