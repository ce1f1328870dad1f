"""The code that ESPHome generates for a board: its pins and its limits.

A pin or a limit that changes by accident costs a motor or a hand; one that changes on purpose is written into golden/ by

    FACEQUOTA_WRITE_GOLDEN=1 scripts/test tests/firmware/test_generated.py
"""

import os
from pathlib import Path
import re

import pytest

from .command import BOARDS, FIRMWARE, adopted, esphome
from .conftest import build

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def _essence(generated: str) -> str:
    """Return pins and limits as lines, from the C++ that ESPHome generated."""
    pins: dict[str, list[str]] = {}
    for owner, setter, value in re.findall(
        r"^  (\w+)->set_(pin|flags|inverted)\((.*)\);$", generated, re.MULTILINE
    ):
        pins.setdefault(owner, []).append(
            re.sub(r"[()]|(?:::)?gpio::Flags::FLAG_|::GPIO_NUM_", "", value)
            if setter != "inverted"
            else "INVERTED"
        )
    lines = [
        f"{owner}.{role} = {' '.join(pins[pin])}"
        for owner, role, pin in re.findall(
            r"^  (\w+)->set_(\w*pin)\((\w+)\);$", generated, re.MULTILINE
        )
        if pin in pins
    ]
    limits = re.search(r"paper_dispenser::Limits\{(.*?)\}", generated, re.DOTALL)
    assert limits is not None
    lines += [
        f"limit {name} = {value}"
        for name, value in re.findall(r"\.(\w+) = ([^,]+),", limits[1])
    ]
    lines += re.findall(r"dispenser->set_(?:journal|min_pulse_period)\(.*\)", generated)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("board", BOARDS)
def test_pins_and_limits_of_a_board_are_as_written_down(board: str) -> None:
    result = esphome(adopted(board), generate=True)
    assert result.ok, result.output
    assert "is a strapping pin" not in result.output
    essence = _essence(result.generated)
    golden = GOLDEN / f"{board}.txt"
    if os.environ.get("FACEQUOTA_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(essence)
    assert essence == golden.read_text()


def test_the_camera_sends_only_requested_pictures_and_keeps_one_old_picture() -> None:
    generated = esphome(adopted("esp32-s3-cam"), generate=True).generated
    assert "visitor_camera->set_idle_update_interval(0);" in generated
    assert "visitor_camera->set_frame_buffer_count(1);" in generated


@pytest.mark.parametrize("board", [board for board in BOARDS if board != "esp8266"])
def test_counting_and_cutting_go_on_while_the_flash_is_written(board: str) -> None:
    result = esphome(adopted(board), generate=True)
    assert "CONFIG_GPTIMER_ISR_CACHE_SAFE=y" in result.settings
    assert "--wrap=gpio_install_isr_service" in result.settings


@pytest.mark.parametrize("board", [board for board in BOARDS if board != "esp8266"])
def test_the_radio_does_not_sleep_between_two_commands(board: str) -> None:
    generated = esphome(adopted(board), generate=True).generated
    # "none" is what the radio is told by default; any other mode is a call.
    assert "set_power_save_mode" not in generated


def test_no_light_flashes_faster_than_twice_a_second() -> None:
    """EN 301 549 allows three flashes a second at most; half a second leaves room for a late loop."""
    flashes = 0
    for path in FIRMWARE.glob("packages/*.yaml"):
        for strobe in re.split(r"- strobe:", path.read_text())[1:]:
            durations = re.findall(
                r"state: (?:true|false),.*?duration: (\d+)ms", strobe
            )
            assert sum(map(int, durations)) >= 500, path.name
            flashes += 1
    assert flashes == 1


def test_every_lambda_of_every_option_compiles() -> None:
    """The boards' own packages, all motors and options at once, built for this machine."""
    (program,) = build(FIRMWARE / "compile_check/hardware.yaml")
    assert program.stat().st_size > 100_000
