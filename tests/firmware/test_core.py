"""The state machine by itself, compiled with a plain compiler and sanitizers: the cases are in core/ and threads/."""

from pathlib import Path
import re
import subprocess

import pytest

from .conftest import build

HERE = Path(__file__).parent


def _cases(folder: str) -> list[tuple[str, str]]:
    """Return folder and name of every case that the folder's C++ holds."""
    return [
        (folder, name)
        for path in sorted((HERE / folder).glob("*.cpp"))
        for name in re.findall(r"^TEST\((\w+)\)", path.read_text(), re.MULTILINE)
    ]


@pytest.fixture(scope="session")
def programs() -> dict[str, Path]:
    """Return the compiled cases by folder."""
    folders = ["core", "threads"]
    return dict(zip(folders, build(*(HERE / name for name in folders)), strict=True))


@pytest.mark.parametrize(("folder", "case"), _cases("core") + _cases("threads"))
def test_the_state_machine(programs: dict[str, Path], folder: str, case: str) -> None:
    done = subprocess.run(
        [programs[folder], case],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
