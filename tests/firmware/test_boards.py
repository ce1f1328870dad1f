"""Every board, every motor and every option is a configuration that ESPHome takes."""

import os
from pathlib import Path
import shutil
import subprocess
import textwrap

import pytest

from .command import BOARDS, COMMAND, FIRMWARE, adopted, esphome

OPTIONS = [
    "second_switch",
    "second_button",
    "stall_current",
    "paper_low_sensor",
    "led_ring",
    "buzzer",
]


def _valid(configuration: str) -> str:
    result = esphome(configuration)
    assert result.ok, result.output
    return result.output


@pytest.mark.parametrize(
    "board", sorted(path.stem for path in FIRMWARE.glob("*.factory.yaml"))
)
def test_a_factory_image_needs_no_secret_and_can_be_adopted(board: str) -> None:
    text = adopted(board).partition("wifi:")[0].replace(f"  name: test-{board}\n", "")
    text = "\n".join(line for line in text.splitlines() if "  name: " not in line)
    output = _valid(text)
    plain = board.removesuffix(".factory")
    assert f"facequota/esphome/{plain}.yaml@main" in output
    assert (FIRMWARE / f"{plain}.yaml").exists()
    assert "name_add_mac_suffix: true" in output
    for part in ("improv_serial:", "improv_ble:", "provisioning:", "safe_mode:"):
        assert f"\n{part}" in output
    assert "ssid" not in output.partition("substitutions:")[2].partition("improv")[0]


def test_every_board_but_the_esp8266_has_a_factory_image() -> None:
    factory = {path.name.split(".")[0] for path in FIRMWARE.glob("*.factory.yaml")}
    assert factory == set(BOARDS) - {"esp8266"}


@pytest.mark.parametrize(
    ("board", "motor"),
    [
        ("esp32", "relay"),
        ("esp32", "hbridge"),
        ("esp32", "servo"),
        ("esp32", "stepper"),
        ("esp8266", "hbridge"),
        ("esp8266", "servo"),
        ("esp8266", "stepper"),
    ],
)
def test_any_motor_is_a_substitution(board: str, motor: str) -> None:
    _valid(adopted(board, motor=motor))


@pytest.mark.parametrize("board", ["esp32", "esp32-s3", "esp32-c6"])
def test_all_options_fit_on_a_board_with_enough_pins(board: str) -> None:
    _valid(adopted(board, **dict.fromkeys(OPTIONS, "true")))


@pytest.mark.parametrize(
    ("board", "options"),
    [
        ("esp32-c3", ["second_button", "led_ring", "stall_current"]),
        ("esp32-c3", ["second_switch", "buzzer", "roll_distance"]),
        ("esp32-c3", ["paper_low_sensor"]),
        ("esp32-s3-cam", [option for option in OPTIONS if option != "buzzer"]),
        ("esp32-s3-cam", ["buzzer", "roll_distance"]),
    ],
)
def test_options_fit_on_a_board_with_few_pins(board: str, options: list[str]) -> None:
    _valid(adopted(board, **dict.fromkeys(options, "true")))


def test_a_pin_that_two_parts_claim_is_refused() -> None:
    result = esphome(adopted("esp32-c3", led_ring="true", buzzer="true"))
    assert not result.ok
    assert "GPIO21" in result.output or "Pin 21" in result.output


@pytest.mark.parametrize(
    ("limits", "complaint"),
    [
        ({"time_limit": "60s"}, "time_limit"),
        ({"time_limit": "8s", "duty_capacity": "5s"}, "duty_capacity"),
        ({"length_cap": "0"}, "length_cap"),
        ({"length_cap": "100000"}, "length_cap"),
        ({"motor": "steam"}, "motor_steam"),
    ],
)
def test_limits_that_are_none_are_refused(
    limits: dict[str, str], complaint: str
) -> None:
    result = esphome(adopted("esp32", **limits))
    assert not result.ok
    assert complaint in result.output


ADOPTED = """\
substitutions:
  name: facequota-dispenser-a1b2c3
  friendly_name: Paper dispenser a1b2c3
packages:
  facequota.paper-dispenser: github://facequota/facequota/esphome/esp32-c6.yaml@main
esphome:
  name: ${name}
  name_add_mac_suffix: false
  friendly_name: ${friendly_name}
api:
  encryption:
    key: "bm90IGEgc2VjcmV0LCBvbmx5IHRoaXJ0eS10d28gYiE="
wifi:
  ssid: here
  password: "12345678"
"""


def _from_the_guide() -> str:
    """Return the lines that docs/firmware.md tells everybody to write."""
    guide = (FIRMWARE.parent / "docs/firmware.md").read_text()
    return textwrap.dedent(guide.split("```yaml\n")[1].split("   ```")[0])


@pytest.mark.parametrize(
    "configuration", [ADOPTED, _from_the_guide()], ids=["dashboard", "guide"]
)
def test_what_people_write_is_valid_unchanged(
    tmp_path: Path, configuration: str
) -> None:
    """With the repository where it will be: a copy of it answers for GitHub here."""
    repository = tmp_path / "repository"
    shutil.copytree(FIRMWARE, repository / "esphome")
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "firmware"],
    ):
        subprocess.run(["git", *command], cwd=repository, check=True)
    (tmp_path / "mine.yaml").write_text(configuration)
    (tmp_path / "secrets.yaml").write_text('wifi_ssid: a\nwifi_password: "12345678"\n')
    done = subprocess.run(
        [COMMAND, "config", "mine.yaml"],
        cwd=tmp_path,
        env=os.environ
        | {
            "ESPHOME_DATA_DIR": str(tmp_path / "data"),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{repository}.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/facequota/facequota.git",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "name: facequota.paper-dispenser" in done.stdout
