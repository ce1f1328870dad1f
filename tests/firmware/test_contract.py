"""The firmware has exactly what esphome/README.md promises."""

import json
from pathlib import Path
import re
import subprocess
import sys

from aioesphomeapi import ButtonInfo, EntityCategory, EventInfo, NumberInfo, SwitchInfo

from custom_components.facequota.hardware.faults import FAULT_OF_STATUS
from esphome.simulator.device import Device

from .command import FIRMWARE, ROOT

CONTRACT = (FIRMWARE / "README.md").read_text()
# Only boards have these: the simulator has no radio to restart and no camera.
BOARDS_ONLY = {"Restart", "Wi-Fi signal", "Camera", "Firmware", "Check for firmware"}


def _rows(title: str) -> str:
    return CONTRACT.split(f"## {title}\n")[1].split("\n## ")[0]


async def test_every_entity_is_in_the_contract_and_every_promised_one_is_there(
    device: Device,
) -> None:
    promised = set(re.findall(r"\*\*([^*]+)\*\*", _rows("Entities")))
    there = {name for name in device.entities if not name.startswith("Sim ")}
    assert there == promised - BOARDS_ONLY


async def test_the_words_of_a_portion_are_those_of_the_contract(device: Device) -> None:
    dispense = device.entities["Dispense"]
    assert isinstance(dispense, EventInfo)
    promised = re.findall(
        r"`([a-z:_]+)`", re.sub(r"\([^)]*\)", "", _rows("Words of Dispense"))
    )
    assert sorted(dispense.event_types) == sorted(set(promised))


def test_the_words_of_status_are_those_of_the_contract() -> None:
    words = (FIRMWARE / "components/paper_dispenser/words.h").read_text()
    said = re.findall(r'case Status::\w+:\n      return "(\w+)"', words)
    promised = re.findall(r"^\| `(\w+)` \|", _rows("Words of Status"), re.MULTILINE)
    assert said and sorted(said) == sorted(promised)


def test_the_integration_knows_each_word_of_status() -> None:
    promised = set(
        re.findall(r"^\| `(\w+)` \|", _rows("Words of Status"), re.MULTILINE)
    )
    assert promised - FAULT_OF_STATUS.keys() == {"ready", "pulled"}


async def test_a_manager_s_settings_are_not_controlled_by_an_area(
    device: Device,
) -> None:
    """Home Assistant leaves entities with a category out of areas, floors and labels."""
    setters = (SwitchInfo, NumberInfo, ButtonInfo)
    plain = {
        name
        for name, entity in device.entities.items()
        if isinstance(entity, setters) and entity.entity_category is EntityCategory.NONE
    }
    assert plain == set()


async def test_units_are_those_of_the_contract(device: Device) -> None:
    units = {
        name: getattr(entity, "unit_of_measurement", "")
        for name, entity in device.entities.items()
    }
    assert {
        name: unit for name, unit in units.items() if unit and "Sim" not in name
    } == {
        "Portion length": "cm",
        "Calibration": "cm/pulse",
        "Measured length": "cm",
        "Roll length": "m",
        "Paper low at": "%",
        "Window without Home Assistant": "s",
        "Last portion": "cm",
        "Paper dispensed": "cm",
        "Paper pulled by hand": "cm",
        "Length without Home Assistant": "cm",
        "Roll remaining": "%",
        "Roll length remaining": "cm",
    }


def test_every_substitution_is_in_the_contract() -> None:
    used: set[str] = set()
    for path in [*FIRMWARE.glob("packages/*.yaml"), *FIRMWARE.glob("[es]*.yaml")]:
        used |= set(re.findall(r"\$\{(\w+)\}", path.read_text()))
    internal = {
        "clock_ahead_s",
        "clock_uncertainty_s",
        "components_source",
        "i2c_package",
        "import_url",
        "letters",
        "manifest_url",
        "pwm_platform",
    }
    named = set(re.findall(r"`(\w+)`", _rows("Substitutions")))
    assert used - internal <= named
    assert named <= used | {"mosfet", "relay", "hbridge", "servo", "stepper"}


def test_the_firmware_s_version_is_the_integration_s() -> None:
    manifest = json.loads(
        (ROOT / "custom_components/facequota/manifest.json").read_text()
    )
    package = (FIRMWARE / "packages/dispenser.yaml").read_text()
    assert f'    version: "{manifest["version"]}"\n' in package


def test_every_file_of_the_contract_is_there() -> None:
    text = _rows("Files that adopted configurations import")
    files = re.findall(r"`([\w-]+\.yaml)`", text)
    assert len(files) == 7
    assert all((FIRMWARE / name).exists() for name in files)


def test_the_drawings_show_the_pins_of_the_configurations() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/wiring", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_links_of_the_guide_lead_somewhere() -> None:
    guide = Path(ROOT / "docs/firmware.md")
    links = re.findall(r"\]\(([^)#]+)\)", guide.read_text())
    broken = [
        link
        for link in links
        if not link.startswith("https://") and not (guide.parent / link).exists()
    ]
    assert links and not broken
