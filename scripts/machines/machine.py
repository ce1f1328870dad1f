"""A machine that runs a worker: this one, or one that qemu emulates."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import os
from pathlib import Path
import subprocess
import sys
from typing import Final

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.private_packages import JEMALLOC_SETTINGS
from scripts.house.prepare import engines
from scripts.house.prepared import prepared

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / ".cache/platforms"
# An unpacked system with musl and Python 3.14, such as the exported files of Home Assistant's image.
MUSL_ROOT: Final = os.environ.get("FACEQUOTA_MUSL_ROOT", "")
PINS: Final = ROOT / "custom_components/facequota/recognition/requirements"

# What qemu does not emulate for a program: these facts have no meaning there.
NOT_BY_QEMU: Final = frozenset(
    {
        *("no_sockets", "files_closed", "files_shut", "landlock"),
        *("memory_limited", "memory_locked"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """How a worker is started on it, and what is expected of it."""

    name: str
    runner: tuple[str, ...] = ()
    """The program, and its arguments, that runs programs for it; none: the kernel."""

    is_qemu: bool = False

    python: str = sys.executable
    platform: str = ""
    """As uv calls it; empty: the product's own installation is taken."""

    environment: Mapping[str, str] | None = None
    without: frozenset[Engine] = frozenset()
    """The engines that it cannot run, which has to be told as "sigill"."""

    def packages(self, engine: Engine) -> Path:
        """Return the folder with an engine's packages for it. Blocking."""
        here = EngineEnvironment(engines(), engine)
        here.is_installed()
        if not self.platform:
            return here.folder()
        return prepared(
            FOLDER / self.platform / engine,
            (PINS / f"{engine}.txt").read_text(),
            lambda part: self._install(engine, part, here),
        )

    def command(self, engine: Engine) -> tuple[list[str], dict[str, str]]:
        """Return how the worker of an engine is started, and its environment. Blocking."""
        packages = self.packages(engine)
        here = EngineEnvironment(engines(), engine)
        here.is_installed()
        command = _in(here, here.command(), packages)
        whole = [*self.runner, self.python, *command[1:]]
        return whole, here.env() | dict(self.environment or {})

    def _install(self, engine: Engine, part: Path, here: EngineEnvironment) -> None:
        """Install the packages for another platform, with the same pins and hashes."""
        subprocess.run(
            [
                *(sys.executable, "-m", "uv", "pip", "install", "--quiet"),
                *("--python-platform", self.platform, "--no-deps"),
                *("--only-binary", ":all:", "--require-hashes"),
                *("--target", str(part), "-r", str(PINS / f"{engine}.txt")),
            ],
            check=True,
        )
        command = _in(here, here.command(), part)
        at = command.index("worker")
        command[at:] = ["prepare", str(engine), str(part)]
        subprocess.run(
            [*self.runner, self.python, *command[1:]],
            env=here.env() | dict(self.environment or {}),
            check=True,
        )


def _in(here: EngineEnvironment, command: list[str], packages: Path) -> list[str]:
    """Return a worker's command with its packages from another folder."""
    mine = str(here.folder())
    return [str(packages) if part == mine else part for part in command]


def machines(*, only_here: bool) -> list[Machine]:
    """Return the machines; this one first, with which the others are compared."""
    here = Machine(name="this machine")
    if only_here:
        return [here]
    return [
        here,
        Machine(
            name="x86_64 without AVX (qemu, Nehalem)",
            runner=("qemu-x86_64-static", "-cpu", "Nehalem"),
            is_qemu=True,
            without=frozenset({Engine.FACE_RECOGNITION}),
        ),
        Machine(
            name="aarch64, glibc (qemu, Cortex-A72)",
            runner=("qemu-aarch64-static", "-cpu", "cortex-a72"),
            is_qemu=True,
            python=str(ROOT / ".tools/python3.14-arm64/usr/bin/python3.14"),
            platform="aarch64-unknown-linux-gnu",
        ),
        *(_musl(Path(MUSL_ROOT)) if MUSL_ROOT else ()),
    ]


def _musl(root: Path) -> list[Machine]:
    """Return the machine with musl, with its own allocator and with the image's jemalloc.

    Its programs run here without a change of root: musl's loader takes the libraries' folders as an argument.
    """
    loader = str(root / "lib/ld-musl-x86_64.so.1")
    libraries = [root / name for name in ("usr/local/lib", "usr/lib", "lib")]
    plain = Machine(
        name="x86_64, musl",
        runner=(loader, "--library-path", ":".join(map(str, libraries))),
        python=str(root / "usr/local/bin/python3.14"),
        platform="x86_64-unknown-linux-musl",
    )
    jemalloc = root / "usr/local/lib/libjemalloc.so.2"
    if not jemalloc.exists():
        return [plain]
    preloaded = {"LD_PRELOAD": str(jemalloc), "MALLOC_CONF": JEMALLOC_SETTINGS}
    return [plain, replace(plain, name="x86_64, musl, jemalloc", environment=preloaded)]
