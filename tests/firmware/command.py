"""ESPHome's command on a configuration, remembered for the state of the firmware's sources that it was run on."""

from dataclasses import dataclass
from functools import cache
import hashlib
import json
import os
from pathlib import Path
import shutil
import subprocess
from typing import Final

from scripts.house.prepared import prepared

ROOT: Final = Path(__file__).resolve().parents[2]
FIRMWARE: Final = ROOT / "esphome"
COMMAND: Final = ROOT / ".venv-firmware/bin/esphome"
RESULT: Final = "result.json"
CHECKED: Final = ROOT / ".cache/firmware/checked"
BOARDS: Final = ["esp32", "esp32-s3", "esp32-s3-cam", "esp32-c3", "esp32-c6", "esp8266"]

CONNECTION: Final = """\
api:
  encryption:
    key: bm90IGEgc2VjcmV0LCBvbmx5IHRoaXJ0eS10d28gYiE=
"""
"""What a person adds for Home Assistant, with a key that is no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What ESPHome said, and what it generated if it was asked to: C++, and settings of the build."""

    ok: bool
    output: str
    generated: str
    settings: str


@cache
def _sources() -> bytes:
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for path in sorted(FIRMWARE.rglob("*")):
        if path.suffix in {".yaml", ".py", ".h", ".cpp"} and path.is_file():
            digest.update(path.read_bytes())
    return digest.digest()


def adopted(board: str, **substitutions: str) -> str:
    """Return a user's configuration of this board, with Wi-Fi and nothing else added."""
    lines = [f"  {key}: {json.dumps(value)}" for key, value in substitutions.items()]
    return "\n".join(
        [
            "substitutions:",
            f"  components_source: {FIRMWARE / 'components'}",
            f"  name: test-{board.replace('.', '-')}",
            *lines,
            "packages:",
            f"  board: !include {FIRMWARE / board}.yaml",
            "wifi:",
            "  ssid: here",
            '  password: "12345678"',
            "",
        ]
    )


def esphome(configuration: str, *, generate: bool = False) -> Result:
    """Validate a configuration; with `generate`, let ESPHome write its C++ too. Offline."""
    key = hashlib.sha256(_sources() + configuration.encode() + bytes([generate]))
    folder = prepared(
        CHECKED / key.hexdigest()[:24],
        "",
        lambda part: _run(part, configuration, generate),
    )
    return Result(**json.loads((folder / RESULT).read_text()))


def _run(folder: Path, configuration: str, generate: bool) -> None:
    """Run the command and write what came of it, which is all that stays in the folder."""
    source, data = folder / "dispenser.yaml", folder / "data"
    source.write_text(configuration)
    arguments = ["compile", "--only-generate"] if generate else ["config"]
    done = subprocess.run(
        [COMMAND, *arguments, source.name],
        cwd=folder,
        env=os.environ | {"ESPHOME_DATA_DIR": str(data)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    written = [*data.glob("build/*/src/main.cpp")]
    settings = [
        path.read_text()
        for name in ("sdkconfig.*", "CMakeLists.txt", "src/CMakeLists.txt")
        for path in data.glob(f"build/*/{name}")
    ]
    result = {
        "ok": done.returncode == 0,
        "output": done.stdout,
        "generated": written[0].read_text() if written else "",
        "settings": "\n".join(settings),
    }
    shutil.rmtree(data, ignore_errors=True)
    (folder / RESULT).write_text(json.dumps(result))
