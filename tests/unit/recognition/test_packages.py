"""The engine's packages come into a folder of their own, all of them or none."""

import asyncio
from collections.abc import Iterator
import errno
import os
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
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

from .conftest import ROOT, installed, no_process_left

REQUIREMENTS = ROOT / "custom_components/facequota/recognition/requirements"

NOWHERE = "http://127.0.0.1:9/simple"


def nothing(part: float) -> None:
    """Ignore progress."""


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
async def test_a_machine_without_network_is_told_so(pins: Path, tmp_path: Path) -> None:
    await fails_with("no_network", pins, tmp_path, wheels=None)


async def test_a_folder_without_the_wheel_is_told_so(
    pins: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    await fails_with("no_wheel", pins, tmp_path, wheels=empty)


async def test_a_package_that_the_index_does_not_have_is_told_so(
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


async def test_a_full_disk_is_told_before_anything_is_fetched(
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


@pytest.fixture
def root() -> Iterator[Path]:
    """Return an empty folder on the disk that the engine was installed to."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as folder:
        yield Path(folder)


async def test_a_failed_installation_leaves_nothing(root: Path, tmp_path: Path) -> None:
    environment = EngineEnvironment(root, Engine.FACE_RECOGNITION, wheels=tmp_path)
    with pytest.raises(InstallError):
        await environment.install(nothing)
    assert not list(root.iterdir())
    assert not environment.is_installed()


async def test_a_cancelled_installation_leaves_nothing(root: Path) -> None:
    environment = EngineEnvironment(root, Engine.FACE_RECOGNITION)
    begun = asyncio.Event()
    with no_process_left():
        installing = asyncio.create_task(
            environment.install(lambda part: begun.set() if part > 0 else None)
        )
        async with asyncio.timeout(120):
            await begun.wait()
        installing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await installing
    assert not list(root.iterdir())


async def test_two_installations_at_once_become_one(root: Path) -> None:
    parts: list[float] = []
    old = root / "face_recognition-of-an-older-version"
    old.mkdir()
    environments = [EngineEnvironment(root, Engine.FACE_RECOGNITION) for _ in range(2)]
    await asyncio.gather(*(one.install(parts.append) for one in environments))
    assert list(root.iterdir()) == [environments[0].folder()]
    assert all(environment.is_installed() for environment in environments)
    assert parts[-1] == 1
    assert max(part for part in parts if part < 1) > 0.1
    engine = await environments[1].verify()
    assert engine.name == "face_recognition"
    await environments[0].remove()
    assert not environments[1].is_installed()


def test_a_python_that_has_the_packages_is_used_as_it_is(
    engine_environment: EngineEnvironment, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = EngineEnvironment(root, Engine.FACE_RECOGNITION)
    assert not environment.is_installed()
    monkeypatch.syspath_prepend(engine_environment.folder())
    assert environment.is_installed()
    assert "-S" not in environment.command()


def test_a_python_that_has_other_versions_of_them_is_not_used(
    engine_environment: EngineEnvironment, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was measured was measured with the versions that are pinned."""
    others = root / "others"
    for metadata in engine_environment.folder().glob("*.dist-info"):
        name, _, _ = metadata.name.removesuffix(".dist-info").rpartition("-")
        other = others / f"{name}-0.0.1.dist-info"
        other.mkdir(parents=True)
        (other / "METADATA").write_text(f"Name: {name}\nVersion: 0.0.1\n")
    monkeypatch.syspath_prepend(others)
    assert not EngineEnvironment(root, Engine.FACE_RECOGNITION).is_installed()


async def test_an_engine_that_does_not_run_here_says_why(
    engine_environment: EngineEnvironment, root: Path
) -> None:
    """Instead of dlib there is something that dies as dlib does without AVX."""
    environment = EngineEnvironment(root, Engine.FACE_RECOGNITION)
    shutil.copytree(
        engine_environment.folder(), environment.folder(), copy_function=os.link
    )
    shutil.rmtree(environment.folder() / "dlib")
    dlib = environment.folder() / "dlib.py"
    dlib.write_text("import signal\nsignal.raise_signal(signal.SIGILL)\n")
    assert environment.is_installed()
    with pytest.raises(InstallError) as caught:
        await environment.verify()
    assert caught.value.reason == "no_avx"
    dlib.write_text("raise ImportError('no such library')\n")
    with pytest.raises(InstallError, match="no such library") as caught:
        await environment.verify()
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize("engine", Engine)
async def test_an_installed_engine_tells_what_a_frame_takes_here(
    engine: Engine,
) -> None:
    environment = await installed(engine)
    assert 0 < await environment.frame_ms() < 30_000


async def test_an_engine_that_sees_nobody_in_a_drawn_face_is_none(
    engine_environment: EngineEnvironment, root: Path
) -> None:
    """Instead of the package there is something that finds no face anywhere."""
    environment = EngineEnvironment(root, Engine.FACE_RECOGNITION)
    shutil.copytree(
        engine_environment.folder(), environment.folder(), copy_function=os.link
    )
    shutil.rmtree(environment.folder() / "face_recognition")
    (environment.folder() / "face_recognition.py").write_text(
        "class api:\n"
        "    face_detector = lambda *_: []\n"
        "    face_encodings = lambda *_, **__: []\n"
    )
    with pytest.raises(InstallError, match="drawn face"):
        await environment.frame_ms()


def test_the_name_of_the_folder_follows_the_pins_and_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name() -> str:
        return EngineEnvironment(tmp_path, Engine.FACE_RECOGNITION).folder().name

    here = name()
    monkeypatch.setattr(
        "sysconfig.get_config_var", lambda _: ".cpython-314-aarch64-linux-musl.so"
    )
    assert name() != here
    monkeypatch.undo()
    assert name() == here


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("libc", ["gnu", "musl"])
async def test_the_space_that_is_asked_for_is_this_platforms(
    engine: Engine,
    machine: str,
    libc: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The packages for musl bring more of what they need with them."""
    platform = f"{machine}-linux-{libc}"
    suffix = f".cpython-314-{platform}.so"
    monkeypatch.setattr("sysconfig.get_config_var", lambda _: suffix)
    (wanted,) = (
        int(line.split()[3])
        for line in (REQUIREMENTS / f"{engine}.txt").read_text().splitlines()
        if line.startswith(f"# Unpacked: {platform} ")
    )
    usage = shutil.disk_usage(tmp_path)._replace(free=wanted - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(InstallError, match=f"{wanted} bytes are needed"):
        await EngineEnvironment(tmp_path, engine).install(nothing)


def test_a_child_has_its_parents_jemalloc_and_nothing_else_that_is_preloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = EngineEnvironment(tmp_path, Engine.NCNN)
    for preloaded, wanted in (
        ("", None),
        ("/usr/lib/libspy.so", None),
        ("/usr/local/lib/libjemalloc.so.2", "/usr/local/lib/libjemalloc.so.2"),
        ("/usr/lib/libspy.so:/lib/libjemalloc.so.2", "/lib/libjemalloc.so.2"),
    ):
        monkeypatch.setenv("LD_PRELOAD", preloaded)
        monkeypatch.setenv("MALLOC_CONF", "background_thread:true")
        child = environment.env()
        assert child.get("LD_PRELOAD") == wanted
        # A thread of the allocator's would keep the child in the network.
        assert "background_thread:true" not in child.get("MALLOC_CONF", "")


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
