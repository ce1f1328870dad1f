"""Which files may be in the repository, and which never."""

import re
from typing import Final

from .sources import ROOT, committed

TEXT: Final = {"", ".md", ".py", ".yaml", ".yml", ".json", ".toml", ".sh", ".js", ".h"}
# Photographs of people and the engine's weights are fetched at set-up and stay out.
WEIGHTS: Final = {".dat", ".onnx", ".bin", ".param", ".whl", ".npy", ".npz", ".pt"}
PHOTOGRAPHS: Final = {".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".pgm"}


def test_no_photograph_and_no_weight_is_committed() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in committed()
        if path.suffix.lower() in WEIGHTS | PHOTOGRAPHS
    ]
    assert not wrong


def test_pictures_are_the_brand_and_the_readme_s() -> None:
    allowed = ("custom_components/facequota/brand/", "docs/images/")
    wrong = [
        name
        for path in committed("*.png")
        if not (name := path.relative_to(ROOT).as_posix()).startswith(allowed)
    ]
    assert not wrong


def test_no_file_names_a_folder_of_somebody_s_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(?:root|work|home/\w+|Users/\w+)/")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in committed()
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if machine.search(line) and "re.compile" not in line
    ]
    assert not wrong


def test_every_command_can_be_started() -> None:
    commands = [path for path in (ROOT / "scripts").iterdir() if path.is_file()]
    commands.append(ROOT / ".ci/run")
    assert not [path.name for path in commands if not path.stat().st_mode & 0o111]
