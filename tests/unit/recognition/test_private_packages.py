"""An engine's folder: all of its packages or none, and what runs on them."""

import asyncio
from collections.abc import Iterator
import os
from pathlib import Path
import shutil
import tempfile

import pytest

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.packages import InstallError

from .conftest import REQUIREMENTS, ROOT, installed, no_process_left, nothing


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


async def test_an_engine_that_does_not_see_a_drawn_face_is_refused(
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
