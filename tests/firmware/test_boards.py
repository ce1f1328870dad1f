"""Every board, every motor and every option is a configuration that ESPHome takes."""

import os
from pathlib import Path
import shutil
import subprocess
import textwrap

import pytest

from .command import BOARDS, COMMAND, CONNECTION, FIRMWARE, adopted, esphome

EVERYTHING = (
    "second_switch",
    "second_button",
    "stall_current",
    "paper_low_sensor",
    "led_ring",
    "buzzer",
)
PLAIN_MOTORS = ("mosfet", "relay")
DRIVEN_MOTORS = ("hbridge", "servo", "stepper")
FACTORIES = sorted(path.stem for path in FIRMWARE.glob("*.factory.yaml"))
# The presence sensor of the ESP8266 is on the one pin without interrupts; it is asked in each turn of the loop.
KNOWN_WARNINGS = {"esp8266": "GPIO16 on ESP8266 doesn't support interrupts"}


def _warnings(board: str, output: str) -> list[str]:
    known = KNOWN_WARNINGS.get(board, "\n")
    return [
        line
        for line in output.splitlines()
        if line.startswith(("WARNING", "ERROR")) and known not in line
    ]


def _factory(board: str) -> str:
    """Return the configuration of a factory image: without Wi-Fi and with the name of its file."""
    text = adopted(board).partition("wifi:")[0]
    lines = [line for line in text.splitlines() if "  name: " not in line]
    # The one part that is asked for at its registry while the code is generated.
    lines += ["esphome:", "  platformio_options:", "    lib_ignore: [Improv]", ""]
    return "\n".join(lines)


def _valid(configuration: str) -> str:
    result = esphome(configuration)
    assert result.ok, result.output
    return result.output


@pytest.mark.parametrize("board", FACTORIES)
def test_a_factory_image_needs_no_secret_and_can_be_adopted(board: str) -> None:
    output = _valid(_factory(board))
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


type Options = tuple[str, ...]

# A font that lies here: the packages' own one is fetched.
FONT = {
    "screen_font": str(FIRMWARE / "compile_check/font.bdf"),
    "screen_font_size": "8",
    "screen_glyphs": " A",
}


def _without(*missing: str) -> Options:
    return tuple(option for option in EVERYTHING if option not in missing)


# Sets of options that a board has pins for, together all it can have: beside a plain motor, and beside one that needs pins of its own.
FITTING: dict[str, tuple[list[Options], list[Options]]] = {
    "esp32": ([EVERYTHING, ("roll_distance",)], [EVERYTHING]),
    "esp32-s3": ([EVERYTHING, ("roll_distance", "colour_display")], [EVERYTHING]),
    "esp32-c6": (
        [EVERYTHING, ("roll_distance",)],
        [_without("led_ring", "buzzer")],
    ),
    "esp32-c3": (
        [
            ("second_button", "second_switch", "led_ring"),
            ("second_button", "paper_low_sensor", "buzzer"),
            ("stall_current", "roll_distance", "buzzer"),
        ],
        [("led_ring",), ("buzzer",)],
    ),
    "esp32-s3-cam": (
        [_without("buzzer"), ("buzzer", "roll_distance")],
        [_without("buzzer", "second_switch")],
    ),
    "esp8266": (
        [("second_button", "second_switch", "stall_current"), ("buzzer",)],
        [("second_button",)],
    ),
}


@pytest.mark.parametrize(
    ("board", "motor", "options"),
    [
        pytest.param(
            board, motor, options, id=f"{board}-{motor}-{'+'.join(sorted(options))}"
        )
        for board in BOARDS
        for motors, sets in zip(
            (PLAIN_MOTORS, DRIVEN_MOTORS), FITTING[board], strict=True
        )
        for motor in motors
        for options in sets
    ],
)
def test_code_for_every_board_motor_and_option_is_generated_without_a_warning(
    board: str, motor: str, options: tuple[str, ...]
) -> None:
    chosen = dict.fromkeys(options, "true") | FONT
    result = esphome(adopted(board, **chosen, motor=motor), generate=True)
    assert result.ok, result.output
    assert _warnings(board, result.output) == []


@pytest.mark.parametrize("board", FACTORIES)
def test_code_for_every_factory_image_is_generated_without_a_warning(
    board: str,
) -> None:
    result = esphome(_factory(board), generate=True)
    assert result.ok, result.output
    assert _warnings(board, result.output) == []


STARTERS: dict[str, dict[str, str]] = {
    "esp32": {},
    "esp32s3": {"motor_pin": "GPIO4", "button_pin": "GPIO15"},
    "esp32c3": {"motor_pin": "GPIO4", "button_pin": "GPIO10"},
    "esp32c6": {"motor_pin": "GPIO22", "button_pin": "GPIO18"},
}
"""Of each chip the pins that its board's own file has for motor and button."""


@pytest.mark.parametrize("chip", STARTERS)
def test_code_for_the_starter_is_generated_without_a_warning(chip: str) -> None:
    starter = adopted("starter", chip=chip, **STARTERS[chip])
    result = esphome(starter + CONNECTION, generate=True)
    assert result.ok, result.output
    assert _warnings("starter", result.output) == []


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
def test_invalid_limits_are_refused(limits: dict[str, str], complaint: str) -> None:
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


def _from_the_guide() -> list[str]:
    """Return what docs/firmware.md tells everybody to write: for the starter, for a dispenser."""
    guide = (FIRMWARE.parent / "docs/firmware.md").read_text()
    blocks = guide.split("```yaml\n")[1:]
    assert len(blocks) == 2
    return [textwrap.dedent(block.split("   ```")[0]) for block in blocks]


@pytest.mark.parametrize(
    "configuration",
    [ADOPTED, *_from_the_guide()],
    ids=["dashboard", "starter", "guide"],
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
    (tmp_path / "secrets.yaml").write_text(
        'wifi_ssid: a\nwifi_password: "12345678"\n'
        'facequota_key: "bm90IGEgc2VjcmV0LCBvbmx5IHRoaXJ0eS10d28gYiE="\n'
    )
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
    assert "facequota.paper-dispenser" in done.stdout or "starter" in configuration
