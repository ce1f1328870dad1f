"""A machine that runs a worker: this one, or one that qemu stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
import subprocess
import sys
from typing import Final

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / ".cache/platforms"
PINS: Final = ROOT / "custom_components/facequota/recognition/requirements"

# What qemu does not do for a program that it runs: these facts say nothing there.
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
    qemu: tuple[str, ...] = ()
    """The program, and its arguments, that runs programs for it; none: the kernel."""

    python: str = sys.executable
    platform: str = ""
    """As uv calls it; empty: the product's own installation is taken."""

    environment: Mapping[str, str] | None = None
    without: frozenset[Engine] = frozenset()
    """The engines that it cannot run, which has to be told as "sigill"."""

    async def command(self, engine: Engine) -> tuple[list[str], dict[str, str]]:
        """Return how the worker of an engine is started, and its environment."""
        here = EngineEnvironment(ROOT / ".cache/engine", engine)
        if not self.platform:
            await here.install(lambda part: None)
            command = here.command()
        else:
            here.is_installed()
            packages = FOLDER / self.platform / engine
            if not packages.exists():
                self._install(engine, packages, here)
            command = _in(here, here.command(), packages)
        whole = [*self.qemu, self.python, *command[1:]]
        return whole, here.env() | dict(self.environment or {})

    def _install(self, engine: Engine, packages: Path, here: EngineEnvironment) -> None:
        """Install the packages for another platform, with the same pins and hashes."""
        part = packages.with_suffix(".part")
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
            [*self.qemu, self.python, *command[1:]],
            env=here.env() | dict(self.environment or {}),
            check=True,
        )
        part.rename(packages)


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
            qemu=("qemu-x86_64-static", "-cpu", "Nehalem"),
            without=frozenset({Engine.FACE_RECOGNITION}),
        ),
        Machine(
            name="aarch64, glibc (qemu, Cortex-A72)",
            qemu=("qemu-aarch64-static", "-cpu", "cortex-a72"),
            python=str(ROOT / ".tools/python3.14-arm64/usr/bin/python3.14"),
            platform="aarch64-unknown-linux-gnu",
        ),
    ]
