"""The engine's packages come into a folder of their own, all of them or none."""

import errno
import os
from pathlib import Path
import shutil
import subprocess
import sys
import zipfile

import pytest

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.packages import (
    InstallError,
    install_error,
    install_packages,
)

from .conftest import REQUIREMENTS, nothing

NOWHERE = "http://127.0.0.1:9/simple"


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small real wheel, one of the default engine's packages."""
    folder = tmp_path_factory.mktemp("wheels")
    pip = [sys.executable, "-m", "uv", "tool", "run", "--quiet", "pip"]
    subprocess.run(
        [*pip, "download", "--quiet", "--no-deps", "--dest", folder, click_pin()[0]],
        check=True,
    )
    return folder


def click_pin() -> list[str]:
    """Return the pin of the smallest package, without and with its hash."""
    lines = (REQUIREMENTS / "face_recognition.txt").read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("click=="))
    return [lines[at].split()[0], "\n".join(lines[at : at + 2])]


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    """Return a file that pins this one package."""
    file = tmp_path / "pins.txt"
    file.write_text(click_pin()[1])
    return file


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Point uv to an index that does not answer."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", NOWHERE)


@pytest.mark.usefixtures("no_network")
async def test_wheels_in_a_folder_need_no_network(
    wheels: Path, pins: Path, tmp_path: Path
) -> None:
    target = tmp_path / "part/packages"
    target.parent.mkdir()
    await install_packages(pins, target, size=1, wheels=wheels, progress=nothing)
    assert (target / "click/__init__.py").is_file()


async def test_an_extra_index_of_home_assistants_image_is_not_asked(
    pins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_EXTRA_INDEX_URL", NOWHERE)
    monkeypatch.setenv("UV_TARGET", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    target = tmp_path / "part/packages"
    target.parent.mkdir()
    await install_packages(pins, target, size=1, wheels=None, progress=nothing)
    assert (target / "click/__init__.py").is_file()


async def test_installing_leaves_no_cache_outside_the_folder(
    wheels: Path, pins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    target = tmp_path / "part/packages"
    target.parent.mkdir()
    await install_packages(pins, target, size=1, wheels=wheels, progress=nothing)
    assert not list(home.rglob("*"))


async def fails_with(
    reason: str, pins: Path, folder: Path, *, wheels: Path | None, size: int = 1
) -> None:
    """Install, and check the reason why it fails."""
    (folder / "part").mkdir()
    with pytest.raises(InstallError) as caught:
        await install_packages(
            pins, folder / "part/packages", size=size, wheels=wheels, progress=nothing
        )
    assert caught.value.reason == reason, caught.value.detail
    assert caught.value.detail


@pytest.mark.usefixtures("no_network")
async def test_a_missing_network_is_reported(pins: Path, tmp_path: Path) -> None:
    await fails_with("no_network", pins, tmp_path, wheels=None)


async def test_a_folder_without_the_wheel_is_reported(
    pins: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    await fails_with("no_wheel", pins, tmp_path, wheels=empty)


async def test_a_package_that_is_missing_in_the_index_is_reported(
    tmp_path: Path,
) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text(click_pin()[1].replace(click_pin()[0], "click==0.0.1"))
    await fails_with("no_wheel", pins, tmp_path, wheels=None)


async def test_a_wheel_that_was_tampered_with_is_refused(
    wheels: Path, pins: Path, tmp_path: Path
) -> None:
    tampered = tmp_path / "tampered"
    shutil.copytree(wheels, tampered)
    with zipfile.ZipFile(next(tampered.glob("*.whl")), "a") as wheel:
        wheel.writestr("click/more.py", "")
    await fails_with("hash_mismatch", pins, tmp_path, wheels=tampered)


async def test_a_wheel_that_arrived_in_part_is_refused(
    wheels: Path, pins: Path, tmp_path: Path
) -> None:
    torn = tmp_path / "torn"
    shutil.copytree(wheels, torn)
    os.truncate(next(torn.glob("*.whl")), 50_000)
    await fails_with("hash_mismatch", pins, tmp_path, wheels=torn)


async def test_a_full_disk_is_reported_before_anything_is_fetched(
    wheels: Path, pins: Path, tmp_path: Path
) -> None:
    await fails_with("no_space", pins, tmp_path, wheels=wheels, size=10**18)
    assert not list((tmp_path / "part").iterdir())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "no_space"),
        (errno.EDQUOT, "no_space"),
        (errno.EROFS, "unknown"),
    ],
)
def test_a_failing_disk_has_its_reason(code: int, reason: str) -> None:
    assert install_error(OSError(code, "no")).reason == reason


async def test_a_root_that_is_no_folder_is_an_install_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = EngineEnvironment(tmp_path / "file", Engine.FACE_RECOGNITION)
    with pytest.raises(InstallError) as caught:
        await environment.install(nothing)
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize(
    "file", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda f: f.name
)
def test_every_package_is_pinned_with_hashes(file: Path) -> None:
    lines = file.read_text().replace("\\\n", "").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    for pin in pins:
        assert "==" in pin
        assert pin.count("--hash=sha256:") in {1, 4}, pin
